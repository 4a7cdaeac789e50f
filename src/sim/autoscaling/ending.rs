//! The end of a membership: by termination, with the hooks that hold it up, or by detaching.

use super::activity::{Activity, Progress, Subject};
use super::events;
use super::group::Group;
use super::state::LifecycleState;
use crate::sim::ec2::{Ec2, State};
use crate::sim::kernel::{Core, Departure, Fact};

impl Group {
    /// Terminates a member; whether it is replaced is the desired capacity's affair. Hooks hold up the end of what has
    /// served.
    pub fn terminate(&mut self, instance: &str, why: &str, ec2: &mut Ec2, core: &mut Core) -> Option<Activity> {
        let member = self.members.get_mut(instance)?;
        let (served, zone) = (!member.state.is_pending(), member.zone.clone());
        member.waiting.clear();
        let subject = Subject { group: &self.name, instance, zone: &zone };
        let start = (Progress::UnderWay, 0);
        let activity = self.activities.begin_at(start, subject, "Terminating EC2 instance", why, core);
        self.enter(instance, LifecycleState::Terminating, core);
        if !(served && self.hold(instance, false, core)) {
            self.end(instance, ec2, core);
        }
        Some(activity)
    }

    /// A member that is not there to stay has to be made up for; if it was to take the place of one that still serves, that one.
    pub fn lose(&mut self, instance: &str) {
        let member = self.members.get(instance);
        let pending = member.is_some_and(|member| member.state.is_pending());
        let renewed = |old: &str| self.renewal.as_ref().is_some_and(|renewal| renewal.is_replacing(old));
        let serves = |old: &String| {
            let there = self.members.get(old).is_some_and(|m| m.rebalancing && m.state == LifecycleState::InService);
            there && (pending || renewed(old))
        };
        let replaces = member.and_then(|member| member.replaces.clone()).filter(serves);
        self.vacancies.push_back(replaces.unwrap_or_else(|| instance.to_owned()));
    }

    /// No hook holds the member any more: EC2 terminates it.
    pub fn end(&mut self, instance: &str, ec2: &mut Ec2, core: &mut Core) {
        if ec2.state(instance) == Some(State::Terminated) {
            self.remove(instance, Departure::Terminated, core);
        } else {
            ec2.terminate(instance, core);
        }
    }

    /// EC2 has terminated a member's instance, at the group's wish or not.
    pub fn terminated(&mut self, instance: &str, core: &mut Core) {
        let state = self.members.get(instance).map(|member| member.state);
        if matches!(state, Some(LifecycleState::Terminating | LifecycleState::TerminatingProceed)) {
            self.remove(instance, Departure::Terminated, core);
        }
    }

    pub fn detached(&mut self, instance: &str, core: &mut Core) {
        if self.members.get(instance).is_some_and(|member| member.state == LifecycleState::Detaching) {
            self.remove(instance, Departure::Detached, core);
        }
    }

    fn remove(&mut self, instance: &str, how: Departure, core: &mut Core) {
        if self.members.remove(instance).is_none() {
            return;
        }
        for done in self.activities.finish(instance, core.now) {
            if how == Departure::Terminated {
                events::terminated(&done, &self.arn, core);
            }
        }
        self.renewed_one(instance, core);
        // What there was no room for may be launched now.
        self.wake(core);
        core.tell(Fact::LeftGroup { group: self.name.clone(), instance: instance.to_owned(), how });
    }
}
