//! A group and its members, as data.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use super::activity::Activities;
use super::hooks::{Hook, Waiting};
use super::order::Served;
use super::renewal::Renewal;
use super::state::LifecycleState;
use crate::sim::kernel::{AutoScalingTimer, Core, Fact, GroupTimer, Purpose};
use crate::sim::spec::{Market, Process, Spread};

#[derive(Clone, Debug)]
pub struct Member {
    pub instance: String,
    pub zone: String,
    pub instance_type: String,
    pub spot: bool,
    pub state: LifecycleState,
    pub healthy: bool,
    pub protected: bool,
    /// The member in whose place this one was launched.
    pub replaces: Option<String>,
    /// Its replacement is asked for while it still serves.
    pub rebalancing: bool,
    /// The lifecycle hooks that hold it.
    pub waiting: Vec<Waiting>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    pub arn: String,
    pub created: Timestamp,
    pub min: u32,
    pub max: u32,
    pub desired: u32,
    pub zones: Vec<String>,
    pub instance_types: Vec<String>,
    pub market: Market,
    pub launch_template: bool,
    /// Whether it has a mixed instances policy.
    pub mixed_policy: bool,
    /// How many stopped instances its warm pool keeps.
    pub warm_pool: Option<u32>,
    pub capacity_rebalance: bool,
    pub protect_new: bool,
    pub suspended: BTreeSet<Process>,
    pub hooks: BTreeMap<String, Hook>,
    /// Values and whether instances get them, by key.
    pub tags: BTreeMap<String, (String, bool)>,
    /// The cluster in the user data of its launch template.
    pub cluster: Option<String>,
    pub capacity_provider: Option<String>,
    pub members: BTreeMap<String, Member>,
    /// Instances that wait in the warm pool.
    pub warm: BTreeMap<String, Member>,
    /// Members that the group lost and has launched nothing for yet.
    pub vacancies: VecDeque<String>,
    pub activities: Activities,
    pub renewal: Option<Renewal>,
    /// The last renewals that are over.
    pub renewed: VecDeque<Renewal>,
    /// Launches that were ordered by token.
    pub served: BTreeMap<String, Served>,
    /// A launch failed, and another attempt is planned.
    pub retries: bool,
}

impl Group {
    /// How many members count as capacity.
    pub fn capacity(&self, core: &Core) -> u32 {
        let holds_on = |m: &Member| m.state == LifecycleState::TerminatingWait && !core.params.launches_while_waiting;
        let counts = |m: &&Member| {
            !m.rebalancing && (m.state.is_pending() || m.state == LifecycleState::InService || holds_on(m))
        };
        u32::try_from(self.members.values().filter(counts).count()).unwrap_or(u32::MAX)
    }

    /// How many members run or are about to, replacements and those that they replace included.
    pub fn size(&self) -> u32 {
        let there = |m: &&Member| m.state.is_pending() || m.state == LifecycleState::InService;
        u32::try_from(self.members.values().filter(there).count()).unwrap_or(u32::MAX)
    }

    /// Plans something for this group, after a time out of `spread`.
    pub fn within(&self, spread: Spread, what: GroupTimer, core: &mut Core) {
        core.within(Purpose::Group, spread, AutoScalingTimer { group: self.name.clone(), what });
    }

    pub fn is_suspended(&self, process: Process) -> bool {
        self.suspended.contains(&process)
    }

    /// Puts a member into a state, and lets the world know.
    pub fn enter(&mut self, instance: &str, state: LifecycleState, core: &mut Core) {
        let Some(member) = self.members.get_mut(instance) else { return };
        if member.state != state {
            member.state = state;
            let (group, instance) = (self.name.clone(), instance.to_owned());
            core.tell(Fact::MemberState { group, instance, state: state.name() });
        }
    }

    /// Sets the desired capacity, and lets the world know.
    pub fn want(&mut self, desired: u32, core: &mut Core) {
        let from = std::mem::replace(&mut self.desired, desired);
        if from != desired {
            core.tell(Fact::DesiredChanged { group: self.name.clone(), from, to: desired });
        }
    }
}
