//! What happens in a drawn account.

use super::lots::Lots;
use super::{CLUSTER, EVENTFUL_SECS};
use crate::api::{
    HumanDuration, ScenarioAction, ScenarioCapacity, ScenarioCluster, ScenarioDeed, ScenarioGroup, ScenarioHappening,
    ScenarioInterruption, ScenarioMessage, ScenarioSome, ScenarioWeather,
};

pub fn interruptions(lots: &mut Lots, groups: &[ScenarioGroup]) -> Vec<ScenarioInterruption> {
    (0..lots.below(5)).map(|_| interruption(lots, groups)).collect()
}

fn provider(lots: &mut Lots, groups: &[ScenarioGroup]) -> String {
    let group = lots.below(u32::try_from(groups.len()).unwrap_or(1)) as usize;
    groups.get(group).map(|group| group.capacity_provider.clone()).unwrap_or_default()
}

fn interruption(lots: &mut Lots, groups: &[ScenarioGroup]) -> ScenarioInterruption {
    let action = lots.one_of(&[ScenarioAction::Stop, ScenarioAction::Hibernate], ScenarioAction::Terminate);
    ScenarioInterruption {
        after: lots.secs(1, EVENTFUL_SECS),
        capacity_provider: provider(lots, groups),
        count: lots.between(1, 4),
        any: lots.chance(40),
        action: if lots.chance(20) { action } else { ScenarioAction::Terminate },
        notice: HumanDuration::from_secs(lots.one_of(&[120, 120, 120, 120, 60, 20, 1], 120)),
        silent: lots.chance(5),
        recommended_before: lots.chance(15).then(|| lots.secs(1, 120)),
        cancelled_after: lots.chance(10).then(|| lots.secs(1, 100)),
        every: None,
    }
}

pub fn happenings(lots: &mut Lots, cluster: &ScenarioCluster) -> Vec<ScenarioHappening> {
    let count = lots.one_of(&[0, 0, 1, 2, 4, 6], 0);
    (0..count)
        .map(|_| {
            let after = lots.secs(1, EVENTFUL_SECS);
            ScenarioHappening { after, what: deed(lots, cluster) }
        })
        .collect()
}

fn deed(lots: &mut Lots, cluster: &ScenarioCluster) -> ScenarioDeed {
    let capacity_provider = provider(lots, &cluster.groups);
    let group = cluster.groups.iter().find(|group| group.capacity_provider == capacity_provider);
    let later = Some(lots.secs(30, 300));
    let some = ScenarioSome { capacity_provider, count: lots.between(1, 2), later };
    match lots.below(11) {
        0 => ScenarioDeed::Recommend(some),
        1 => ScenarioDeed::Maintain(some),
        2 | 3 => ScenarioDeed::Drain(some),
        4 => ScenarioDeed::Detach(some),
        5 => ScenarioDeed::Terminate(some),
        6 => {
            let (min, desired) = group.map_or((0, 1), |group| (group.min, group.desired));
            ScenarioDeed::Resize(ScenarioSome { count: lots.between(min, desired), ..some })
        }
        7 => ScenarioDeed::Refresh(some),
        8 => ScenarioDeed::InterruptFargate(ScenarioSome { capacity_provider: CLUSTER.to_owned(), ..some }),
        9 => ScenarioDeed::Capacity(ScenarioCapacity {
            instance_type: Some("m5.large".to_owned()),
            zone: lots.chance(50).then(|| "us-east-1a".to_owned()),
            capacity: lots.chance(70).then(|| lots.below(6)),
        }),
        _ => ScenarioDeed::Send(ScenarioMessage { body: message(lots).to_owned() }),
    }
}

/// What the operator has nothing to do with, or cannot understand.
fn message(lots: &mut Lots) -> &'static str {
    let foreign = r#"{"version":"0","id":"0","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2","account":"123456789012","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":[],"detail":{"instance-id":"i-0ffffffffffffffff","instance-action":"terminate"}}"#;
    let unknown = r#"{"detail-type":"Something Else","source":"somebody","detail":{}}"#;
    lots.one_of(
        &[foreign, unknown, "nonsense", "{", r#"{"detail-type":"EC2 Spot Instance Interruption Warning"}"#],
        "[]",
    )
}

/// So often that a run of half an hour sees some of it.
pub fn weather(lots: &mut Lots) -> Option<ScenarioWeather> {
    lots.chance(25).then(|| ScenarioWeather {
        storms_per_day: f64::from(lots.between(100, 1_500)),
        until: Some(HumanDuration::from_secs(EVENTFUL_SECS / 3)),
        within: lots.secs(1, EVENTFUL_SECS / 3),
        announced_min: HumanDuration::from_secs(2),
        announced_max: lots.secs(10, EVENTFUL_SECS / 3),
        dry_min: HumanDuration::from_secs(30),
        dry_max: lots.secs(60, 300),
        short_percent: 10,
        silent_percent: 10,
        cancelled_percent: 10,
        ..ScenarioWeather::default()
    })
}
