use super::*;
use crate::observe::snapshot::{Cluster, Member};

pub fn time(text: &str) -> Timestamp {
    format!("2026-01-02T{text}Z").parse().unwrap()
}

pub fn snapshot() -> Snapshot {
    let cluster = Cluster {
        region: "us-east-1".into(),
        name: "web".into(),
        state: ClusterState::Unread,
        providers: BTreeMap::new(),
    };
    Snapshot { clusters: BTreeMap::from([("web".into(), cluster)]), ..Snapshot::default() }
}

pub fn instance(at: Timestamp) -> ContainerInstance {
    ContainerInstance {
        cluster: "web".into(),
        arn: "arn:container-instance/web/1".into(),
        status: InstanceStatus::Active,
        draining_since: None,
        disconnected_since: None,
        provider: None,
        availability_zone: None,
        instance_type: None,
        registered_at: at,
        ignored: false,
        tasks: 0,
        mark: None,
        version: None,
        observed_at: at,
        looked_at: at,
        gone_at: None,
    }
}

pub fn see(snapshot: &mut Snapshot, id: &str, instance: ContainerInstance, at: Timestamp) {
    snapshot.apply(Observation::Instances { found: vec![(id.into(), instance)], missing: vec![] }, at);
}

#[test]
fn an_instance_that_a_list_left_out_is_asked_about_before_it_is_gone() {
    let mut snapshot = snapshot();
    see(&mut snapshot, "i-1", instance(time("03:00:00")), time("03:00:00"));
    let found = ContainerInstance { arn: "arn:container-instance/web/2".into(), ..instance(time("03:10:01")) };
    see(&mut snapshot, "i-2", found, time("03:10:01"));
    let began_at = time("03:10:00");
    let read = Observation::ClusterRead { cluster: "web".into(), began_at, listed: BTreeSet::new() };
    snapshot.apply(read, time("03:10:02"));
    assert_eq!(snapshot.unlisted, BTreeSet::from(["i-1".into()]), "i-2 was found while the reading went on");
    assert_eq!(snapshot.instances[&"i-1".into()].gone_at, None);
    assert!(snapshot.is_filled());
    snapshot.apply(Observation::Instances { found: vec![], missing: vec!["i-1".into()] }, time("03:10:03"));
    assert_eq!(snapshot.instances[&"i-1".into()].gone_at, Some(time("03:10:03")));
    assert!(snapshot.unlisted.is_empty());
}

#[test]
fn an_answer_that_has_not_caught_up_does_not_make_a_newcomer_gone() {
    let mut snapshot = snapshot();
    see(&mut snapshot, "i-1", instance(time("03:00:00")), time("03:00:00"));
    let missing = || Observation::Instances { found: vec![], missing: vec!["i-1".into()] };
    snapshot.apply(missing(), time("03:00:59"));
    assert_eq!(snapshot.instances[&"i-1".into()].gone_at, None);
    snapshot.apply(missing(), time("03:01:00"));
    assert_eq!(snapshot.instances[&"i-1".into()].gone_at, Some(time("03:01:00")));
}

#[test]
fn what_is_gone_is_forgotten_in_the_end() {
    let mut snapshot = snapshot();
    see(&mut snapshot, "i-1", instance(time("03:00:00")), time("03:00:00"));
    snapshot.apply(Observation::Instances { found: vec![], missing: vec!["i-1".into()] }, time("03:01:00"));
    let read = |began_at| Observation::ClusterRead { cluster: "web".into(), began_at, listed: BTreeSet::new() };
    snapshot.apply(read(time("04:01:00")), time("04:01:00"));
    assert!(snapshot.instances.contains_key(&"i-1".into()));
    snapshot.apply(read(time("04:01:01")), time("04:01:01"));
    assert!(snapshot.instances.is_empty());
}

#[test]
fn silence_counts_from_when_it_was_first_seen() {
    let mut snapshot = snapshot();
    let silent = |at| ContainerInstance { disconnected_since: Some(at), ..instance(at) };
    see(&mut snapshot, "i-1", silent(time("03:00:00")), time("03:00:00"));
    see(&mut snapshot, "i-1", silent(time("03:00:05")), time("03:00:05"));
    assert_eq!(snapshot.instances[&"i-1".into()].disconnected_since, Some(time("03:00:00")));
    see(&mut snapshot, "i-1", instance(time("03:00:06")), time("03:00:06"));
    assert_eq!(snapshot.instances[&"i-1".into()].disconnected_since, None);
}

