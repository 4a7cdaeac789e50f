//! What is asked of a group at a notice, row by row, by what AWS shows of it: how the instance leaves, and what the group wants.

use std::time::Duration;

use ecs_spot_operator::sim::{Deed, GroupSpec, HookSpec, Planned, Process};

use crate::rig::*;

/// One of the group's members gets notice; how the operator made its group lose it, if it did.
struct Row {
    detached: u64,
    terminated: u64,
    outcome: &'static str,
    rig: Rig,
}

async fn row(change: impl FnOnce(&mut GroupSpec)) -> Row {
    let mut scenario = interrupted(1);
    change(&mut scenario.groups[0]);
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(420).await;
    let (detached, terminated) = (rig.calls("DetachInstances"), rig.calls("TerminateInstanceInAutoScalingGroup"));
    let outcome = rig.outcomes()[0];
    Row { detached, terminated, outcome, rig }
}

fn hook(name: &str, continues: bool) -> HookSpec {
    HookSpec::terminating(name, Duration::from_secs(300), continues)
}

impl Row {
    /// Whether the group was asked to let go and to terminate, and that it ends as it began.
    fn asked(&self) -> (u64, u64) {
        let group = self.rig.sim.group(GROUP).unwrap();
        assert_eq!((group.members.len(), group.desired), (6, 6), "{}", self.outcome);
        (self.detached, self.terminated)
    }
}

#[tokio::test(start_paused = true)]
async fn in_service_without_hooks_is_detached() {
    let row = row(|_| {}).await;
    assert_eq!((row.asked(), row.outcome), ((1, 0), "handed_over"));
}

#[tokio::test(start_paused = true)]
async fn where_all_hooks_wait_for_the_tasks_the_group_terminates() {
    let ours = row(|group| group.hooks = vec![hook("ecs-spot-operator-drain", true)]).await;
    assert_eq!((ours.asked(), ours.outcome), ((0, 1), "handed_over"));
    let managed = row(|group| group.managed_draining = true).await;
    assert_eq!((managed.asked(), managed.outcome), ((0, 1), "handed_over"));
}

#[tokio::test(start_paused = true)]
async fn where_a_hook_is_anothers_or_abandons_it_is_detached() {
    let theirs = row(|group| group.hooks = vec![hook("theirs", true)]).await;
    assert_eq!((theirs.asked(), theirs.outcome), ((1, 0), "handed_over"));
    let abandons = row(|group| group.hooks = vec![hook("ecs-spot-operator-drain", false)]).await;
    assert_eq!((abandons.asked(), abandons.outcome), ((1, 0), "handed_over"));
}

#[tokio::test(start_paused = true)]
async fn where_terminate_is_suspended_or_a_refresh_is_under_way_it_is_detached() {
    let ours = || vec![hook("ecs-spot-operator-drain", true)];
    let suspended = row(|group| (group.hooks, group.suspended) = (ours(), vec![Process::Terminate])).await;
    assert_eq!((suspended.asked(), suspended.outcome), ((1, 0), "handed_over"));
    let refreshing = row(|group| (group.hooks, group.refreshing) = (ours(), true)).await;
    assert_eq!(refreshing.detached, 1, "{}", refreshing.outcome);
}

#[tokio::test(start_paused = true)]
async fn with_capacity_rebalancing_the_group_replaces_it_once_by_itself() {
    let row = row(|group| group.capacity_rebalance = true).await;
    let truth = row.rig.sim.truth().interruptions.pop().unwrap();
    assert_eq!((row.asked(), truth.replacement.is_some()), ((0, 0), true));
}

#[tokio::test(start_paused = true)]
async fn with_launch_suspended_nothing_is_taken_away_before_its_time() {
    let row = row(|group| group.suspended = vec![Process::Launch]).await;
    assert_eq!((row.detached, row.terminated, row.outcome), (0, 0, "not_replaced"));
}

#[tokio::test(start_paused = true)]
async fn in_standby_it_is_drained_only() {
    let mut scenario = scenario();
    scenario.groups[0].standby = 1;
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(60).await;
    let standby = rig.sim.group(GROUP).unwrap().members.into_iter().find(|member| member.lifecycle_state == "Standby");
    let standby = standby.unwrap().instance_id;
    rig.send(rig.notice(&standby, "terminate", 0));
    rig.secs(30).await;
    assert_eq!(rig.status(&standby), "DRAINING");
    assert_eq!((rig.calls("DetachInstances"), rig.calls("TerminateInstanceInAutoScalingGroup")), (0, 0));
    assert_eq!(rig.events("case.replacement_skipped")[0].reason.as_deref(), Some("Standby"));
}

