//! The laws of the house, held by reading its source.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 400;

/// What planning may use of the crate: plain data.
const PLAN_MAY_USE: [&str; 5] = ["crate::api", "crate::ids", "crate::observe", "crate::plan", "crate::signal"];

/// What planning and the data that it reads must not contain.
const IMPURE: [&str; 14] = [
    "async",
    ".await",
    "tokio",
    "aws_",
    "Clock",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "rand",
    "HashMap",
    "HashSet",
    "std::fs",
    "std::net",
    "std::env",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

fn collect(path: &Path, found: &mut Vec<(String, String)>) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| collect(&entry.unwrap().path(), found));
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        found.push((name, fs::read_to_string(path).unwrap()));
    }
}

/// The lines that are code, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()));
    lines.filter(|(_, line)| !line.trim().is_empty())
}

/// Whether `word` stands in `line` by itself, and not as a part of a longer name.
fn mentions(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        let open_ended = word.ends_with('_') || !word.ends_with(part_of_name);
        !before.is_some_and(part_of_name) && (open_ended || !after.is_some_and(part_of_name))
    })
}

fn impurities(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in code(text) {
        for word in IMPURE.into_iter().filter(|word| mentions(line, word)) {
            found.push(format!("{name}:{number}: `{word}` in {}", line.trim()));
        }
        for at in line.match_indices("crate::").map(|(at, _)| at) {
            let path = line.get(at..).unwrap_or_default();
            let allowed = PLAN_MAY_USE.iter().any(|allowed| path.starts_with(allowed))
                && !path.starts_with("crate::observe::describe");
            if !allowed {
                found.push(format!("{name}:{number}: imports {}", path.trim()));
            }
        }
    }
    found
}

