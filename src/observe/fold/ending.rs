//! Notes which container instances end, and which groups' members come and go: signs to look closer, and no more than that.

use jiff::{SignedDuration, Timestamp};

use crate::ids::{GroupKey, InstanceId};
use crate::observe::snapshot::{Ending, Group, InstanceStatus, Lifecycle, Snapshot};

/// What EC2 said longer ago is history: the instance may have been started again since.
const NEWS_FOR: SignedDuration = SignedDuration::from_secs(120);

impl Snapshot {
    /// EC2 says that an instance is stopped or terminated.
    pub(super) fn ends(&mut self, id: &InstanceId, said_at: Timestamp, now: Timestamp) {
        if now.duration_since(said_at) < NEWS_FOR {
            self.note(id, now, Some(said_at.min(now)));
        }
    }

    /// A container instance is seen to be gone, and is not marked so yet.
    pub(super) fn note_end(&mut self, id: &InstanceId, now: Timestamp) {
        self.note(id, now, None);
    }

    /// The first sign counts. What was never seen alive, or is known to be gone, does not end now.
    fn note(&mut self, id: &InstanceId, noted_at: Timestamp, since: Option<Timestamp>) {
        let Some(instance) = self.instances.get(id).filter(|instance| instance.gone_at.is_none()) else { return };
        let since = since.unwrap_or(instance.observed_at);
        let was_active = instance.status == InstanceStatus::Active;
        self.ending.entry(id.clone()).or_insert(Ending { noted_at, since, was_active, in_service: None });
    }

    /// Somebody drains it, and so knew of its end.
    pub(super) fn note_drain(&mut self, id: &InstanceId) {
        if let Some(ending) = self.ending.get_mut(id) {
            ending.was_active = false;
        }
    }

    /// A group is seen. The first look since a member has ended tells whether the group gave it up; later the group has found
    /// out by itself.
    pub(super) fn note_standing(&mut self, key: &GroupKey, seen: &Group) {
        let former = self.groups.get(key).map(|group| &group.members);
        for (id, ending) in &mut self.ending {
            let member = seen.members.get(id);
            let of_group = member.is_some() || former.is_some_and(|members| members.contains_key(id));
            if of_group && ending.in_service.is_none() && seen.observed_at >= ending.noted_at {
                ending.in_service = Some(member.is_some_and(|member| member.lifecycle == Lifecycle::InService));
            }
        }
    }

    /// Members of the groups with this name come or go. The events do not name the Region.
    pub(super) fn moves(&mut self, group: &str, now: Timestamp) {
        let named = self.groups.keys().filter(|key| *key.name == *group).cloned();
        self.moved.extend(named.map(|key| (key, now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Observation;
    use crate::observe::fold::tests::{instance, see, snapshot, time};
    use crate::observe::snapshot::ContainerInstance;

    fn hear(snapshot: &mut Snapshot, id: &str, said_at: &str, at: &str) {
        snapshot.apply(Observation::Ending { instance: id.into(), said_at: time(said_at) }, time(at));
    }

    #[test]
    fn the_first_sign_of_an_end_is_noted() {
        let mut snapshot = snapshot();
        see(&mut snapshot, "i-1", instance(time("03:00:00")), time("03:00:00"));
        hear(&mut snapshot, "i-1", "03:05:00", "03:05:02");
        let inactive = ContainerInstance { status: InstanceStatus::Inactive, ..instance(time("03:05:10")) };
        see(&mut snapshot, "i-1", inactive, time("03:05:10"));
        hear(&mut snapshot, "i-1", "03:05:20", "03:05:21");
        let ending = Ending { noted_at: time("03:05:02"), since: time("03:05:00"), was_active: true, in_service: None };
        assert_eq!(snapshot.ending[&"i-1".into()], ending);
    }

    #[test]
    fn an_instance_that_is_seen_gone_has_ended_since_it_was_last_seen() {
        let ended = |status: InstanceStatus, last: Observation| {
            let mut snapshot = snapshot();
            let before = ContainerInstance { status, ..instance(time("03:00:00")) };
            see(&mut snapshot, "i-1", before, time("03:00:00"));
            snapshot.apply(last, time("03:05:10"));
            snapshot.ending[&"i-1".into()]
        };
        let missing = || Observation::Instances { found: vec![], missing: vec!["i-1".into()] };
        let inactive = ContainerInstance { status: InstanceStatus::Inactive, ..instance(time("03:05:10")) };
        let inactive = Observation::Instances { found: vec![("i-1".into(), inactive)], missing: vec![] };
        let expected =
            Ending { noted_at: time("03:05:10"), since: time("03:00:00"), was_active: true, in_service: None };
        assert_eq!(ended(InstanceStatus::Active, missing()), expected);
        assert_eq!(ended(InstanceStatus::Active, inactive), expected);
        assert_eq!(ended(InstanceStatus::Draining, missing()), Ending { was_active: false, ..expected });
    }

    #[test]
    fn what_is_unknown_gone_or_history_does_not_end() {
        let mut snapshot = snapshot();
        hear(&mut snapshot, "i-9", "03:05:00", "03:05:02");
        see(&mut snapshot, "i-1", instance(time("03:00:00")), time("03:00:00"));
        hear(&mut snapshot, "i-1", "03:05:00", "03:07:00");
        assert!(snapshot.ending.is_empty(), "{:?}", snapshot.ending);
        see(&mut snapshot, "i-2", instance(time("03:00:00")), time("03:00:00"));
        let missing = Observation::Instances { found: vec![], missing: vec!["i-2".into()] };
        snapshot.apply(missing, time("03:01:00"));
        snapshot.ending.clear();
        hear(&mut snapshot, "i-2", "03:01:00", "03:01:01");
        assert!(snapshot.ending.is_empty(), "{:?}", snapshot.ending);
    }
}