#[tokio::test(start_paused = true)]
async fn what_its_group_gives_up_already_is_drained_only() {
    let mut scenario = scenario();
    scenario.groups[0].hooks = vec![hook("theirs", true)];
    let rig = Rig::new(scenario);
    let _operator = rig.operate();
    rig.secs(30).await;
    let doomed = rig.members()[0].clone();
    rig.scale_in(&doomed).await;
    rig.send(rig.notice(&doomed, "terminate", 0));
    rig.secs(30).await;
    assert_eq!(rig.status(&doomed), "DRAINING");
    let group = rig.sim.group(GROUP).unwrap();
    assert_eq!((group.desired, group.members.len()), (5, 6), "as whoever scaled in wants it, and it waits");
}

/// The rig half a minute after something has happened in it at 20 s.
async fn after(deed: Deed) -> (Rig, Running) {
    let planned = Planned { after: Duration::from_secs(20), deed };
    let rig = Rig::new(ecs_spot_operator::sim::Scenario { plan: vec![planned], ..scenario() });
    let before = rig.operate();
    rig.secs(24).await;
    (rig, before)
}

#[tokio::test(start_paused = true)]
async fn in_no_group_it_is_drained_only() {
    let (rig, _operator) = after(Deed::Detach { group: GROUP.into(), count: 1 }).await;
    rig.secs(20).await;
    let members = rig.members();
    let all = rig.sim.container_instances("web").into_iter().map(|instance| instance.instance_id);
    let lone = all.into_iter().find(|id| !members.contains(id)).unwrap();
    rig.send(rig.notice(&lone, "terminate", 0));
    rig.secs(30).await;
    assert_eq!((rig.status(&lone), rig.calls("DetachInstances")), ("DRAINING", 1), "a person's");
    assert_eq!(rig.events("case.replacement_skipped").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn while_it_is_pending_its_group_is_asked_for_nothing_and_then_at_once() {
    let (rig, _operator) = after(Deed::Resize { group: GROUP.into(), desired: 7 }).await;
    let pending = || {
        let members = rig.sim.group(GROUP).unwrap().members.into_iter();
        members.filter(|member| member.lifecycle_state == "Pending").map(|member| member.instance_id).next()
    };
    while pending().is_none() {
        rig.secs(1).await;
    }
    let young = pending().unwrap();
    rig.send(rig.notice(&young, "terminate", 0));
    while pending().is_some() {
        rig.secs(1).await;
        assert!(rig.calls("DetachInstances") == 0 || pending().is_none());
    }
    rig.secs(30).await;
    assert_eq!(rig.calls("DetachInstances"), 1);
    assert!(!rig.members().contains(&young));
}

#[tokio::test(start_paused = true)]
async fn a_policy_fixes_the_method() {
    for (method, detached, terminated, launched) in
        [("auto", 1, 0, 0), ("detach", 1, 0, 0), ("terminate", 0, 1, 0), ("launch", 1, 0, 1), ("none", 0, 0, 0)]
    {
        let rig = Rig::with(interrupted(1), &manifests("", &format!(", replacement: {{method: {method}}}")));
        let _operator = rig.operate();
        rig.secs(420).await;
        let called =
            ["DetachInstances", "TerminateInstanceInAutoScalingGroup", "LaunchInstances"].map(|name| rig.calls(name));
        assert_eq!(called, [detached, terminated, launched], "{method}");
        assert_eq!(rig.sim.group(GROUP).unwrap().desired, 6, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_drains_is_told_of_and_left_alone() {
    let rig = Rig::with(scenario(), &manifests(", resync: 1m", ""));
    let _operator = rig.operate();
    rig.secs(30).await;
    rig.drain_from_outside(&rig.members()[0]).await;
    rig.secs(100).await;
    assert_eq!(rig.metrics.drained_by_others.get(), 0, "a notice may be about to come");
    rig.secs(140).await;
    assert_eq!((rig.metrics.drained_by_others.get(), rig.draining()), (1, 1));
    assert_eq!((rig.calls("DetachInstances"), rig.calls("PutAttributes")), (0, 0));
}
