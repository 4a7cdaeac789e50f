//! What AWS tells in events that are no signals.

use ecs_spot_operator::sim::{RuleSpec, Scenario};

use crate::rig::*;

const CONTAINER_INSTANCE: &str = "ECS Container Instance State Change";
const TASK: &str = "ECS Task State Change";

/// The same, with these kinds of events reaching the queue.
fn hearing(scenario: Scenario, kinds: &[&str]) -> Scenario {
    let rules = scenario.rules.iter().cloned().chain(kinds.iter().map(|kind| RuleSpec::of(kind, QUEUE)));
    Scenario { rules: rules.collect(), ..scenario }
}

#[tokio::test(start_paused = true)]
async fn where_events_tell_of_tasks_they_are_asked_about_less_often_and_the_case_ends_the_same() {
    let play = async |kinds: &[&str]| {
        let rig = Rig::new(hearing(interrupted(1), kinds));
        let _operator = rig.operate();
        rig.secs(300).await;
        let closed = rig.events("case.closed").remove(0);
        let gone = rig.sim.truth().interruptions[0].gone.unwrap();
        let closed_after = closed.phases.last_key_value().unwrap().1.duration_since(gone).as_secs();
        assert_eq!(rig.depth(QUEUE), (0, 0));
        assert!(closed_after <= 10, "{closed_after} s");
        (rig.calls("DescribeTasks"), closed.outcome, closed.tasks.graceful, closed.tasks.killed)
    };
    let (with, without) = (play(&[CONTAINER_INSTANCE, TASK]).await, play(&[]).await);
    assert!(with.0 < without.0, "{with:?} {without:?}");
    assert_eq!((with.1, with.2, with.3), (without.1, without.2, without.3));
    eprintln!("{with:?} {without:?}");
}
