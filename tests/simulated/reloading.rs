//! People change the manifests while the operator works.

use std::time::Duration;

use ecs_spot_operator::api;
use ecs_spot_operator::sim::{
    CallFaults, ClusterSpec, Faults, GroupSpec, HookSpec, InterruptionPlan, QueueSpec, RuleSpec, Scenario,
};
use serde_json::json;

use crate::rig::*;

impl Running {
    /// What a follower does with what it has read.
    fn tell(&self, manifests: &str) {
        self.configuration.offer(api::load_str("rig.yaml", manifests));
    }
}

/// A second cluster with a group of its own, and a second queue.
fn two_clusters(interruptions: Vec<InterruptionPlan>) -> Scenario {
    let mut account = scenario();
    account.clusters.push(ClusterSpec { name: "api".into(), services: Vec::new(), standalone: Vec::new() });
    account.groups.push(GroupSpec {
        name: "api-asg".into(),
        cluster: Some("api".into()),
        capacity_provider: Some("api-spot".into()),
        desired: 3,
        max: 6,
        ..GroupSpec::default()
    });
    account.queues.push(QueueSpec { name: "second".into(), ..QueueSpec::default() });
    Scenario { interruptions, ..account }
}

fn at(seconds: u64, group: &str) -> InterruptionPlan {
    InterruptionPlan::new(Duration::from_secs(seconds), group, 1)
}

/// EC2 recommends to hand these over.
fn recommend(rig: &Rig, instances: &[String]) {
    for instance in instances {
        let detail = json!({"instance-id": instance});
        rig.send(json!({"detail-type": "EC2 Instance Rebalance Recommendation", "detail": detail}).to_string());
    }
}

const API: &str =
    "---\napiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {name: api}\nspec: {cluster: api}\n";

#[tokio::test(start_paused = true)]
async fn a_change_of_policy_takes_effect_without_a_restart() {
    let rig = Rig::new(two_clusters(vec![at(30, GROUP), at(300, GROUP)]));
    let operator = rig.operate();
    rig.secs(290).await;
    assert_eq!(rig.calls("DetachInstances"), 1);
    operator.tell(&manifests("", ", mode: dryRun"));
    assert_eq!(operator.configuration.in_force().generation, 2);
    rig.secs(200).await;
    assert_eq!(rig.calls("DetachInstances"), 1, "a rehearsal changes nothing");
}

