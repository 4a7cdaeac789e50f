//! A group and its members, as data.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use super::activity::Activities;
use crate::sim::scenario::Process;

/// The states of a member that the model knows (EC2 Auto Scaling User Guide, "Lifecycle").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifecycleState {
    Pending,
    InService,
    Terminating,
    Detaching,
}

impl LifecycleState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InService => "InService",
            Self::Terminating => "Terminating",
            Self::Detaching => "Detaching",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Member {
    pub instance: String,
    pub zone: String,
    pub instance_type: String,
    pub state: LifecycleState,
    pub healthy: bool,
    pub protected: bool,
    /// The member in whose place this one was launched.
    pub replaces: Option<String>,
    /// Capacity Rebalancing looks for its replacement while it still serves.
    pub rebalancing: bool,
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
    pub capacity_rebalance: bool,
    pub protect_new: bool,
    pub suspended: BTreeSet<Process>,
    /// The cluster in the user data of its launch template.
    pub cluster: Option<String>,
    pub capacity_provider: Option<String>,
    pub members: BTreeMap<String, Member>,
    /// Members that the group lost and has launched nothing for yet.
    pub vacancies: VecDeque<String>,
    pub activities: Activities,
}

impl Group {
    /// How many members count as capacity.
    pub fn capacity(&self) -> u32 {
        let counts =
            |m: &&Member| !m.rebalancing && matches!(m.state, LifecycleState::Pending | LifecycleState::InService);
        u32::try_from(self.members.values().filter(counts).count()).unwrap_or(u32::MAX)
    }

    pub fn is_suspended(&self, process: Process) -> bool {
        self.suspended.contains(&process)
    }

    /// The zone with the fewest members, the first of those.
    pub fn emptiest_zone(&self) -> Option<&String> {
        self.zones.iter().min_by_key(|zone| self.members.values().filter(|m| m.zone == **zone).count())
    }
}
