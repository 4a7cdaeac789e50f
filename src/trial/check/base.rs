//! A group's On-Demand base ends as it began, where an operator has raised it: once the group has been calm for long enough,
//! and nobody else has changed it.

use std::collections::BTreeMap;

use super::{History, Violation, violation};
use crate::api::{Amount, ScenarioGroup};
use crate::trial::account::group_name;
use crate::trial::transcript::Line;

const INVARIANT: &str = "an On-Demand base that an operator has raised is given back";
const BOUND: &str = "an On-Demand base is raised by no more than the policy says";
const NEEDED: &str = "an On-Demand base is raised only after a launch has failed with the one before";
const NOTED: &str = "no note of a base stays that is given back";

/// The base is lowered no more often, whatever the policy says.
const STEPS_SECS: f64 = 120.0;

/// After the pause of the policy: looks at the group.
const SLACK_SECS: f64 = 240.0;

/// A note that nothing is owed for stays for so long.
const SETTLES_SECS: f64 = 300.0;

/// Operators read a cluster as a whole every so often.
const RESYNC_SECS: f64 = 600.0;

/// Checks the history and its end.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    [given_back(history), bounded(history), needed(history)].concat()
}

/// In a group that is Spot but for the base: there one more of that is one more On-Demand Instance.
fn bounded(history: &History<'_>) -> Vec<Violation> {
    let groups = history.scenario.clusters.iter().flat_map(|cluster| cluster.groups.iter());
    let spot = groups.filter(|group| group.on_demand_percent_above == 0);
    let bounds = spot.filter_map(|group| Some((group, i64::from(bound(history, &group.capacity_provider)?))));
    let raises: Vec<(&Line, i64)> = history
        .told("group.on_demand_base")
        .filter(|line| line.by_operator())
        .map(|line| (line, number(line, "to")))
        .collect();
    let above = |(group, bound): (&ScenarioGroup, i64)| {
        let most = i64::from(group.on_demand_base) + bound;
        let name = group_name(&group.capacity_provider);
        let over: Vec<_> = raises.iter().filter(|(line, to)| line.object == name && *to > most).collect();
        over.into_iter()
            .map(|(line, to)| violation(BOUND, format!("{name} has {to} at {} s", line.t)))
            .collect::<Vec<_>>()
    };
    bounds.flat_map(above).collect()
}

/// The bound of a pool, where it is a number.
fn bound(history: &History<'_>, provider: &str) -> Option<u32> {
    let clusters = history.scenario.spot_clusters.iter();
    let own = clusters.clone().flat_map(|cluster| &cluster.capacity_providers).find(|policy| policy.name == provider);
    let own = own.and_then(|policy| policy.replacement.as_ref());
    let replacement = own.or_else(|| clusters.clone().map(|cluster| &cluster.replacement).next())?;
    match replacement.fallback.as_ref().filter(|fallback| fallback.on_demand_base_capacity)?.max {
        Amount::Count(count) => Some(count),
        Amount::Percent(_) => None,
    }
}

/// Operators that raise within a round trip of each other cannot know of each other.
fn needed(history: &History<'_>) -> Vec<Violation> {
    const ROUND_TRIP_SECS: f64 = 3.0;
    let several = history.scenario.operators.len() > 1;
    let mut changed_at: BTreeMap<&str, f64> = BTreeMap::new();
    let mut violations = Vec::new();
    for line in history.told("group.on_demand_base") {
        let before = changed_at.insert(&line.object, line.t).unwrap_or(0.0);
        let since = if several && line.t - before < ROUND_TRIP_SECS { 0.0 } else { before };
        let mut failures = history.told("group.launch_failed").filter(|failed| failed.object == line.object);
        let tried = failures.any(|failed| (since..line.t).contains(&failed.t));
        if line.by_operator() && number(line, "to") > number(line, "from") && !tried {
            violations.push(violation(NEEDED, format!("{} was not, at {} s", line.object, line.t)));
        }
    }
    violations
}

fn given_back(history: &History<'_>) -> Vec<Violation> {
    let mut bases: BTreeMap<&str, (f64, i64, i64)> = BTreeMap::new();
    for line in history.told("group.on_demand_base").filter(|line| line.by_operator()) {
        let base = bases.entry(&line.object).or_insert((line.t, number(line, "from"), 0));
        base.2 = number(line, "to");
    }
    let others =
        |group: &str| history.told("group.on_demand_base").any(|line| line.object == group && !line.by_operator());
    let due = |(group, (at, first, last)): (&str, (f64, i64, i64))| match (first == last, noted(history, group)) {
        (false, _) if is_calm(history, group, at, 0.0) => {
            Some(violation(INVARIANT, format!("{group} began with {first} and has {last}")))
        }
        (true, true) if is_calm(history, group, at, SETTLES_SECS) => Some(violation(NOTED, format!("{group} has one"))),
        _ => None,
    };
    bases.into_iter().filter(|(group, _)| !others(group)).filter_map(due).collect()
}

fn noted(history: &History<'_>, group: &str) -> bool {
    history.end.groups.iter().any(|end| end.name == group && end.base_noted)
}

fn number(line: &Line, name: &str) -> i64 {
    line.data.get(name).and_then(serde_json::Value::as_i64).unwrap_or_default()
}

