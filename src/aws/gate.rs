//! The gate: every request waits here for a token of its bucket, SDK retries and pages included.
//!
//! It is a decorator of the HTTP client, because that is the one place all requests pass and may wait. The waiting is our
//! own, on the clock seam: `governor` would sleep in real time by itself.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::quota::Category;
use crate::api::Percent;
use crate::clock::Clock;

/// A request waits at most so long: a signature holds for five minutes, and a caller wants to hear before that.
const WAIT_MAX: Duration = Duration::from_secs(60);

type Bucket = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>;

/// `client` behind token buckets of its own, each `share` of the size that AWS documents. Make one for each Region.
pub fn gated(client: SharedHttpClient, share: Percent, clock: &Clock) -> SharedHttpClient {
    let bucket = |category: Category| Some((category, bucket(category, share, clock)?));
    let buckets = Category::ALL.into_iter().filter_map(bucket).collect();
    SharedHttpClient::new(GatedClient { client, gate: Arc::new(Gate { buckets, clock: clock.clone() }) })
}

fn bucket(category: Category, share: Percent, clock: &Clock) -> Option<Bucket> {
    let (burst, rate) = category.size();
    let tokens = NonZeroU32::new(whole(f64::from(burst) * share.share()).max(1))?;
    let period = Duration::try_from_secs_f64(1.0 / (f64::from(rate) * share.share())).ok()?;
    let quota = Quota::with_period(period)?.allow_burst(tokens);
    Some(RateLimiter::direct_with_clock(quota, Ticks(clock.clone())))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bucket sizes are small and positive")]
fn whole(number: f64) -> u32 {
    number.floor() as u32
}

/// The clock seam, as `governor` wants it.
#[derive(Clone, Debug)]
struct Ticks(Clock);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

#[derive(Debug)]
struct Gate {
    buckets: BTreeMap<Category, Bucket>,
    clock: Clock,
}

impl Gate {
    /// Waits for a token.
    async fn pass(&self, category: Category) -> Result<(), ConnectorError> {
        let Some(bucket) = self.buckets.get(&category) else { return Ok(()) };
        let give_up_at = self.clock.elapsed() + WAIT_MAX;
        while let Err(not_until) = bucket.check() {
            let wait = not_until.wait_time_from(self.clock.elapsed().into());
            if self.clock.elapsed() + wait > give_up_at {
                return Err(ConnectorError::timeout(format!("no token of {category:?} in {WAIT_MAX:?}").into()));
            }
            self.clock.sleep(wait).await;
        }
        Ok(())
    }
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
        let (connector, gate) = (self.connector.clone(), Arc::clone(&self.gate));
        HttpConnectorFuture::new(async move {
            if let Some(category) = category {
                gate.pass(category).await?;
            }
            connector.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[tokio::test(start_paused = true)]
    async fn a_bucket_gives_its_burst_at_once_and_then_its_rate() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1.0);
        let category = Category::ClusterResourceModify;
        let buckets = BTreeMap::from([(category, bucket(category, Percent::new(50), &clock).unwrap())]);
        let gate = Gate { buckets, clock: clock.clone() };
        for _ in 0..50 {
            gate.pass(category).await.unwrap();
        }
        assert_eq!(clock.elapsed(), Duration::ZERO, "half of the documented 100 tokens");
        for _ in 0..20 {
            gate.pass(category).await.unwrap();
        }
        let waited = clock.elapsed().as_millis();
        assert!((950..=1050).contains(&waited), "20 more at half of the documented 40 a second: {waited} ms");
    }
}
