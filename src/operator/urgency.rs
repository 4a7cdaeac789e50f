//! How urgent a call or a look is, by the cases that it is about. It decides an order, and nothing about instances.

use jiff::Timestamp;

use crate::aws::{Errand, Lane, Rank};
use crate::ids::{ClusterKey, GroupKey, InstanceId};
use crate::observe::Look;
use crate::observe::Snapshot;
use crate::observe::snapshot::ClusterState;
use crate::plan::{Call, Case, Cases, Deed};

/// What a call is for, as things stand at `now`. From the moment on from which planning would not ask for it any more, it is of no use.
pub fn of_call(call: &Call, cases: &Cases, now: Timestamp) -> Errand {
    let deeds = call.deeds();
    let about: Vec<&Case> = deeds.iter().filter_map(|(id, _)| cases.get(id)).collect();
    let urgent = about.iter().any(|case| !case.is_planned());
    let lane = rank(call).filter(|_| urgent).map_or(Lane::Soon, Lane::Urgent);
    let soonest = about.iter().filter_map(|case| case.deadline).filter(|deadline| *deadline > now).min();
    let by = if let Call::Stop { stopped, .. } = call { Some(stopped.by) } else { soonest };
    let noticed = about.iter().all(|case| case.is_noticed_by_spot());
    let until = about.iter().map(|case| case.history_from).max().filter(|_| is_of_its_time(call, noticed));
    Errand::new(lane).by(by).until(until)
}

const fn rank(call: &Call) -> Option<Rank> {
    match call {
        Call::Replace { .. } | Call::Drain { .. } | Call::Launch { .. } | Call::GiveBack { .. } => Some(Rank::First),
        Call::Mark { .. } | Call::Complete { .. } | Call::Heartbeat { .. } => Some(Rank::Second),
        Call::Stop { .. } | Call::Deregister { .. } => Some(Rank::Third),
        Call::Activate { .. } | Call::Attach { .. } | Call::SetBase { .. } | Call::ForgetBase { .. } => None,
    }
}

/// Whether planning would not ask for it once what was said is history. The end of a planned hand-over comes after that, and a pool
/// falls back whenever its launches fail.
const fn is_of_its_time(call: &Call, noticed: bool) -> bool {
    match call {
        Call::Drain { .. } | Call::Stop { .. } | Call::Deregister { .. } => true,
        Call::Replace { .. } | Call::Launch { deed: Deed::Launch, .. } => noticed,
        _ => false,
    }
}

/// What a look is for.
pub fn of_look(look: &Look, snapshot: &Snapshot, cases: &Cases, now: Timestamp) -> Errand {
    let soonest = |of: Vec<&InstanceId>| earliest(of.into_iter().filter_map(|id| cases.of(id)), now);
    let by = |rank: Rank, deadline: Option<Option<Timestamp>>| match deadline {
        Some(deadline) => Errand::new(Lane::Urgent(rank)).by(deadline),
        None => Errand::new(Lane::Soon),
    };
    match look {
        Look::Cluster(cluster) => {
            let read = snapshot.clusters.get(cluster).is_some_and(|it| matches!(it.state, ClusterState::Read { .. }));
            Errand::new(if read { Lane::Background } else { Lane::Soon })
        }
        Look::Locate { instances, .. } => by(Rank::First, soonest(instances.iter().collect())),
        Look::Find { cluster, instances } => match soonest(instances.iter().collect()) {
            // Newcomers may be what a case waits for.
            None => by(Rank::Third, in_cluster(cases, cluster, now)),
            deadline => by(Rank::First, deadline),
        },
        Look::TasksIn { instances, .. } => {
            by(Rank::Second, soonest(instances.iter().map(|(instance, _)| instance).collect()))
        }
        // What has been seen once is only looked at again.
        Look::Instances { instances, .. } => {
            by(Rank::Third, soonest(instances.iter().map(|(instance, _)| instance).collect()))
        }
        Look::TasksOf { instance, .. } => by(Rank::Second, soonest(vec![instance])),
        Look::Tasks { tasks, .. } => by(Rank::Third, soonest(tasks.iter().map(|(instance, _)| instance).collect())),
        Look::Groups { groups, .. } => by(Rank::Second, in_groups(cases, groups, now)),
        Look::Hooks(group) => match in_groups(cases, std::slice::from_ref(group), now) {
            None => Errand::new(Lane::Background),
            deadline => by(Rank::Second, deadline),
        },
        Look::Activities(_) | Look::Definition { .. } | Look::Services { .. } | Look::TargetGroup { .. } => {
            Errand::new(Lane::Soon)
        }
    }
}

fn in_groups(cases: &Cases, groups: &[GroupKey], now: Timestamp) -> Option<Option<Timestamp>> {
    let in_one = |case: &&Case| {
        let group = case.place.as_ref().and_then(|place| place.group.as_ref());
        group.is_some_and(|group| groups.contains(group))
    };
    earliest(cases.iter().filter(in_one), now)
}

