//! What AWS puts in the way never ends the operator, and never stops what works.

use crate::rig::*;

#[tokio::test(start_paused = true)]
async fn a_cluster_and_a_queue_that_do_not_exist_do_not_stop_those_that_do() {
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere";
    let broken = manifests("", "").replace("spec: {queues: [", &format!("spec: {{queues: [{{url: '{url}'}}, "))
        + "---\napiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {name: gone}\nspec: {cluster: gone}\n";
    let rig = Rig::with(interrupted(1), &broken);
    let operator = rig.operate();
    rig.secs(20).await;
    rig.send(rig.notice("i-0f0e0d0c0b0a09080", "terminate", 0));
    rig.secs(5).await;
    assert_eq!(rig.depth(QUEUE), (0, 0), "a foreign notice is not held by a cluster that does not exist");
    let readiness = operator.problems.readiness();
    assert!(!readiness.ready);
    let problems: Vec<&str> = readiness.problems.keys().map(String::as_str).collect();
    assert_eq!(problems, ["cluster gone", &format!("queue {url}")], "each is named");
    assert!(readiness.problems.values().all(|problem| !problem.remedy.is_empty()));
    rig.secs(300).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
    assert!(!operator.has_ended());
}

#[tokio::test(start_paused = true)]
async fn the_operator_is_ready_once_index_and_queue_have_answered() {
    let rig = Rig::new(scenario());
    let operator = rig.operate();
    assert!(!operator.problems.readiness().ready);
    rig.secs(11).await;
    let readiness = operator.problems.readiness();
    assert!(readiness.ready, "{readiness:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_may_wait_long_for_its_token() {
    let rig = Rig::with(interrupted(3), &manifests(", api: {share: 1%}", ""));
    let operator = rig.operate();
    rig.secs(200).await;
    let readiness = operator.problems.readiness();
    assert!(readiness.ready && readiness.problems.is_empty(), "{readiness:?}");
}
