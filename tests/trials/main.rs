//! Trials: scenarios played by the built binary, in simulated time.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod logs;
mod mutants;
mod transcripts;

use std::path::{Path, PathBuf};
use std::process::Command;

use ecs_spot_operator::config;
use ecs_spot_operator::trial::fuzz::{fuzz, judged};
use ecs_spot_operator::trial::{Source, Trial, draw};

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
    let output = command.args(["sim", "run"]).args(arguments).current_dir(scenarios()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_same_seed_gives_the_same_transcript_in_two_processes_and_another_seed_another() {
    let play = |seed| run(&["pool-lost-at-once.yaml", "--json", "--seed", seed]);
    let (code, first, _) = play("7");
    assert_eq!(code, Some(0));
    assert!(first.lines().count() > 100, "{first}");
    assert!(first.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    assert_eq!(first, play("7").1);
    assert_ne!(first, play("8").1);
}

#[test]
fn the_same_seed_gives_the_same_transcript_twice_in_one_process() {
    let scenario = config::load_scenario(&scenarios().join("pool-lost-at-once.yaml")).unwrap().spec;
    let play = || {
        let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = std::sync::Arc::clone(&lines);
        let trial = Trial { scenario: scenario.clone(), seed: 7, meddler: None };
        let summary = trial.play(move |line| heard.lock().unwrap().push(line)).unwrap();
        (lines.lock().unwrap().clone(), summary)
    };
    let (first, second) = (play(), play());
    assert!(first.0.iter().any(|line| line.source == Source::Operator));
    assert_eq!(first, second);
}

#[test]
fn drawn_scenarios_with_all_their_faults_are_the_same_in_two_processes() {
    let play = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
        let output = command.args(["sim", "fuzz", "--seeds", "8", "--jobs", "1", "--transcript"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let first = play();
    assert_eq!(first.0, Some(0), "{}", first.1);
    assert!(first.1.contains(" fault ") && first.1.lines().count() > 1_000);
    assert_eq!(first, play());
}

#[test]
fn every_scenario_that_is_kept_is_played_to_its_end() {
    for entry in std::fs::read_dir(scenarios()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let (code, said, complaints) = run(&[path.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{}: {complaints}", path.display());
        assert!(said.contains("messages left in the queue    0"), "{}: {said}", path.display());
    }
}

#[test]
fn drawn_scenarios_violate_nothing() {
    for seed in 1..=20 {
        let verdict = fuzz(seed, None).unwrap();
        assert_eq!(verdict.violations, [], "seed {seed}:\n{}", verdict.last_lines.join("\n"));
    }
}

/// A second notice to an instance that outlived the first; a member that had just registered, of which an answer did not tell
/// yet; instances of which nobody can know whose they are.
#[test]
fn seeds_that_once_found_something_find_nothing() {
    for seed in [
        40, 163, 164, 261, 264, 548, 720, 1258, 1504, 1646, 1713, 1742, 1977, 3113, 3387, 3528, 3684, 3772, 3847, 3872,
        3879, 4709, 6210, 6564, 6576, 7082, 7754, 8259, 8622, 9333, 10_707, 13_179, 14_977, 15_251, 16_825, 19_255,
        19_551, 19_878, 20_837, 23_132, 23_232, 25_210, 26_593, 27_542, 28_112, 30_017, 30_532, 30_739, 35_407, 35_737,
        36_577, 37_144, 38_283, 39_409, 42_080, 42_811, 43_138, 44_325, 46_013, 48_019, 48_520, 49_344, 51_110, 51_163,
        52_929, 54_754, 58_148, 58_769, 59_610, 61_054, 61_697, 61_782, 61_906, 61_935, 63_179, 64_553, 68_801, 69_477,
        69_888, 69_946, 75_633, 76_870, 77_853, 79_673, 80_494, 81_677, 82_511, 82_638, 83_618, 84_211, 86_650, 88_833,
        92_332, 92_722, 93_588, 95_234, 95_984, 97_064, 97_580, 98_585, 100_278, 101_886,
    ] {
        let verdict = fuzz(seed, None).unwrap();
        assert_eq!(verdict.violations, [], "seed {seed}:\n{}", verdict.last_lines.join("\n"));
    }
}

/// Half of the changes are bad, the others add a cluster and take it away, among them.
#[test]
fn manifests_that_change_all_the_time_drop_no_case() {
    for seed in 1..=20 {
        let mut scenario = draw::scenario(seed);
        scenario.operators.iter_mut().for_each(|operator| operator.reloads = 200);
        let verdict = judged(scenario, seed, None).unwrap();
        assert_eq!(verdict.violations, [], "seed {seed}:\n{}", verdict.last_lines.join("\n"));
    }
}

#[test]
fn a_bad_scenario_ends_with_2_and_says_where() {
    let directory = tempfile::tempdir().unwrap();
    let good = std::fs::read_to_string(scenarios().join("pool-lost-at-once.yaml")).unwrap();
    for (text, part) in [
        (good.replace("duration:", "durration:"), "durration"),
        (good.replace("count: 6", "count: six"), "bad.yaml:15"),
        (good.replace("after: 1m, capacityProvider: web-spot", "after: 1m, capacityProvider: nobody"), "`nobody`"),
        (good.replace("kind: Scenario", "kind: Operator"), "Scenario"),
    ] {
        let path = directory.path().join("bad.yaml");
        std::fs::write(&path, text).unwrap();
        let (code, _, complaints) = run(&[path.to_str().unwrap()]);
        assert_eq!(code, Some(2), "{complaints}");
        assert!(complaints.contains(part), "{part}: {complaints}");
    }
}

/// Lines of `sim run --json` that AWS tells of an event.
fn told<'a>(lines: &'a [serde_json::Value], event: &'a str) -> impl Iterator<Item = &'a serde_json::Value> {
    lines.iter().filter(move |line| line["event"] == event)
}

/// By how much the operator's own calls have changed what a group wants.
fn net_change(lines: &[serde_json::Value], group: &str) -> i64 {
    let ours = told(lines, "group.desired").filter(|line| line["by"] == "SIMULATED" && line["object"] == group);
    ours.map(|line| line["data"]["to"].as_i64().unwrap() - line["data"]["from"].as_i64().unwrap()).sum()
}

#[test]
fn its_own_on_demand_base_bears_a_dry_spot_pool_within_its_bound_and_ends_as_it_began() {
    for seed in ["1", "2", "3"] {
        let (code, played, said) = run(&["on-demand-base.yaml", "--seed", seed, "--json"]);
        assert_eq!(code, Some(0), "{said}");
        let lines: Vec<serde_json::Value> = played.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let number = |line: &serde_json::Value, name: &str| line["data"][name].as_u64().unwrap();
        let bases: Vec<u64> = told(&lines, "group.on_demand_base").map(|line| number(line, "to")).collect();
        assert!(bases.iter().all(|base| *base <= 2) && bases.contains(&2), "seed {seed}: {bases:?}");
        assert_eq!(bases.last(), Some(&0), "seed {seed}: {bases:?}");
        assert_eq!(net_change(&lines, "web-spot-asg"), 0);
        let summary = &lines.last().unwrap()["summary"];
        assert_eq!((&summary["replacedInTime"], &summary["killed"]), (&2.into(), &0.into()), "{summary}");
        let calls = |action: &str| summary["calls"][format!("autoscaling.{action}")].as_u64();
        assert_eq!(calls("DeleteTags"), Some(1), "the note goes when nothing is owed any more");
    }
}

#[test]
fn on_demand_stands_in_for_a_dry_spot_pool_within_its_bound_and_both_groups_end_as_they_began() {
    for seed in ["1", "2", "3"] {
        let (code, played, said) = run(&["fallback-to-on-demand.yaml", "--seed", seed, "--json"]);
        assert_eq!(code, Some(0), "{said}");
        let lines: Vec<serde_json::Value> = played.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let launched: Vec<_> = told(&lines, "group.launched").filter(|line| line["by"] == "SIMULATED").collect();
        assert_eq!(launched.len(), 2, "seed {seed}");
        assert!(launched.iter().all(|line| line["data"]["group"] == "web-on-demand-asg"), "{launched:?}");
        assert_eq!((net_change(&lines, "web-spot-asg"), net_change(&lines, "web-on-demand-asg")), (0, 0));
        let gone = |line: &&serde_json::Value| launched.iter().any(|stand_in| stand_in["object"] == line["object"]);
        assert_eq!(told(&lines, "instance.gone").filter(gone).count(), 2, "Spot is back: they went");
        let summary = &lines.last().unwrap()["summary"];
        assert_eq!(summary["outcomes"], serde_json::json!({"handed_over": 4, "late": 1}), "{summary}");
    }
}