fn in_cluster(cases: &Cases, cluster: &ClusterKey, now: Timestamp) -> Option<Option<Timestamp>> {
    earliest(cases.iter().filter(|case| case.place.as_ref().is_some_and(|place| place.cluster == *cluster)), now)
}

/// The soonest deadline of urgent cases; none if there is none of those.
fn earliest<'a>(cases: impl Iterator<Item = &'a Case>, now: Timestamp) -> Option<Option<Timestamp>> {
    // A deadline that nobody has told, or that is over, is later than all others.
    let ahead = |case: &Case| case.deadline.filter(|deadline| *deadline > now).unwrap_or(Timestamp::MAX);
    let deadlines = cases.filter(|case| !case.is_planned()).map(ahead);
    deadlines.min().map(|deadline| Some(deadline).filter(|deadline| *deadline < Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{CaseId, Way};
    use crate::signal::{InstanceAction, Signal, SignalKind};
    use jiff::SignedDuration;

    const NOTICE: SignalKind = SignalKind::InterruptionNotice(InstanceAction::Terminate);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn group() -> GroupKey {
        GroupKey { region: "us-east-1".into(), name: "web-spot-asg".into() }
    }

    /// Cases, each with its kind and the deadline that it has.
    fn cases(of: &[(&str, SignalKind, i64)]) -> Cases {
        let mut cases = Cases::default();
        for (id, kind, deadline) in of {
            let found = Signal::found(&InstanceId::from(*id), *kind, at(0));
            let signal = Signal { deadline: Some(at(*deadline)), history_from: at(*deadline), ..found };
            cases.admit(&signal, false, at(0));
        }
        cases
    }

    fn about(ids: &[&str]) -> Vec<(CaseId, InstanceId)> {
        ids.iter().map(|id| (CaseId { instance: (*id).into(), said_at: at(0) }, (*id).into())).collect()
    }

    fn replace(ids: &[&str]) -> Call {
        Call::Replace { way: Way::Detach, group: group(), instances: about(ids) }
    }

    #[test]
    fn what_a_notice_asks_for_is_urgent_by_its_deadline_and_of_no_use_after_it() {
        let cases = cases(&[("i-1", NOTICE, 120), ("i-2", NOTICE, 100), ("i-3", SignalKind::Maintenance, 900)]);
        let errand = of_call(&replace(&["i-1", "i-2"]), &cases, at(0));
        assert_eq!((errand.lane(), errand.time()), (Lane::Urgent(Rank::First), at(100)));
        assert!(!errand.has_passed(at(119)) && errand.has_passed(at(120)), "the last of the two");
        let planned = of_call(&replace(&["i-3"]), &cases, at(0));
        assert_eq!(planned.lane(), Lane::Soon);
        assert!(!planned.has_passed(at(9_999)), "a planned hand-over ends after what was planned for");
        assert_eq!(of_call(&replace(&["i-1"]), &cases, at(120)).time(), Timestamp::MAX, "new ones go before it");
    }

    #[test]
    fn tasks_are_stopped_by_their_own_time_and_what_is_owed_is_paid_whenever() {
        let cases = cases(&[("i-1", NOTICE, 120)]);
        let case = CaseId { instance: "i-1".into(), said_at: at(0) };
        let stopped = crate::plan::Stopped { case: case.clone(), task: "t".into(), by: at(85) };
        let stop = of_call(&Call::Stop { cluster: "web".into(), stopped }, &cases, at(0));
        assert_eq!((stop.lane(), stop.time()), (Lane::Urgent(Rank::Third), at(85)));
        let pay = Call::GiveBack { way: Way::Detach, group: group(), case, instance: "i-1".into() };
        assert!(!of_call(&pay, &cases, at(0)).has_passed(at(9_999)));
        assert!(matches!(pay.deeds().first(), Some((_, Deed::GiveBack))));
    }

    #[test]
    fn looks_are_as_urgent_as_the_cases_that_wait_for_them() {
        let cases = cases(&[("i-1", NOTICE, 120), ("i-3", SignalKind::Maintenance, 900)]);
        let snapshot = Snapshot::default();
        let lane = |look: &Look| of_look(look, &snapshot, &cases, at(0)).lane();
        let locate = |id: &str| Look::Locate { region: "us-east-1".into(), instances: vec![id.into()] };
        assert_eq!(lane(&locate("i-1")), Lane::Urgent(Rank::First));
        assert_eq!(lane(&locate("i-3")), Lane::Soon);
        assert_eq!(lane(&Look::Cluster("web".into())), Lane::Soon, "one that has not been read");
        assert_eq!(lane(&Look::Hooks(group())), Lane::Background, "nobody waits for it");
        let tasks = Look::TasksOf { cluster: "web".into(), instance: "i-1".into(), arn: "a".into() };
        assert_eq!(of_look(&tasks, &snapshot, &cases, at(0)).time(), at(120));
    }
}