#[test]
fn planning_is_pure_and_so_is_what_it_reads() {
    let mut rooms = sources("src/plan");
    rooms.retain(|(name, _)| !name.contains("/tests/"));
    let data = [
        "src/observe/snapshot.rs",
        "src/observe/look.rs",
        "src/observe/order.rs",
        "src/observe/fold.rs",
        "src/observe/fold/told.rs",
        "src/observe/service.rs",
        "src/observe/target.rs",
        "src/observe/task.rs",
        "src/ids.rs",
    ];
    rooms.extend(
        sources("src/observe").into_iter().chain(sources("src")).filter(|(name, _)| data.contains(&name.as_str())),
    );
    rooms.extend(sources("src/signal").into_iter().filter(|(name, _)| !name.contains("/tests/")));
    let found: Vec<String> = rooms.iter().flat_map(|(name, text)| impurities(name, text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let plan = rooms.iter().find(|(name, _)| name == "src/plan/mod.rs").map(|(_, text)| text).unwrap();
    let signature = "pub fn plan(snapshot: &Snapshot, cases: &Cases, policies: &Policies, now: Timestamp) -> Plan";
    assert!(
        plan.contains(signature),
        "one synchronous function of what was observed, the cases, the policy and the time"
    );
}

#[test]
fn the_test_of_purity_can_fail() {
    for line in [
        "pub async fn plan() {}",
        "let now = Timestamp::now();",
        "use std::collections::HashMap;",
        "use aws_sdk_ecs::Client;",
        "use crate::clock::Clock;",
        "use crate::observe::describe::Observer;",
        "fn f(t: std::time::Instant) {}",
    ] {
        assert!(!impurities("x.rs", line).is_empty(), "{line}");
    }
    assert!(impurities("x.rs", "let operand = InstanceId::from(\"i-1\"); // no async here").is_empty());
}

#[test]
fn the_simulated_aws_and_the_report_know_nothing_of_the_operator() {
    for (room, may_use) in
        [("src/sim", ["crate::clock", "crate::sim"]), ("src/report", ["crate::report", "crate::report"])]
    {
        for (name, text) in &sources(room) {
            for (number, line) in code(text) {
                let mut uses = line.match_indices("crate::").map(|(at, _)| line.get(at..).unwrap_or_default());
                let allowed = uses.all(|path| may_use.iter().any(|allowed| path.starts_with(allowed)));
                assert!(allowed, "{name}:{number}: {}", line.trim());
            }
        }
    }
}

#[test]
fn what_http_shows_it_is_given_in_plain_words() {
    for (name, text) in sources("src/http").into_iter().filter(|(name, _)| !name.ends_with("tests.rs")) {
        for (number, line) in code(&text) {
            for room in ["crate::plan", "crate::observe", "crate::signal", "crate::act"] {
                assert!(!line.contains(room), "{name}:{number}: {}", line.trim());
            }
        }
    }
}

/// What a fact means and what has to be changed is decided without asking anybody.
#[test]
fn the_rules_of_doctor_and_setup_are_pure() {
    let rooms = sources("src/doctor").into_iter().chain(sources("src/setup"));
    let asking = ["src/doctor/survey/", "src/setup/survey.rs", "src/setup/apply.rs"];
    for (name, text) in rooms.filter(|(name, _)| !asking.iter().any(|room| name.starts_with(room))) {
        for (number, line) in code(&text) {
            for word in ["async", ".await", "tokio", "aws_", "Clock", "std::fs", "std::env"] {
                assert!(!mentions(line, word), "{name}:{number}: `{word}` in {}", line.trim());
            }
        }
    }
}

#[test]
fn only_the_rooms_for_it_call_aws() {
    let may = [
        "src/aws/",
        "src/act/",
        "src/observe/describe/",
        "src/operator/",
        "src/sim/",
        "src/clock.rs",
        "src/cli/",
        "src/doctor/survey/",
        "src/notify/",
        "src/setup/survey.rs",
        "src/setup/apply.rs",
    ];
    for (name, text) in sources("src") {
        let crates = [
            "aws_sdk_ecs",
            "aws_sdk_autoscaling",
            "aws_sdk_elasticloadbalancingv2",
            "aws_sdk_sqs",
            "aws_sdk_eventbridge",
        ];
        let calls = code(&text).any(|(_, line)| crates.iter().any(|name| mentions(line, name)));
        assert!(!calls || may.iter().any(|room| name.starts_with(room)), "{name} speaks to AWS");
        let changes = ["update_container_instances_state", "detach_instances", "stop_task", "deregister_targets"];
        let changes = code(&text).any(|(_, line)| changes.iter().any(|change| line.contains(&format!(".{change}("))));
        assert!(!changes || name.starts_with("src/act/") || name.starts_with("src/sim/"), "{name} changes AWS");
    }
}

#[test]
fn every_module_says_what_it_is_for_and_no_file_is_too_long_to_hold_one_idea() {
    for (name, text) in sources("src") {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{name} has {lines} lines");
        let inner = name.contains("/tests/") || name.ends_with("/tests.rs");
        assert!(inner || text.starts_with("//! "), "{name} does not say what it is for");
    }
}

/// `docs/complaints.md` names tests as `file::test`, and scenarios.
#[test]
fn what_goes_wrong_elsewhere_is_shown_not_to_by_tests_that_exist() {
    let page = fs::read_to_string(root().join("docs/complaints.md")).unwrap();
    let mut named = 0;
    for name in page.split('`').skip(1).step_by(2) {
        let Some((file, test)) = name.split_once("::") else {
            let is_file = !name.contains('/') || root().join(name).exists();
            assert!(is_file, "there is no {name}");
            continue;
        };
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(&format!("fn {test}(")), "{file} has no test {test}");
        named += 1;
    }
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains("](https://")).count();
    assert!(rows == 26 && named >= rows, "{named} tests for {rows} complaints");
}

#[test]
fn nothing_is_left_to_do_later() {
    for (name, text) in sources("src").into_iter().chain(sources("tests")).filter(|(name, _)| name != "tests/tidy.rs") {
        for word in ["TODO", "FIXME", "XXX", "todo!", "unimplemented!", "#[ignore"] {
            assert!(!text.contains(word), "{name}: {word}");
        }
    }
}
