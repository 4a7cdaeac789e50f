//! What EC2 Spot does by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::HumanDuration;

/// How often EC2 Spot takes instances back by itself, and with how much ado. The defaults are published observations, where
/// there are any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScenarioWeather {
    /// How often in a day a pool loses capacity, on average.
    #[schemars(range(min = 0.0, max = 10_000.0))]
    pub storms_per_day: f64,
    /// Until when storms are decided; null: to the end.
    pub until: Option<HumanDuration>,
    /// How many of 100 instances of the pool a storm takes at least.
    #[schemars(range(max = 100))]
    pub share_min_percent: u8,
    /// At most.
    #[schemars(range(max = 100))]
    pub share_max_percent: u8,
    /// In how many of 100 storms it is one instance only.
    #[schemars(range(max = 100))]
    pub lone_percent: u8,
    /// Within which time the notices of one storm come.
    pub within: HumanDuration,
    /// How many of 100 interruptions a rebalance recommendation precedes.
    #[schemars(range(max = 100))]
    pub announced_percent: u8,
    /// How many of 100 rebalance recommendations lead to nothing.
    #[schemars(range(max = 99))]
    pub false_alarm_percent: u8,
    /// How long before the notice a recommendation comes at least.
    pub announced_min: HumanDuration,
    /// At most.
    pub announced_max: HumanDuration,
    /// How long a pool has no capacity after a storm at least.
    pub dry_min: HumanDuration,
    /// At most.
    pub dry_max: HumanDuration,
    /// How many of 100 notices come with less than 120 s.
    #[schemars(range(max = 100))]
    pub short_percent: u8,
    /// How many of 100 interruptions come without notice.
    #[schemars(range(max = 100))]
    pub silent_percent: u8,
    /// How many of 100 are called off after the notice.
    #[schemars(range(max = 100))]
    pub cancelled_percent: u8,
}

impl Default for ScenarioWeather {
    fn default() -> Self {
        Self {
            storms_per_day: 1.0,
            until: None,
            share_min_percent: 20,
            share_max_percent: 100,
            lone_percent: 8,
            within: HumanDuration::from_secs(180),
            announced_percent: 60,
            false_alarm_percent: 70,
            announced_min: HumanDuration::from_secs(17 * 60),
            announced_max: HumanDuration::from_secs(522 * 60),
            dry_min: HumanDuration::from_secs(5 * 60),
            dry_max: HumanDuration::from_secs(120 * 60),
            short_percent: 2,
            silent_percent: 1,
            cancelled_percent: 1,
        }
    }
}