#[test]
fn members_follow_their_group() {
    let mut snapshot = snapshot();
    let key = GroupKey { region: "us-east-1".into(), name: "asg".into() };
    let member = Member { lifecycle: Lifecycle::InService, availability_zone: None, instance_type: None };
    let group = |ids: &[&str]| Group {
        members: ids.iter().map(|id| (InstanceId::from(id), member.clone())).collect(),
        observed_at: time("03:00:00"),
        ..Group::default()
    };
    let at = time("03:00:00");
    snapshot.apply(Observation::Groups { found: vec![(key.clone(), group(&["i-1", "i-2"]))], missing: vec![] }, at);
    snapshot.apply(Observation::Leaving { group: key.clone(), instances: vec!["i-1".into()], state: "Detaching" }, at);
    assert_eq!(snapshot.member(&"i-1".into()).unwrap().2.lifecycle, Lifecycle::Leaving("Detaching".into()));
    snapshot.apply(Observation::Groups { found: vec![(key.clone(), group(&["i-2"]))], missing: vec![] }, at);
    assert!(snapshot.member(&"i-1".into()).is_none());
    assert!(snapshot.member(&"i-2".into()).is_some());
    snapshot.apply(Observation::Groups { found: vec![], missing: vec![key] }, at);
    assert!(snapshot.member_of.is_empty());
}

#[test]
fn older_answers_do_not_undo_newer_ones() {
    let mut snapshot = snapshot();
    let draining = ContainerInstance { status: InstanceStatus::Draining, ..instance(time("03:00:02")) };
    see(&mut snapshot, "i-1", draining, time("03:00:02"));
    see(&mut snapshot, "i-1", instance(time("03:00:01")), time("03:00:03"));
    assert_eq!(snapshot.instances[&"i-1".into()].status, InstanceStatus::Draining);

    let key = GroupKey { region: "us-east-1".into(), name: "asg".into() };
    let member = Member { lifecycle: Lifecycle::InService, availability_zone: None, instance_type: None };
    let group = |observed_at| Group {
        members: BTreeMap::from([("i-1".into(), member.clone())]),
        observed_at,
        ..Group::default()
    };
    let seen = |observed_at| Observation::Groups { found: vec![(key.clone(), group(observed_at))], missing: vec![] };
    snapshot.apply(seen(time("03:00:00")), time("03:00:00"));
    snapshot.apply(
        Observation::Leaving { group: key.clone(), instances: vec!["i-1".into()], state: "Detaching" },
        time("03:00:02"),
    );
    snapshot.apply(seen(time("03:00:01")), time("03:00:03"));
    assert!(matches!(snapshot.member(&"i-1".into()).unwrap().2.lifecycle, Lifecycle::Leaving(_)));
}

#[test]
fn a_cluster_that_is_said_to_be_missing_takes_no_instance_with_it() {
    let mut snapshot = snapshot();
    see(&mut snapshot, "i-1", instance(time("03:00:00")), time("03:00:00"));
    snapshot.apply(Observation::ClusterMissing("web".into()), time("03:00:01"));
    assert_eq!(snapshot.instances[&"i-1".into()].gone_at, None);
}

#[test]
fn a_member_that_the_cluster_does_not_have_is_a_stranger_until_it_registers() {
    let mut snapshot = snapshot();
    let key = GroupKey { region: "us-east-1".into(), name: "asg".into() };
    let providers = BTreeMap::from([("web-spot".into(), Behind::Group(key.clone()))]);
    let at = time("03:00:00");
    snapshot.apply(Observation::Cluster { cluster: "web".into(), name: "web".into(), providers }, at);
    let member = Member { lifecycle: Lifecycle::InService, availability_zone: None, instance_type: None };
    let group = Group {
        members: BTreeMap::from([("i-1".into(), member.clone()), ("i-2".into(), member)]),
        observed_at: at,
        ..Group::default()
    };
    snapshot.apply(Observation::Groups { found: vec![(key, group)], missing: vec![] }, at);
    see(&mut snapshot, "i-1", instance(at), at);
    let listed = BTreeSet::from(["1".to_owned()]);
    snapshot.apply(Observation::ClusterRead { cluster: "web".into(), began_at: at, listed }, at);
    assert_eq!(snapshot.strangers, BTreeSet::from(["i-2".into()]));
    see(&mut snapshot, "i-2", instance(time("03:00:10")), time("03:00:10"));
    assert!(snapshot.strangers.is_empty());
}
