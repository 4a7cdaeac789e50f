//! A group's On-Demand base ends as it began, where an operator has raised it: once the group has been calm for long enough,
//! and nobody else has changed it.

use std::collections::BTreeMap;

use super::{History, Violation, violation};
use crate::trial::transcript::Line;

const INVARIANT: &str = "an On-Demand base that an operator has raised is given back";
const NOTED: &str = "no note of a base stays that is given back";

/// The base is lowered no more often, whatever the policy says.
const STEPS_SECS: f64 = 120.0;

/// After the pause of the policy: looks at the group, and a note that nothing is owed for.
const SLACK_SECS: f64 = 240.0;

/// Checks the history and its end.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    let mut bases: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for line in history.told("group.on_demand_base").filter(|line| line.by_operator()) {
        let base = bases.entry(&line.object).or_insert((number(line, "from"), 0));
        base.1 = number(line, "to");
    }
    let others =
        |group: &str| history.told("group.on_demand_base").any(|line| line.object == group && !line.by_operator());
    let calm = bases.into_iter().filter(|(group, _)| is_calm(history, group) && !others(group));
    calm.filter_map(|(group, (first, last))| match noted(history, group) {
        _ if first != last => Some(violation(INVARIANT, format!("{group} began with {first} and has {last}"))),
        true => Some(violation(NOTED, format!("{group} has one"))),
        false => None,
    })
    .collect()
}

fn noted(history: &History<'_>, group: &str) -> bool {
    history.end.groups.iter().any(|end| end.name == group && end.base_noted)
}

fn number(line: &Line, name: &str) -> i64 {
    line.data.get(name).and_then(serde_json::Value::as_i64).unwrap_or_default()
}

/// Whether nothing has happened to the group for so long that it is time to give back, all it has serves, and an operator was
/// there to see that.
fn is_calm(history: &History<'_>, group: &str) -> bool {
    let end = history.scenario.duration.unsigned().as_secs_f64();
    let clusters = history.scenario.spot_clusters.iter();
    let own = clusters.clone().map(|cluster| cluster.signals.rebalance.cooldown);
    let providers = clusters.flat_map(|cluster| &cluster.capacity_providers);
    let cooldowns = own.chain(providers.filter_map(|provider| Some(provider.signals.as_ref()?.rebalance.cooldown)));
    let cooldown = cooldowns.map(|cooldown| cooldown.unsigned().as_secs_f64()).fold(STEPS_SECS, f64::max);
    let since = end - cooldown - SLACK_SECS;
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
        check(&History { lines, end: &end, scenario: &scenario }).len()
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
