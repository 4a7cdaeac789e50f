//! The handle on a running world.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::sim::ec2::{ImdsAnswer, ImdsRequest};
use crate::sim::record::{Listener, Truth};
use crate::sim::setup;
use crate::sim::spec::{Action, Faults, Scenario};
use crate::sim::world::World;

/// A simulated AWS account. Clones are handles on the same one.
#[derive(Clone)]
pub struct Simulation {
    pub(in crate::sim) clock: Clock,
    world: Arc<Mutex<World>>,
    pub(super) changed: Arc<Notify>,
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Simulation {
    /// The account of `scenario`, running: its groups are full and its services steady at the clock's present time,
    /// from which the planned interruptions count. Everything that happens by chance comes from `seed`.
    #[must_use]
    pub fn new(scenario: Scenario, seed: u64, clock: Clock) -> Self {
        let world = setup::build(scenario, seed, clock.now());
        Self { clock, world: Arc::new(Mutex::new(world)), changed: Arc::new(Notify::new()) }
    }

    /// Tells `listener` of everything that happens from here on. It must not ask the simulation anything.
    pub fn listen(&self, listener: Listener) {
        self.change(|world| world.journal.listen(listener));
    }

    /// What really happened so far.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.present().truth.truth()
    }

    /// Lets Spot take instances back, with `notice` as lead time.
    pub fn interrupt(&self, instance_ids: &[String], notice: Duration) {
        self.interrupt_with(instance_ids, notice, Action::Terminate);
    }

    /// Lets Spot take instances back in a way of its choice.
    pub fn interrupt_with(&self, instance_ids: &[String], notice: Duration, action: Action) {
        self.change(|world| {
            for id in instance_ids {
                world.ec2.interrupt(id, action, notice, &mut world.core);
            }
        });
    }

    /// Lets Spot change its mind about an instance that got notice.
    pub fn cancel_reclaim(&self, instance_id: &str) {
        self.change(|world| world.ec2.cancel_reclaim(instance_id, &mut world.core));
    }

    /// Lets other things go wrong from now on. Their windows still count from the start of the run.
    pub fn set_faults(&self, faults: Faults) {
        self.change(|world| world.core.faults = faults);
    }

    /// Puts any body at all into a queue, at once.
    pub fn send_message(&self, queue: &str, body: String) {
        self.change(|world| world.sqs.send(queue, body, &mut world.core));
    }

    /// What the metadata service of an instance answers; `None` where the instance does not run.
    pub(super) fn metadata(&self, instance: &str, request: &ImdsRequest<'_>) -> Option<ImdsAnswer> {
        let mut world = self.present();
        let World { ec2, autoscaling, core, .. } = &mut *world;
        if core.fails_metadata() {
            return Some(ImdsAnswer::of(503, "503 - Service Unavailable"));
        }
        let group = autoscaling.group_of(instance);
        let target = group.and_then(|group| group.members.get(instance)).map(|member| member.state.target());
        ec2.metadata(instance, request, target, core)
    }

    /// The world as it is now. Held for moments only: never across an await.
    pub(in crate::sim) fn present(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if world.advance_to(self.clock.now()) {
            self.changed.notify_waiters();
        }
        world
    }

    /// Changes the world, and lets everybody who waits for something know.
    pub(in crate::sim) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.present();
        let result = change(&mut world);
        world.settle();
        drop(world);
        self.changed.notify_waiters();
        result
    }
}
