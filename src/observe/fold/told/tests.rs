use super::*;
use crate::observe::Observation;
use crate::observe::fold::tests::{instance, see, snapshot, time};
use crate::observe::task::Words;

fn told(status: &str, version: Option<i64>, at: &str) -> InstanceTold {
    InstanceTold {
        cluster: "web".into(),
        arn: "arn:container-instance/web/1".into(),
        status: Some(InstanceStatus::from(status)),
        agent_connected: Some(true),
        version,
        at: time(at),
    }
}

/// `i-1`, ACTIVE in version 5 at 03:00:00.
fn known() -> Snapshot {
    let mut snapshot = snapshot();
    see(&mut snapshot, "i-1", ContainerInstance { version: Some(5), ..instance(time("03:00:00")) }, time("03:00:00"));
    snapshot
}

fn hear(snapshot: &mut Snapshot, told: InstanceTold, at: &str) {
    snapshot.apply(Observation::InstanceTold("i-1".into(), told), time(at));
}

fn status(snapshot: &Snapshot) -> InstanceStatus {
    snapshot.instances[&"i-1".into()].status.clone()
}

#[test]
fn an_event_shows_a_known_instance_as_it_is_now() {
    let mut snapshot = known();
    let silent = InstanceTold { agent_connected: Some(false), ..told("DRAINING", Some(6), "03:00:09") };
    hear(&mut snapshot, silent, "03:00:10");
    let instance = &snapshot.instances[&"i-1".into()];
    assert_eq!((&instance.status, instance.version), (&InstanceStatus::Draining, Some(6)));
    assert_eq!((instance.disconnected_since, instance.observed_at), (Some(time("03:00:09")), time("03:00:09")));
    assert_eq!(snapshot.told[&Subject::Instance("i-1".into())], time("03:00:09"));
    hear(&mut snapshot, told("DRAINING", Some(7), "03:00:11"), "03:00:12");
    assert_eq!(snapshot.instances[&"i-1".into()].disconnected_since, None);
    hear(&mut snapshot, told("INACTIVE", Some(8), "03:00:20"), "03:00:21");
    assert_eq!(snapshot.instances[&"i-1".into()].gone_at, Some(time("03:00:21")));
}

#[test]
fn an_event_that_comes_late_or_twice_undoes_nothing() {
    let mut snapshot = known();
    hear(&mut snapshot, told("DRAINING", Some(7), "03:00:09"), "03:00:10");
    let before = snapshot.clone();
    for version in [5, 6, 7] {
        hear(&mut snapshot, told("ACTIVE", Some(version), "03:00:11"), "03:00:12");
        assert_eq!(format!("{snapshot:?}"), format!("{before:?}"), "version {version}");
    }
    hear(&mut snapshot, told("ACTIVE", None, "03:00:09"), "03:00:12");
    assert_eq!(status(&snapshot), InstanceStatus::Draining, "where versions are not known times decide");
    hear(&mut snapshot, told("ACTIVE", None, "03:00:10"), "03:00:12");
    assert_eq!(status(&snapshot), InstanceStatus::Active);
}

#[test]
fn an_answer_that_has_not_caught_up_undoes_no_event() {
    let mut snapshot = known();
    hear(&mut snapshot, told("DRAINING", Some(7), "03:00:09"), "03:00:10");
    let answer = |at: &str| ContainerInstance { version: Some(6), ..instance(time(at)) };
    see(&mut snapshot, "i-1", answer("03:00:12"), time("03:00:13"));
    assert_eq!(status(&snapshot), InstanceStatus::Draining);
    see(&mut snapshot, "i-1", answer("03:01:09"), time("03:01:10"));
    assert_eq!(status(&snapshot), InstanceStatus::Active, "no answer is behind for so long");
}

#[test]
fn what_is_gone_is_not_brought_back_by_an_event() {
    let mut snapshot = known();
    snapshot.apply(Observation::Instances { found: vec![], missing: vec!["i-1".into()] }, time("03:02:00"));
    let before = format!("{snapshot:?}");
    hear(&mut snapshot, told("ACTIVE", Some(9), "03:01:00"), "03:02:01");
    assert_eq!(format!("{snapshot:?}"), before);
}

#[test]
fn a_clock_that_is_ahead_does_not_keep_answers_out() {
    let mut snapshot = known();
    hear(&mut snapshot, told("DRAINING", None, "03:05:00"), "03:00:10");
    see(&mut snapshot, "i-1", instance(time("03:00:11")), time("03:00:12"));
    assert_eq!(status(&snapshot), InstanceStatus::Active);
}

