//! A group ends as it began: the operators' own calls change its desired capacity by nothing, no instance gets two
//! replacements, and where nothing hampers it, it has what it wants.

use std::collections::{BTreeMap, BTreeSet};

use super::{GroupEnd, History, Violation, violation};

const NET: &str = "the operators' own calls change desired capacity by nothing";
const ONCE: &str = "an interrupted instance gets one replacement";
const SETTLED: &str = "a group has what it wants in the end";

/// What an operator has in hand nobody takes over for so long after it has left (decision 0012).
const HELD_FOR_SECS: f64 = 300.0;

/// So long after its last launch a group is whole, and what stood in for its instances has been given back.
const SETTLES_SECS: f64 = 420.0;

/// Checks the history and its end.
pub fn check(history: &History<'_>) -> Vec<Violation> {
    [net(history), once(history), settled(history)].concat()
}

fn net(history: &History<'_>) -> Vec<Violation> {
    let mut changed: BTreeMap<&str, i64> = BTreeMap::new();
    for line in history.told("group.desired").filter(|line| line.by_operator()) {
        let number = |name: &str| line.data.get(name).and_then(serde_json::Value::as_i64).unwrap_or_default();
        *changed.entry(&line.object).or_default() += number("to") - number("from");
    }
    // Whoever sets what a group wants sets it to what they want, debts or not.
    let resized: BTreeSet<&str> =
        history.told("group.desired").filter(|line| line.by_a_person()).map(|line| line.object.as_str()).collect();
    changed.retain(|group, _| !resized.contains(group));
    let needed = still_needed(history);
    changed.retain(|group, by| *by < 0 || !needed.contains(group) && !is_hampered(history, group));
    let forgotten = forgotten(history);
    let excused = |group: &str| forgotten.iter().filter(|other| **other == group).count();
    let changed =
        changed.into_iter().filter(|(group, by)| *by < 0 || usize::try_from(*by).unwrap_or(0) > excused(group));
    changed.map(|(group, by)| violation(NET, format!("{group} by {by:+}"))).collect()
}

/// Whether something keeps the group from having what it wants: tasks that have nowhere to go are not killed to pay a debt.
fn is_hampered(history: &History<'_>, group: &str) -> bool {
    history.end.groups.iter().any(|end| end.name == group && end.hampered)
}

/// The groups in which instances may stand in for another group's, since that has not had its own for long enough.
fn still_needed<'a>(history: &History<'a>) -> BTreeSet<&'a str> {
    let clusters = || history.scenario.clusters.iter().flat_map(|cluster| cluster.groups.iter());
    let group_of = |provider: &str| {
        let group = clusters().find(|group| group.capacity_provider == provider);
        group.and_then(|_| history.end.groups.iter().find(|end| end.name.strip_suffix("-asg") == Some(provider)))
    };
    let providers = history.scenario.spot_clusters.iter().flat_map(|cluster| &cluster.capacity_providers);
    let pairs = providers.filter_map(|provider| {
        let fallback = provider.replacement.as_ref()?.fallback.as_ref()?;
        Some((group_of(&provider.name)?, group_of(fallback.capacity_provider.as_deref()?)?))
    });
    let end = history.lines.last().map_or(0.0, |line| line.t);
    let lately = |home: &&GroupEnd| {
        let launches = history
            .lines
            .iter()
            .filter(|line| ["group.launched", "group.launch_failed"].contains(&line.event.as_str()));
        launches
            .filter(|line| line.field("group") == home.name || line.object == home.name)
            .any(|line| line.t > end - SETTLES_SECS)
    };
    let short = |home: &&GroupEnd| home.hampered || home.capacity < home.desired || lately(home);
    pairs.filter(|(home, _)| short(home)).map(|(_, other)| other.name.as_str()).collect()
}

/// The groups of instances that an operator had launched and that ended or left otherwise than by an operator's doing, where an operator
/// left before anybody could know of it: with whoever launched it and both instances all is gone that tells of the debt.
fn forgotten<'a>(history: &History<'a>) -> Vec<&'a str> {
    let mut launched: BTreeMap<&str, f64> = BTreeMap::new();
    let mut left: BTreeMap<&str, (&str, f64)> = BTreeMap::new();
    let group_of: BTreeMap<&str, &str> =
        history.told("group.member").map(|line| (line.object.as_str(), line.field("group"))).collect();
    for line in history.lines.iter().filter(|line| line.tells("group.member") || line.tells("instance.gone")) {
        match line.field("state") {
            "" => {
                let group = group_of.get(line.object.as_str()).copied().unwrap_or_default();
                left.entry(&line.object).or_insert((group, line.t));
            }
            "Pending" if line.by_operator() => drop(launched.insert(&line.object, line.t)),
            "Detaching" | "Terminating" if !line.by_operator() => {
                left.entry(&line.object).or_insert((line.field("group"), line.t));
            }
            _ => {}
        }
    }
    let forgotten = left
        .into_iter()
        .filter(|(id, (_, at))| launched.get(id).is_some_and(|from| history.is_left(*from, *at + HELD_FOR_SECS)));
    forgotten.map(|(_, (group, _))| group).collect()
}

