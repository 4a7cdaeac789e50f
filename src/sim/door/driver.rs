//! Moves a world along with the clock, so that what happens by itself happens when it is due.

use std::pin::pin;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::simulation::Simulation;
use crate::sim::world::World;

impl Simulation {
    /// Runs until `stop`. Without it the world moves only when somebody calls or looks.
    pub async fn run(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wait(World::next_event) => {}
            }
            drop(self.present());
        }
    }

    /// Waits until the world changes, or until the moment that `until` finds in it has come.
    pub(super) async fn wait(&self, until: impl FnOnce(&World) -> Option<Timestamp>) {
        let mut changed = pin!(self.changed.notified());
        // From here on no change is missed, also not one between the look at the world and the wait.
        changed.as_mut().enable();
        let until = until(&self.present());
        let moment = async {
            match until {
                Some(moment) => self.clock.sleep_until(moment).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = changed => {}
            () = moment => {}
        }
    }
}
