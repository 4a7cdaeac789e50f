//! Calls on their way: those that can share a request gather until it may leave.
//!
//! A request leaves as soon as there is a token for it, with whatever has gathered by then; no timer holds a lone notice up. While
//! the budget is under strain and a request of the same kind to the same place is under way, what does not fill another one
//! waits for its end, a tenth of a second at most. Nothing is decided here but who shares a request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use super::core::Event;
use super::crew::Crew;
use super::gathering::{Gathering, Route, Taken};
use super::reaction::Reaction;
use super::urgency;
use crate::act::{self, Actor, Answers};
use crate::aws::gate::{NotSent, Token};
use crate::aws::{Errand, RegionClients};
use crate::plan::{Call, Cases};
use crate::telemetry::Metrics;

/// A bucket with less than this part of its tokens is under strain.
const AT_EASE: f64 = 0.9;

/// What does not fill a request waits no longer than this for one under way.
const HOLD_MAX: Duration = Duration::from_millis(100);

/// Calls on their way.
#[derive(Clone)]
pub struct Dispatch {
    actor: Actor,
    crew: Crew,
    events: mpsc::Sender<Event>,
    routes: Arc<Mutex<BTreeMap<Route, Gathering>>>,
    reaction: Arc<Reaction>,
}

impl Dispatch {
    /// Calls that `actor` makes, each a task of `crew` that reports to `events`.
    pub fn new(actor: Actor, crew: Crew, events: mpsc::Sender<Event>, metrics: &Arc<Metrics>) -> Self {
        let reaction = Arc::new(Reaction::new(metrics, &actor.clock));
        Self { actor, crew, events, routes: Arc::default(), reaction }
    }

    /// Calls are made by `actor` from now on.
    pub fn act_with(&mut self, actor: Actor) {
        self.actor = actor;
    }

    /// Sends `call` on its way.
    pub fn send(&self, call: Call, cases: &Cases) {
        for call in call.apart() {
            let errand = urgency::of_call(&call, cases, self.actor.clock.now());
            let errand = self.reaction.watch(&call, errand, cases);
            match Route::of(&call, errand.lane()) {
                Some(route) => self.gather(route, call, errand),
                None => {
                    let dispatch = self.clone();
                    self.crew.spawn(async move { dispatch.carry_out(call, errand, None).await });
                }
            }
        }
    }

    /// Waits until all that was sent is through.
    pub async fn finished(&self) {
        self.crew.finished().await;
    }

    fn gather(&self, route: Route, call: Call, errand: Errand) {
        let now = self.actor.clock.now();
        let is_served = self.lock().entry(route.clone()).or_default().add(call, errand, now);
        if !is_served {
            self.attend(route);
        }
    }

    fn attend(&self, route: Route) {
        let dispatch = self.clone();
        self.crew.spawn(async move { dispatch.serve(route).await });
    }

    /// Sends off a request with what gathers on a route, and leaves the rest to another task.
    async fn serve(&self, route: Route) {
        while let Some((errand, most)) = self.next(&route) {
            self.fill(&route, most).await;
            let leave = self.leave(&route, &errand).await;
            let most = if matches!(leave, Err(NotSent::TooLate)) { 0 } else { most };
            let Taken { batch, late, stale } = self.take(&route, most);
            self.hold_back(late, NotSent::TooLate);
            self.hold_back(stale, NotSent::Waited);
            match leave {
                Ok(token) => {
                    // Where nothing is left to be sent, the token goes back by itself.
                    let Some((call, errand)) = joined(batch, token) else { continue };
                    self.lock().entry(route.clone()).or_default().begin();
                    self.attend(route.clone());
                    return self.carry_out(call, errand, Some(route)).await;
                }
                Err(why) => self.hold_back(batch.into_iter().map(|(call, _)| call).collect(), why),
            }
        }
    }

    /// What goes first on a route, and how many can share its request. Where nothing waits, nobody serves it any more.
    fn next(&self, route: &Route) -> Option<(Errand, usize)> {
        let mut routes = self.lock();
        let next = routes.get_mut(route)?.next();
        if next.is_none() {
            Self::forget_idle(&mut routes, route);
        }
        next
    }

    /// Lets a request fill up as long as that costs nothing.
    async fn fill(&self, route: &Route, most: usize) {
        let Some(clients) = self.clients(route) else { return };
        let hold = async {
            while let Some(changed) = self.is_filling(route, most) {
                if clients.gate.filled(route.category()) >= AT_EASE {
                    return;
                }
                changed.notified().await;
            }
        };
        let _ = self.actor.clock.timeout(HOLD_MAX, hold).await;
    }

    /// Where one is under way and the next is not full: what tells of a change in that.
    fn is_filling(&self, route: &Route, most: usize) -> Option<Arc<Notify>> {
        self.lock().get(route).filter(|gathering| gathering.is_filling(most)).map(Gathering::changed)
    }

    async fn leave(&self, route: &Route, errand: &Errand) -> Result<Option<Token>, NotSent> {
        match self.clients(route) {
            Some(clients) => clients.gate.token(route.category(), errand).await,
            // The call itself says what is wrong.
            None => Ok(None),
        }
    }

    fn take(&self, route: &Route, most: usize) -> Taken {
        let now = self.actor.clock.now();
        self.lock().get_mut(route).map(|gathering| gathering.take(most, now)).unwrap_or_default()
    }

    async fn carry_out(&self, call: Call, errand: Errand, route: Option<Route>) {
        let left_at = Some(self.actor.clock.now());
        let answers = Answers { left_at, ..errand.run(act::carry_out(&self.actor, &call)).await };
        route.iter().for_each(|route| self.arrive(route));
        // Nobody listens any more only when the operator is stopping.
        let _ = self.events.send(Event::Acted(answers)).await;
    }

    fn arrive(&self, route: &Route) {
        let mut routes = self.lock();
        routes.get_mut(route).into_iter().for_each(Gathering::end);
        Self::forget_idle(&mut routes, route);
    }

    /// Answers for calls that were not made, without holding up those that are.
    fn hold_back(&self, calls: Vec<Call>, why: NotSent) {
        let Some(call) = Call::together(calls) else { return };
        let events = self.events.clone();
        self.crew.spawn(async move {
            let _ = events.send(Event::Acted(act::held_back(&call, why))).await;
        });
    }

    fn forget_idle(routes: &mut BTreeMap<Route, Gathering>, route: &Route) {
        if routes.get(route).is_some_and(Gathering::is_idle) {
            routes.remove(route);
        }
    }

    fn clients(&self, route: &Route) -> Option<&RegionClients> {
        let region = match route {
            Route::Replace(group, ..) => &group.region,
            Route::Drain(cluster, _) | Route::Mark(cluster, _) => &self.actor.addresses.get(cluster)?.region,
        };
        self.actor.clients.of(region, "").ok()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Route, Gathering>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What shares a request, paid with `token`; `None`: nothing does.
fn joined(batch: Vec<(Call, Errand)>, token: Option<Token>) -> Option<(Call, Errand)> {
    let (calls, errands): (Vec<Call>, Vec<Errand>) = batch.into_iter().unzip();
    let errand = errands.into_iter().reduce(|errand, other| errand.with(&other))?;
    Some((Call::together(calls)?, token.into_iter().fold(errand, Errand::paid_with)))
}
