//! People who change the manifests all the time, every other time badly. What they change is nothing that a promise rests on.

use std::time::Duration;

use crate::api::{self, HumanDuration, Manifests, Problem, Problems, SpotClusterSpec};
use crate::clock::Clock;
use crate::operator::Configuration;

/// A cluster that is not there: it comes and goes among those that are managed.
const GHOST: &str = "ghost";

/// Offers changed manifests `count` times within `time`.
pub async fn reload(configuration: &Configuration, good: &Manifests, count: u32, clock: Clock, time: Duration) {
    let pause = time / count.max(1);
    for turn in 0..count {
        clock.sleep(pause).await;
        configuration.offer(if turn.is_multiple_of(2) { Ok(varied(good, turn)) } else { Err(bad(turn)) });
    }
}

fn varied(good: &Manifests, turn: u32) -> Manifests {
    let mut manifests = good.clone();
    manifests.operator.metadata.annotations.insert("turn".to_owned(), turn.to_string());
    if turn.is_multiple_of(4) {
        manifests.operator.spec.resync = HumanDuration::from_secs(300);
    }
    if turn.is_multiple_of(6)
        && let Some(first) = good.clusters.first()
    {
        let mut ghost = first.clone();
        ghost.metadata.name = GHOST.to_owned();
        ghost.spec = SpotClusterSpec { cluster: GHOST.to_owned(), ..first.spec.clone() };
        manifests.clusters.push(ghost);
    }
    manifests
}

/// What reading bad manifests gives.
fn bad(turn: u32) -> Problems {
    let text = match turn % 3 {
        0 => "{",
        1 => "apiVersion: ecs-spot-operator/v1\nkind: SpotClutser\n",
        _ => "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {name: o}\nspec: {queues: []}\n",
    };
    api::load_str("changed.yaml", text).err().unwrap_or_else(|| Problem::with_file("changed.yaml", "is bad").into())
}