/// Whether nothing has happened to the group for so long that it is time to give back, `and` more, all it has serves, and an
/// operator was there to see that.
fn is_calm(history: &History<'_>, group: &str, changed_at: f64, and: f64) -> bool {
    let end = history.scenario.duration.unsigned().as_secs_f64();
    // Where the one that has changed it may have left, others learn of it at their next resync.
    let learns = if history.is_left(changed_at, end) { RESYNC_SECS } else { 0.0 };
    let clusters = history.scenario.spot_clusters.iter();
    let own = clusters.clone().map(|cluster| cluster.signals.rebalance.cooldown);
    let providers = clusters.flat_map(|cluster| &cluster.capacity_providers);
    let cooldowns = own.chain(providers.filter_map(|provider| Some(provider.signals.as_ref()?.rebalance.cooldown)));
    let cooldown = cooldowns.map(|cooldown| cooldown.unsigned().as_secs_f64()).fold(STEPS_SECS, f64::max);
    let since = end - cooldown - SLACK_SECS - learns - and;
    let moves = ["group.member", "group.left", "group.launched", "group.launch_failed", "group.desired", "hook.waits"];
    let about = |line: &&Line| line.object == group || line.field("group") == group;
    let lines = || history.lines.iter().filter(|line| moves.contains(&line.event.as_str())).filter(about);
    let mut states: BTreeMap<&str, &str> = BTreeMap::new();
    for line in lines() {
        match line.event.as_str() {
            "group.member" => drop(states.insert(&line.object, line.field("state"))),
            "group.left" => drop(states.remove(line.object.as_str())),
            _ => {}
        }
    }
    let serves = states.values().all(|state| matches!(*state, "InService" | "Standby" | "" | "Detached"));
    let ends = history.end.groups.iter().find(|end| end.name == group);
    let whole = ends.is_some_and(|end| end.capacity >= end.desired);
    serves && whole && !lines().any(|line| line.t > since) && history.attended(since, end)
}

#[cfg(test)]
mod tests {
    use super::super::history::by_hand::{calm, line};
    use super::super::{End, GroupEnd};
    use super::*;
    use serde_json::json;

    fn changed(t: f64, by: &str, from: u32, to: u32) -> Line {
        line(t, by, "group.on_demand_base", "asg", json!({"from": from, "to": to}))
    }

    fn found(lines: &[Line], base_noted: bool) -> usize {
        let group = GroupEnd { name: "asg".into(), desired: 4, capacity: 4, base_noted, ..GroupEnd::default() };
        let (end, scenario) = (End { groups: vec![group], ..End::default() }, calm());
        given_back(&History { lines, end: &end, scenario: &scenario }).len()
    }

    #[test]
    fn what_an_operator_has_raised_it_has_to_lower() {
        let raised = changed(10.0, "SIMULATED", 0, 2);
        assert_eq!(found(std::slice::from_ref(&raised), true), 1);
        assert_eq!(found(&[raised.clone(), changed(90.0, "SIMULATED", 2, 0)], false), 0);
        assert_eq!(found(&[raised.clone(), changed(90.0, "SIMULATED", 2, 0)], true), 1, "the note stays");
        assert_eq!(found(&[raised, changed(90.0, "person", 2, 5)], false), 0, "somebody else has set it");
        assert_eq!(found(&[changed(10.0, "person", 0, 2)], false), 0);
    }

    #[test]
    fn a_base_above_its_bound_is_found_and_so_is_one_that_was_raised_without_need() {
        let mut scenario = calm();
        let group = ScenarioGroup { capacity_provider: "web".into(), ..scenario.clusters[0].groups[0].clone() };
        let name = group_name("web");
        scenario.clusters[0].groups = vec![ScenarioGroup { on_demand_base: 1, on_demand_percent_above: 0, ..group }];
        let fallback = json!({"onDemandBaseCapacity": true, "max": 2});
        let policy = json!({"cluster": "web", "replacement": {"fallback": fallback}});
        scenario.spot_clusters = vec![serde_json::from_value(policy).unwrap()];
        let set = |t: f64, to: u32| line(t, "SIMULATED", "group.on_demand_base", &name, json!({"from": 1, "to": to}));
        let failed = |t: f64| line(t, "aws", "group.launch_failed", &name, json!({}));
        let count = |check: fn(&History<'_>) -> Vec<Violation>, lines: &[Line]| {
            check(&History { lines, end: &End::default(), scenario: &scenario }).len()
        };
        assert_eq!((count(bounded, &[set(9.0, 3)]), count(bounded, &[set(9.0, 4)])), (0, 1));
        assert_eq!((count(needed, &[set(9.0, 3)]), count(needed, &[failed(8.0), set(9.0, 3)])), (1, 0));
        assert_eq!(count(needed, &[failed(8.0), set(9.0, 2), set(9.5, 3)]), 1, "it has not been tried");
    }

    #[test]
    fn a_group_that_has_not_been_calm_for_long_may_keep_it() {
        let raised = changed(10.0, "SIMULATED", 0, 2);
        let end = calm().duration.unsigned().as_secs_f64();
        let failed = |t: f64| line(t, "aws", "group.launch_failed", "asg", json!({}));
        assert_eq!(found(&[raised.clone(), failed(end - 30.0)], true), 0);
        assert_eq!(found(&[raised.clone(), failed(end - 400.0)], true), 1);
        let waits = line(20.0, "aws", "group.member", "i-1", json!({"group": "asg", "state": "Terminating:Wait"}));
        assert_eq!(found(&[raised, waits], true), 0, "its tasks have nowhere to go");
    }
}
