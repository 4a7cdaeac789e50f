//! Tells others of cases: an event bus, webhooks, traces. Fed with the lines that the log gets, each receiver has a bounded queue and
//! a task of its own, so that one that does not answer delays nobody. Decides nothing about cases and reads nothing back.

mod batch;
mod bus;
mod notice;
mod outlet;
mod receiver;
#[cfg(feature = "otlp")]
mod traces;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use crate::api::{ApiBudget, Notifications};
use crate::aws::{self, Connection, Gates};
use crate::clock::Clock;
use crate::ids::Region;
use crate::telemetry::{CaseLine, Metrics};
use notice::Notice;
use outlet::Outlet;
use receiver::Receiver;

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
}

#[derive(Default)]
struct Told {
    spec: Notifications,
    outlets: Vec<Outlet>,
}

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
        Self { world, told: Mutex::default(), tasks: TaskTracker::new() }
    }

    /// Tells those that `spec` names from now on. What others have been given still reaches them.
    pub fn settle(&self, spec: Option<&Notifications>) {
        let spec = spec.cloned().unwrap_or_default();
        let mut told = self.lock();
        if told.spec != spec {
            told.outlets = receiver::of(&spec, &self.world).into_iter().map(|it| self.open(it)).collect();
            told.spec = spec;
        }
    }

    /// Passes a line on. It never waits.
    pub fn hear(&self, line: &CaseLine) {
        let told = self.lock();
        if told.outlets.is_empty() {
            return;
        }
        let Some(notice) = Notice::of(line, self.world.clock.now()).map(Arc::new) else { return };
        told.outlets.iter().for_each(|outlet| outlet.offer(&notice, &self.world.metrics));
    }

    /// Waits until all that was given has been told, for a few seconds.
    pub async fn close(&self) {
        self.lock().outlets.clear();
        self.tasks.close();
        let _ = self.world.clock.timeout(FAREWELL, self.tasks.wait()).await;
    }

    fn open(&self, receiver: Receiver) -> Outlet {
        let (outlet, waiting) = Outlet::new(&receiver);
        self.tasks.spawn(batch::pass_on(receiver, waiting, self.world.clock.clone(), Arc::clone(&self.world.metrics)));
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
