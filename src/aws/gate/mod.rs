//! The gate: every request waits here for a token of its bucket, SDK retries and pages included.
//!
//! It is a decorator of the HTTP client, because that is the one place all requests pass and may wait. Who waits is let
//! through by urgency (`errand`, `queue`), at a rate that AWS documents and that its answers correct (`category`, `bucket`,
//! `throttle`). It does not know what a request is good for; whoever makes it says how urgent it is.

mod bucket;
mod category;
mod errand;
mod queue;
mod tally;
mod throttle;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

pub use category::Category;
pub use errand::{Errand, Lane, Rank};
pub use queue::{NotSent, Token, WAIT_MAX};
pub use tally::Tally;

use crate::api::ApiBudget;
use crate::clock::Clock;
use crate::ids::Region;
use bucket::Size;
use errand::First;
use queue::Queue;

/// Requests are on their way for so long, in seconds, more or less. AWS counts them when they arrive, so that those of this time may
/// be one burst there; that many tokens are left alone.
const ON_THE_WAY: f64 = 0.125;

/// The gates of all Regions, each made when it is asked for first.
#[derive(Clone, Debug)]
pub struct Gates {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    share: f64,
    regions: BTreeMap<Region, Arc<Gate>>,
}

impl Gates {
    /// Gates that let through as much as `budget` says.
    #[must_use]
    pub fn new(budget: &ApiBudget, clock: &Clock) -> Self {
        let state = State { share: share(budget), regions: BTreeMap::new() };
        Self { clock: clock.clone(), state: Arc::new(Mutex::new(state)) }
    }

    /// Lets through as much as `budget` says from now on. What AWS has said of a bucket is not forgotten.
    pub fn set(&self, budget: &ApiBudget) {
        let mut state = self.lock();
        state.share = share(budget);
        state.regions.values().for_each(|gate| gate.resize(state.share));
    }

    /// The gate of a Region.
    #[must_use]
    pub fn of(&self, region: &Region) -> Arc<Gate> {
        let State { share, regions } = &mut *self.lock();
        let gate = regions.entry(region.clone()).or_insert_with(|| Arc::new(Gate::new(*share, &self.clock)));
        Arc::clone(gate)
    }

    /// How the buckets of all Regions stand, and what they have done.
    #[must_use]
    pub fn readings(&self) -> Vec<(Region, Category, Tally)> {
        let regions = self.lock().regions.clone();
        let of_region = |(region, gate): (Region, Arc<Gate>)| {
            let readings = gate.queues.iter().map(|(category, queue)| (*category, queue.reading()));
            readings.map(|(category, tally)| (region.clone(), category, tally)).collect::<Vec<_>>()
        };
        regions.into_iter().flat_map(of_region).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One operator's part of a bucket.
fn share(budget: &ApiBudget) -> f64 {
    budget.share.share() / f64::from(budget.replicas.max(1))
}

/// What a bucket of `category` is for who may use `share` of it.
fn size(category: Category, share: f64) -> Size {
    let (burst, rate) = category.size();
    let rate = f64::from(rate) * share;
    let burst = (f64::from(burst) * share - rate * ON_THE_WAY).floor().max(1.0);
    Size { burst, rate, growth: category.growth() }
}

/// The gate of one account and Region.
#[derive(Debug)]
pub struct Gate {
    clock: Clock,
    queues: BTreeMap<Category, Arc<Queue>>,
}

impl Gate {
    fn new(share: f64, clock: &Clock) -> Self {
        let queue = |category: Category| (category, Queue::new(size(category, share), clock));
        Self { clock: clock.clone(), queues: Category::ALL.into_iter().map(queue).collect() }
    }

    fn resize(&self, share: f64) {
        self.queues.iter().for_each(|(category, queue)| queue.resize(size(*category, share)));
    }

    /// Waits for leave to make one request of `category`: what it is about can be decided when it may leave. It is handed
    /// on with [`Errand::paid_with`].
    ///
    /// # Errors
    /// It came too late for the errand, or not within a minute.
    pub async fn token(&self, category: Category, errand: &Errand) -> Result<Option<Token>, NotSent> {
        match self.queues.get(&category) {
            Some(queue) => queue.token(errand).await.map(Some),
            None => Ok(None),
        }
    }

    /// The part of a full bucket that is there, 0 to 1, and 0 where somebody waits for more.
    #[must_use]
    pub fn filled(&self, category: Category) -> f64 {
        self.queues.get(&category).map_or(1.0, |queue| queue.filled())
    }
}

/// `client` behind `gate`.
pub fn gated(client: SharedHttpClient, gate: Arc<Gate>) -> SharedHttpClient {
    SharedHttpClient::new(GatedClient { client, gate })
}

#[derive(Debug)]
struct GatedClient {
    client: SharedHttpClient,
    gate: Arc<Gate>,
}

impl HttpClient for GatedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(GatedConnector { connector, gate: Arc::clone(&self.gate) })
    }
}

#[derive(Debug)]
struct GatedConnector {
    connector: SharedHttpConnector,
    gate: Arc<Gate>,
}

impl HttpConnector for GatedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let category = Category::of(request.headers().get("x-amz-target"), request.body().bytes());
        let queue = category.and_then(|category| self.gate.queues.get(&category)).cloned();
        let Some(queue) = queue else { return self.connector.call(request) };
        let (connector, clock) = (self.connector.clone(), self.gate.clock.clone());
        let errand = Errand::current();
        HttpConnectorFuture::new(async move {
            let First { token, listeners } = errand.take_first();
            let token = match token.filter(|token| token.is_of(&queue)) {
                Some(token) => Ok(token),
                None => queue.token(&errand).await,
            };
            token.map_err(|why| refusal(&request, why))?.spend();
            listeners.into_iter().for_each(|listener| listener());
            let (response, throttled) = throttle::recognized(connector.call(request).await?, &clock).await?;
            queue.answered(throttled);
            Ok(response)
        })
    }
}

/// The SDK does not try again what was not sent. Where it was sent before, nobody knows what became of that.
fn refusal(request: &HttpRequest, why: NotSent) -> ConnectorError {
    let first = request.headers().get("amz-sdk-request").is_none_or(|attempt| attempt.starts_with("attempt=1;"));
    if first { ConnectorError::other(why.into(), None) } else { ConnectorError::other(why.to_string().into(), None) }
}

#[cfg(test)]
mod tests;