#[test]
fn an_instance_that_only_an_event_told_of_is_looked_for_once() {
    let mut snapshot = snapshot();
    hear(&mut snapshot, told("INACTIVE", Some(1), "03:00:00"), "03:00:01");
    assert!(snapshot.heard_of.is_empty());
    hear(&mut snapshot, told("ACTIVE", Some(1), "03:00:00"), "03:00:01");
    assert!(snapshot.instances.is_empty(), "an event does not tell whether it is to be left alone");
    assert_eq!(snapshot.heard_of[&"i-1".into()], "web".into());
    let subjects = || vec![Subject::Instance("i-1".into())];
    snapshot.begin(subjects(), time("03:00:01"));
    snapshot.end(subjects(), true);
    assert!(!snapshot.heard_of.is_empty(), "it has not been looked for yet");
    snapshot.begin(subjects(), time("03:00:02"));
    snapshot.end(subjects(), false);
    assert!(snapshot.heard_of.is_empty());
    let mut snapshot = known();
    let another = InstanceTold { arn: "arn:container-instance/web/2".into(), ..told("ACTIVE", Some(1), "03:00:05") };
    hear(&mut snapshot, another, "03:00:06");
    assert!(snapshot.heard_of.contains_key(&"i-1".into()), "it has registered anew");
}

#[test]
fn a_cluster_is_known_by_name_and_region() {
    let snapshot = snapshot();
    let named = |arn: &str| snapshot.cluster_named(arn).is_some();
    assert!(named("arn:aws:ecs:us-east-1:123456789012:cluster/web"));
    assert!(!named("arn:aws:ecs:us-east-2:123456789012:cluster/web"));
    assert!(!named("arn:aws:ecs:us-east-1:123456789012:cluster/other"));
    assert!(!named("web"));
}

fn task(status: &str, version: i64, at: &str) -> TaskTold {
    let words = Words { last_status: Some(status), version: Some(version), ..Words::default() };
    TaskTold {
        cluster: "web".into(),
        host: "arn:container-instance/web/1".into(),
        arn: "arn:task/1".into(),
        task: words.at(time(at)),
    }
}

/// The tasks of `i-1` were listed at 03:00:01: one, RUNNING in version 3.
fn listed() -> Snapshot {
    let mut snapshot = known();
    snapshot.begin(vec![Subject::Tasks("i-1".into())], time("03:00:01"));
    let words = Words { definition: Some("app:1"), last_status: Some("RUNNING"), version: Some(3), ..Words::default() };
    let found = vec![("arn:task/1".into(), words.at(time("03:00:01")))];
    let listed_at = Some(time("03:00:01"));
    snapshot.apply(Observation::Tasks { instance: "i-1".into(), found, listed_at }, time("03:00:02"));
    snapshot
}

fn tell(snapshot: &mut Snapshot, told: TaskTold, at: &str) {
    snapshot.apply(Observation::TaskTold(told), time(at));
}

#[test]
fn events_about_tasks_follow_them_to_their_end_and_never_back() {
    let mut snapshot = listed();
    tell(&mut snapshot, task("STOPPED", 6, "03:00:09"), "03:00:10");
    tell(&mut snapshot, task("STOPPING", 5, "03:00:08"), "03:00:11");
    let found = vec![("arn:task/1".into(), task("RUNNING", 4, "03:00:12").task)];
    snapshot.apply(Observation::Tasks { instance: "i-1".into(), found, listed_at: None }, time("03:00:13"));
    let seen = snapshot.tasks[&"i-1".into()].tasks[&"arn:task/1".into()].clone();
    assert!(seen.stopped && seen.told_to_stop);
    assert_eq!((seen.version, &*seen.definition), (Some(6), "app:1"), "what an event does not tell stays as it was");
    assert_eq!(snapshot.told[&Subject::Tasks("i-1".into())], time("03:00:09"));
}

#[test]
fn a_new_task_is_kept_where_tasks_are_looked_at_and_nowhere_else() {
    let new = || TaskTold { arn: "arn:task/2".into(), ..task("PENDING", 1, "03:00:09") };
    let mut snapshot = listed();
    tell(&mut snapshot, new(), "03:00:10");
    assert_eq!(snapshot.tasks[&"i-1".into()].tasks.len(), 2);

    let mut untracked = known();
    tell(&mut untracked, new(), "03:00:10");
    assert!(untracked.tasks.is_empty());

    let mut elsewhere = listed();
    tell(&mut elsewhere, TaskTold { cluster: "other".into(), ..new() }, "03:00:10");
    tell(&mut elsewhere, TaskTold { host: "arn:container-instance/web/9".into(), ..new() }, "03:00:10");
    assert_eq!(elsewhere.tasks[&"i-1".into()].tasks.len(), 1);

    let mut lives_on = listed();
    lives_on.asked.clear();
    tell(&mut lives_on, new(), "05:00:00");
    assert_eq!(lives_on.tasks[&"i-1".into()].tasks.len(), 1, "nobody has looked at its tasks for an hour");
}
