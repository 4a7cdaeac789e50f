//! What happens in the account.

use super::{QUEUE, group_name};
use crate::api::{
    HumanDuration, ScenarioAction, ScenarioCapacity, ScenarioDeed, ScenarioInterruption, ScenarioSome, ScenarioSpec,
    ScenarioWeather,
};
use crate::sim;

/// Interruptions that a plan with `every` may give.
const REPEATS_MAX: usize = 100_000;

pub fn interruptions(spec: &ScenarioSpec) -> Vec<sim::InterruptionPlan> {
    spec.interruptions.iter().flat_map(|plan| repeated(spec, plan)).collect()
}

fn repeated(spec: &ScenarioSpec, plan: &ScenarioInterruption) -> Vec<sim::InterruptionPlan> {
    let end = spec.duration.unsigned();
    let times = std::iter::successors(Some(plan.after.unsigned()), |last| Some(*last + plan.every?.unsigned()));
    let times = times.take_while(|time| *time < end).take(REPEATS_MAX);
    let one = |after| sim::InterruptionPlan {
        after,
        group: group_name(&plan.capacity_provider),
        count: plan.count as usize,
        any: plan.any,
        action: match plan.action {
            ScenarioAction::Terminate => sim::Action::Terminate,
            ScenarioAction::Stop => sim::Action::Stop,
            ScenarioAction::Hibernate => sim::Action::Hibernate,
        },
        lead: Some(plan.notice.unsigned()),
        silent: plan.silent,
        recommended: plan.recommended_before.map(|before| before.unsigned()),
        cancelled_after: plan.cancelled_after.map(|after| after.unsigned()),
    };
    times.map(one).collect()
}

pub fn plan(spec: &ScenarioSpec) -> Vec<sim::Planned> {
    let planned = |happening: &crate::api::ScenarioHappening| sim::Planned {
        after: happening.after.unsigned(),
        deed: deed(&happening.what),
    };
    spec.happenings.iter().map(planned).collect()
}

fn deed(deed: &ScenarioDeed) -> sim::Deed {
    let group = |some: &ScenarioSome| group_name(&some.capacity_provider);
    let count = |some: &ScenarioSome| some.count as usize;
    let later = |some: &ScenarioSome| some.later.map(HumanDuration::unsigned);
    match deed {
        ScenarioDeed::Recommend(some) => sim::Deed::Recommend { group: group(some), count: count(some) },
        ScenarioDeed::Maintain(some) => {
            let lead = later(some).unwrap_or_default();
            sim::Deed::Maintain { group: group(some), count: count(some), lead }
        }
        ScenarioDeed::Capacity(ScenarioCapacity { instance_type, zone, capacity }) => {
            sim::Deed::Capacity { instance_type: instance_type.clone(), zone: zone.clone(), capacity: *capacity }
        }
        ScenarioDeed::InterruptFargate(some) => {
            sim::Deed::InterruptFargate { cluster: some.capacity_provider.clone(), count: count(some) }
        }
        ScenarioDeed::Drain(some) => {
            sim::Deed::Drain { group: group(some), count: count(some), back_after: later(some) }
        }
        ScenarioDeed::Detach(some) => sim::Deed::Detach { group: group(some), count: count(some) },
        ScenarioDeed::Terminate(some) => sim::Deed::Terminate { group: group(some), count: count(some) },
        ScenarioDeed::Resize(some) => sim::Deed::Resize { group: group(some), desired: some.count },
        ScenarioDeed::Refresh(some) => sim::Deed::Refresh { group: group(some) },
        ScenarioDeed::Send(message) => sim::Deed::Send { queue: QUEUE.to_owned(), body: message.body.clone() },
    }
}

pub fn weather(weather: &ScenarioWeather) -> sim::Weather {
    let between = |min: HumanDuration, max: HumanDuration| sim::Spread::between(min.unsigned(), max.unsigned());
    sim::Weather {
        storms_per_day: weather.storms_per_day,
        until: weather.until.map(|until| until.unsigned()),
        share_percent: (weather.share_min_percent, weather.share_max_percent),
        lone_percent: weather.lone_percent,
        within: between(HumanDuration::from_secs(0), weather.within),
        announced_percent: weather.announced_percent,
        false_alarm_percent: weather.false_alarm_percent,
        announced_before: between(weather.announced_min, weather.announced_max),
        dry: between(weather.dry_min, weather.dry_max),
        short_percent: weather.short_percent,
        silent_percent: weather.silent_percent,
        cancelled_percent: weather.cancelled_percent,
    }
}
