//! Tells others of cases: an event bus, webhooks, traces. Fed with the lines that the log gets, each receiver has a bounded queue and
//! a task of its own, so that one that does not answer delays nobody. Decides nothing about cases and reads nothing back.

mod batch;
mod bus;
mod notice;
mod outlet;
mod post;
mod receiver;
#[cfg(feature = "otlp")]
mod traces;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::{ApiBudget, Notifications};
use crate::aws::{self, Connection, Gates};
use crate::clock::Clock;
use crate::ids::Region;
use crate::telemetry::{CaseLine, Metrics};
use notice::Notice;
use outlet::Outlet;
use receiver::{Receiver, Wanted};

/// Who is still being told something when the operator stops is waited for so long.
const FAREWELL: Duration = Duration::from_secs(5);

/// What receivers are reached with.
struct World {
    connection: Connection,
    /// Nobody else calls EventBridge while the operator runs, so this budget is shared with nobody.
    gates: Gates,
    region: Region,
    clock: Clock,
    metrics: Arc<Metrics>,
}

/// Tells others of cases.
pub struct Notifier {
    world: World,
    told: Mutex<Told>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Those that are told, and what they were made from.
type Told = Vec<(Wanted, Outlet)>;

impl Notifier {
    /// Tells nobody yet.
    #[must_use]
    pub fn new(connection: &Connection, region: &Region, clock: &Clock, metrics: &Arc<Metrics>) -> Self {
        let world = World {
            connection: connection.clone(),
            gates: Gates::new(&ApiBudget::default(), clock),
            region: region.clone(),
            clock: clock.clone(),
            metrics: Arc::clone(metrics),
        };
        Self { world, told: Mutex::default(), tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Tells those that `spec` names from now on. Who is named as before goes on as before, and who is named no more hears nothing more.
    pub fn settle(&self, spec: Option<&Notifications>) {
        let mut told = self.lock();
        let mut before = std::mem::take(&mut *told);
        for (place, wanted) in spec.map(Wanted::of).unwrap_or_default() {
            match before.iter().position(|(known, _)| *known == wanted) {
                Some(known) => told.push(before.swap_remove(known)),
                None => told.extend(wanted.receiver(&place, &self.world).map(|it| (wanted, self.open(it)))),
            }
        }
        before.iter().for_each(|(_, outlet)| outlet.cut_off());
    }

    /// Passes a line on. It never waits.
    pub fn hear(&self, line: &CaseLine) {
        let told = self.lock();
        if told.is_empty() {
            return;
        }
        let Some(notice) = Notice::of(line, self.world.clock.now()).map(Arc::new) else { return };
        told.iter().for_each(|(_, outlet)| outlet.offer(&notice, &self.world.metrics));
    }

    /// Waits until all that was given has been told, for a few seconds. What is left then is given up, and the log says so.
    pub async fn close(&self) {
        self.lock().clear();
        self.tasks.close();
        if self.world.clock.timeout(FAREWELL, self.tasks.wait()).await.is_none() {
            self.stop.cancel();
            self.tasks.wait().await;
        }
    }

    fn open(&self, receiver: Receiver) -> Outlet {
        let stop = self.stop.child_token();
        let (outlet, waiting) = Outlet::new(&receiver, &stop);
        let (clock, metrics) = (self.world.clock.clone(), Arc::clone(&self.world.metrics));
        self.tasks.spawn(batch::pass_on(receiver, waiting, stop, clock, metrics));
        outlet
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn events(&self) -> aws_sdk_eventbridge::Client {
        aws::clients::eventbridge(&self.connection, &self.region, &self.gates)
    }
}

#[cfg(test)]
mod tests;
