//! A whole simulated account.

use super::cluster::ClusterSpec;
use super::delivery::{QueueSpec, RuleSpec, TopicSpec};
use super::faults::Faults;
use super::group::{GroupSpec, PoolSpec};
use super::params::Params;
use super::plan::{InterruptionPlan, Planned};
use super::weather::Weather;

/// A whole simulated account in one Region. Build one field by field, on top of [`Scenario::default`], which is empty.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The account's number.
    pub account: String,
    /// The Region.
    pub region: String,
    /// How AWS behaves where it leaves that open.
    pub params: Params,
    /// ECS clusters.
    pub clusters: Vec<ClusterSpec>,
    /// Auto Scaling groups; a group that names a capacity provider brings it with it.
    pub groups: Vec<GroupSpec>,
    /// Pools whose Spot capacity is limited.
    pub pools: Vec<PoolSpec>,
    /// SQS queues.
    pub queues: Vec<QueueSpec>,
    /// SNS topics.
    pub topics: Vec<TopicSpec>,
    /// EventBridge rules.
    pub rules: Vec<RuleSpec>,
    /// What Spot takes back, and when.
    pub interruptions: Vec<InterruptionPlan>,
    /// What happens otherwise, and when.
    pub plan: Vec<Planned>,
    /// What Spot does by itself.
    pub weather: Option<Weather>,
    /// What goes wrong.
    pub faults: Faults,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            params: Params::default(),
            clusters: Vec::new(),
            groups: Vec::new(),
            pools: Vec::new(),
            queues: Vec::new(),
            topics: Vec::new(),
            rules: Vec::new(),
            interruptions: Vec::new(),
            plan: Vec::new(),
            weather: None,
            faults: Faults::none(),
        }
    }
}