/// A replacement that is gone counts no longer.
fn once(history: &History<'_>) -> Vec<Violation> {
    let mut living: BTreeMap<&str, &str> = BTreeMap::new();
    let mut violations = Vec::new();
    for line in history.lines {
        if line.tells("group.launched") && !line.field("replaces").is_empty() {
            if let Some(first) = living.insert(line.field("replaces"), &line.object) {
                let message = format!("{} got {first} and, at {} s, {}", line.field("replaces"), line.t, line.object);
                violations.push(violation(ONCE, message));
            }
        } else if line.tells("instance.gone") {
            living.retain(|_, replacement| *replacement != line.object);
        }
    }
    violations
}

fn settled(history: &History<'_>) -> Vec<Violation> {
    let unsettled = history.end.groups.iter().filter(|group| !group.hampered && group.capacity != group.desired);
    unsettled
        .map(|group| violation(SETTLED, format!("{} wants {} and has {}", group.name, group.desired, group.capacity)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::End;
    use super::super::history::by_hand::{calm, found, line};
    use super::*;
    use crate::api::HumanDuration;
    use serde_json::json;

    #[test]
    fn what_an_operator_takes_it_has_to_give_back() {
        let change =
            |by: &str, from: u32, to: u32| line(1.0, by, "group.desired", "asg", json!({"from": from, "to": to}));
        assert_eq!(found(net, &[change("SIMULATED", 4, 3)]), 1);
        assert_eq!(found(net, &[change("SIMULATED", 4, 5), change("SIMULATED", 5, 4)]), 0);
        assert_eq!(found(net, &[change("person", 4, 3), change("aws", 3, 8)]), 0);
    }

    #[test]
    fn a_second_replacement_is_found_and_one_for_a_dead_one_is_none() {
        let launched = |id: &str| line(1.0, "aws", "group.launched", id, json!({"replaces": "i-1"}));
        let gone = line(2.0, "aws", "instance.gone", "i-2", json!({}));
        assert_eq!(found(once, &[launched("i-2"), launched("i-3")]), 1);
        assert_eq!(found(once, &[launched("i-2"), gone, launched("i-3")]), 0);
    }

    #[test]
    fn a_group_that_ends_otherwise_is_found() {
        let ends = |desired, capacity, hampered| {
            let group = GroupEnd { name: "asg".into(), desired, capacity, hampered, ..GroupEnd::default() };
            let (end, scenario) = (End { groups: vec![group], ..End::default() }, calm());
            settled(&History { lines: &[], end: &end, scenario: &scenario }).len()
        };
        assert_eq!(ends(4, 4, false), 0);
        assert_eq!(ends(4, 5, false), 1, "one too many");
        assert_eq!(ends(4, 3, false), 1, "one too few");
        assert_eq!(ends(4, 3, true), 0, "none could come");
    }

    #[test]
    fn a_debt_is_excused_where_an_operator_left_and_the_launched_one_as_well() {
        let debt = line(9.0, "SIMULATED", "group.desired", "web-asg", json!({"from": 2, "to": 3}));
        let member = |t: f64, by: &str, state: &str| {
            line(t, by, "group.member", "i-9", json!({"group": "web-asg", "state": state}))
        };
        let found = |by: &str, crashes_after: Option<u32>| {
            let lines = [debt.clone(), member(9.0, "SIMULATED", "Pending"), member(60.0, by, "Terminating")];
            let mut scenario = calm();
            scenario.operators[0].crashes_after = crashes_after.map(HumanDuration::from_secs);
            net(&History { lines: &lines, end: &End::default(), scenario: &scenario }).len()
        };
        assert_eq!((found("person", Some(30)), found("person", Some(361)), found("person", None)), (0, 1, 1));
        assert_eq!(found("SIMULATED", Some(30)), 1);
    }
}