#[tokio::test(start_paused = true)]
async fn a_new_cluster_is_managed_and_one_that_goes_is_left_alone() {
    let rig = Rig::new(two_clusters(vec![at(60, "api-asg"), at(400, "api-asg")]));
    let operator = rig.operate();
    rig.secs(10).await;
    operator.tell(&(manifests("", "") + API));
    rig.secs(200).await;
    assert_eq!(rig.calls("DetachInstances"), 1, "the new cluster is managed");
    assert!(operator.registry.cluster("api").is_some_and(|view| view.instances == 3));
    rig.secs(160).await;
    operator.tell(&manifests("", ""));
    rig.secs(10).await;
    assert!(operator.registry.cluster("api").is_none(), "nothing is told of it any more");
    rig.secs(300).await;
    assert_eq!(rig.calls("DetachInstances"), 1, "and nothing is done there");
    assert_eq!(rig.outcomes(), ["handed_over"]);
    assert_eq!(rig.depth(QUEUE), (0, 0));
    operator.tell(&(manifests("", "") + API));
    rig.secs(60).await;
    assert!(operator.registry.cluster("api").is_some_and(|view| view.instances == 3), "it can come back");
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_in_a_cluster_that_goes_is_finished() {
    let rig = Rig::with(two_clusters(vec![at(60, "api-asg"), at(100, "api-asg")]), &(manifests("", "") + API));
    let operator = rig.operate();
    rig.secs(64).await;
    assert_eq!(operator.board.census().get("api").map_or(0, |it| it.open), 1);
    operator.tell(&manifests("", ""));
    rig.secs(60).await;
    assert_eq!(
        operator.board.census().get("api").map_or(0, |it| it.open),
        1,
        "its case goes on, and no other is begun"
    );
    rig.secs(300).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
    assert_eq!(rig.calls("DetachInstances"), 1);
    assert_eq!(rig.depth(QUEUE), (0, 0), "both messages are done with");
    assert!(operator.registry.cluster("api").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_leaves_everything_as_it_was() {
    let rig = Rig::new(two_clusters(vec![at(60, GROUP)]));
    let operator = rig.operate();
    rig.secs(10).await;
    for bad in [
        "{",
        "kind: Operator",
        &manifests("", ", mode: sometimes"),
        &manifests("", "").replace("name: web", "name: ''"),
    ] {
        operator.tell(bad);
        let in_force = operator.configuration.in_force();
        assert!(in_force.refused.is_some() && in_force.generation == 1, "{bad}");
    }
    rig.secs(200).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
    operator.tell(&manifests("", ""));
    assert!(operator.configuration.in_force().refused.is_none());
}

#[tokio::test(start_paused = true)]
async fn queues_come_and_go_and_what_is_held_of_them_is_kept() {
    let mut account = two_clusters(vec![at(60, GROUP)]);
    account.rules = vec![RuleSpec::interruptions("second")];
    let rig = Rig::new(account);
    let operator = rig.operate();
    rig.secs(20).await;
    let second = manifests("", "").replace(QUEUE, "second");
    operator.tell(&second);
    rig.secs(44).await;
    assert_eq!(rig.depth("second"), (0, 1), "the notice is held");
    operator.tell(&manifests("", ""));
    rig.secs(50).await;
    assert_eq!(rig.depth("second"), (0, 1), "and goes on being held after its queue has been left");
    rig.secs(200).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
    assert_eq!(rig.depth("second"), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn pausing_stops_receiving_and_nothing_else() {
    let rig = Rig::new(two_clusters(vec![at(60, GROUP), at(100, GROUP)]));
    let operator = rig.operate();
    rig.secs(64).await;
    operator.tell(&manifests(", paused: true", ""));
    rig.secs(60).await;
    assert_eq!(rig.depth(QUEUE).0, 1, "the second notice waits in the queue");
    operator.tell(&manifests("", ""));
    rig.secs(300).await;
    assert_eq!(rig.outcomes(), ["handed_over"; 2]);
}

#[tokio::test(start_paused = true)]
async fn the_same_cluster_by_its_arn_stays_managed() {
    let rig = Rig::new(two_clusters(vec![at(60, GROUP), at(90, GROUP)]));
    let operator = rig.operate();
    rig.secs(64).await;
    assert_eq!(operator.board.census().get("web").map_or(0, |it| it.open), 1);
    operator.tell(
        &manifests("", "").replace("{cluster: web", "{cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/web'"),
    );
    rig.secs(500).await;
    assert_eq!(rig.outcomes(), ["handed_over"; 2]);
    assert_eq!((rig.calls("DetachInstances"), rig.depth(QUEUE)), (2, (0, 0)));
}

/// Not even in two steps: what goes on in a cluster that was given up is known by its name still.
#[tokio::test(start_paused = true)]
async fn a_cluster_has_one_name_as_long_as_the_operator_runs() {
    let rig = Rig::with(two_clusters(vec![at(60, GROUP)]), &(manifests("", "") + API));
    let operator = rig.operate();
    rig.secs(64).await;
    let refused = |told: &str| {
        operator.tell(told);
        operator.configuration.in_force().refused.map(|refused| refused.why.to_string()).unwrap_or_default()
    };
    let only_api = manifests("", "").replace("{name: web}", "{name: api}").replace("{cluster: web", "{cluster: api");
    for given_up in [false, true] {
        if given_up {
            assert_eq!(refused(&only_api), "");
        }
        let moved = refused(
            &(only_api.clone() + &API.replace("name: api", "name: web").replace("cluster: api", "cluster: other")),
        );
        assert!(moved.contains("give that one another name"), "{given_up}: {moved}");
        let renamed = refused(&(manifests("", "").replace("{name: web}", "{name: web2}") + API));
        assert!(renamed.contains("keep its name"), "{given_up}: {renamed}");
    }
    rig.secs(400).await;
    assert_eq!(rig.outcomes(), ["handed_over"]);
}

#[tokio::test(start_paused = true)]
async fn a_planned_hand_over_that_waits_is_not_begun_in_a_paused_cluster() {
    let policy = |mode: &str| {
        manifests("", &format!(", mode: {mode}, signals: {{rebalance: {{enabled: true, budget: 1, cooldown: 10s}}}}"))
    };
    let rig = Rig::with(scenario(), &policy("enforce"));
    let operator = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members();
    recommend(&rig, &doomed[..2]);
    rig.secs(20).await;
    assert_eq!(rig.calls("LaunchInstances"), 1, "one at a time");
    for mode in ["paused", "dryRun"] {
        operator.tell(&policy(mode));
        rig.secs(600).await;
        assert_eq!((rig.calls("LaunchInstances"), rig.outcomes().len()), (1, 1), "{mode}: what has begun is finished");
    }
    operator.tell(&policy("enforce"));
    rig.secs(600).await;
    assert_eq!((rig.calls("LaunchInstances"), rig.outcomes()), (2, vec!["handed_over"; 2]));
    assert!(rig.members().iter().all(|member| !doomed[..2].contains(member)));
}

/// One that is asked nothing any more has nothing wrong with it.
#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_groups_of_a_cluster_that_goes_is_told_no_more() {
    let denied = CallFaults {
        actions: vec!["autoscaling:DetachInstances".to_owned()],
        access_denied: 1.0,
        ..CallFaults::default()
    };
    let faults = Faults { calls: vec![denied], ..Faults::none() };
    let account = Scenario { faults, ..two_clusters(vec![at(60, "api-asg")]) };
    let rig = Rig::with(account, &(manifests("", "") + API));
    let operator = rig.operate();
    rig.secs(100).await;
    let about_group = || operator.problems.all().iter().filter(|(object, _)| object.contains("api-asg")).count();
    assert_eq!(about_group(), 1, "{:?}", operator.problems.all());
    operator.tell(&manifests("", ""));
    rig.secs(300).await;
    assert_eq!(about_group(), 0, "{:?}", operator.problems.all());
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_that_waits_is_not_begun_in_a_cluster_that_goes() {
    let policy = ", signals: {rebalance: {enabled: true, budget: 1, cooldown: 10s}}";
    let api = API.replace("{cluster: api}", &format!("{{cluster: api{policy}}}"));
    let rig = Rig::with(two_clusters(Vec::new()), &(manifests("", "") + &api));
    let operator = rig.operate();
    rig.secs(30).await;
    let members = rig.sim.group("api-asg").unwrap().members;
    let doomed: Vec<String> = members.into_iter().take(2).map(|member| member.instance_id).collect();
    recommend(&rig, &doomed);
    rig.secs(20).await;
    assert_eq!(rig.calls("LaunchInstances"), 1, "one at a time");
    operator.tell(&manifests("", ""));
    rig.secs(900).await;
    assert_eq!(rig.calls("LaunchInstances"), 1);
    assert_eq!(rig.outcomes(), ["handed_over"]);
    assert!(operator.registry.cluster("api").is_none(), "it has been left");
}

/// What leaves anyway is not kept waiting.
#[tokio::test(start_paused = true)]
async fn an_instance_that_waits_at_the_hook_of_a_paused_cluster_is_drained_and_let_go() {
    let policy = |mode: &str| {
        manifests("", &format!(", mode: {mode}, signals: {{rebalance: {{enabled: true, budget: 1, cooldown: 10s}}}}"))
    };
    let mut account = scenario();
    account.groups[0].hooks = vec![HookSpec::terminating("ecs-spot-operator-drain", Duration::from_secs(300), true)];
    account.rules.push(RuleSpec::of("EC2 Instance-terminate Lifecycle Action", QUEUE));
    let rig = Rig::with(account, &policy("enforce"));
    let operator = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members();
    recommend(&rig, &doomed[..2]);
    rig.secs(20).await;
    operator.tell(&policy("paused"));
    rig.secs(5).await;
    let is_held = |id: &&String| {
        let shown = operator.board.find(id, rig.clock.now()).unwrap();
        shown.status.waiting_for.iter().any(|it| it.reason == "NotEnforced")
    };
    let held = doomed[..2].iter().find(is_held).unwrap();
    rig.scale_in(held).await;
    rig.secs(500).await;
    assert!(!rig.members().contains(held), "it has gone within a heartbeat or two");
}
