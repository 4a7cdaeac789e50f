//! EC2 Spot by itself: how often it takes instances back, how many at a time, and with how much ado.
//!
//! The numbers are those of published observations: of 2,635 interruptions in over 92 % another instance of the same type
//! and zone was interrupted within three minutes (arXiv 2604.16457); of the interruptions that one operator saw in 17 h 60 %
//! had been preceded by a rebalance recommendation, 70 % of which nothing followed, with 17 min to 8 h 42 min of lead (a
//! comment on aws-node-termination-handler #141).

use std::time::Duration;

use super::spread::Spread;

/// What Spot does by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Weather {
    /// How often in a day a pool loses capacity, on average; such events come at random.
    pub storms_per_day: f64,
    /// Until when storms are decided, from the start of the simulation; `None` for ever.
    pub until: Option<Duration>,
    /// How much of the pool's instances a storm takes, in percent: drawn between the two.
    pub share_percent: (u8, u8),
    /// In how many of 100 storms it is one instance only.
    pub lone_percent: u8,
    /// Within which time the notices of one storm come.
    pub within: Spread,
    /// How many of 100 interruptions a rebalance recommendation precedes.
    pub announced_percent: u8,
    /// How many of 100 rebalance recommendations lead to nothing.
    pub false_alarm_percent: u8,
    /// How long before the notice a recommendation comes; most are nearer to the shortest.
    pub announced_before: Spread,
    /// How long the pool then has no capacity.
    pub dry: Spread,
    /// How many of 100 notices come with less than the documented lead.
    pub short_percent: u8,
    /// How many of 100 interruptions come without notice.
    pub silent_percent: u8,
    /// How many of 100 reclaims are called off after the notice.
    pub cancelled_percent: u8,
}

impl Default for Weather {
    /// One storm a day; what is not published (short, missing and cancelled notices) is rare.
    fn default() -> Self {
        Self {
            storms_per_day: 1.0,
            until: None,
            share_percent: (20, 100),
            lone_percent: 8,
            within: Spread::secs(0, 180),
            announced_percent: 60,
            false_alarm_percent: 70,
            announced_before: Spread::between(Duration::from_secs(17 * 60), Duration::from_secs(522 * 60)),
            dry: Spread::secs(5 * 60, 120 * 60),
            short_percent: 2,
            silent_percent: 1,
            cancelled_percent: 1,
        }
    }
}
