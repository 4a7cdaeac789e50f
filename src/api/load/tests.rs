use std::path::Path;

use super::*;
use crate::api::{HumanDuration, Method, Mode};
use crate::config::load_path;

const SMALLEST: &str = "\
apiVersion: ecs-spot-operator/v1
kind: Operator
metadata: {name: default}
spec:
  queues:
    - url: https://sqs.us-east-1.amazonaws.com/123456789012/spot-events
---
apiVersion: ecs-spot-operator/v1
kind: SpotCluster
metadata: {name: web}
spec:
  cluster: web            # name or ARN; everything else has a default
";

const WHOLE_SPEC: &str = "
  cluster: web
  region: null
  mode: enforce
  confirmWithin: 15s
  replacement: {method: auto, fallback: null}
  tasks: {standalone: latest, margin: 5s, deregisterTargets: false}
  signals:
    interruption: {enabled: true}
    rebalance: {enabled: false, budget: 10%, cooldown: 10m}
    maintenance: {enabled: true, budget: 10%}
    lifecycleHooks: [ecs-spot-operator-drain]
  capacityProviders: []
  headroom: {mode: off, max: 10%, target: 99%}
";

fn problem(text: &str) -> Problem {
    problems(text).swap_remove(0)
}

fn problems(text: &str) -> Vec<Problem> {
    load_str("x.yaml", text).unwrap_err().0
}

fn with_cluster_spec(spec: &str) -> String {
    let (operator, _) = SMALLEST.split_once("---").unwrap();
    format!("{operator}---\napiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {{name: web}}\nspec:{spec}")
}

#[test]
fn the_smallest_configuration_has_all_defaults() {
    let manifests = load_str("x.yaml", SMALLEST).unwrap();
    assert_eq!(manifests.operator.spec.http.listen, "127.0.0.1:8080");
    assert_eq!(manifests.operator.spec.resync, HumanDuration::from_secs(600));
    let whole = load_str("x.yaml", &with_cluster_spec(WHOLE_SPEC)).unwrap();
    assert_eq!(manifests.clusters, whole.clusters, "the written-out defaults are the defaults");
}

#[test]
fn what_is_set_is_read() {
    let text = with_cluster_spec(
        "\n  cluster: arn:aws:ecs:us-east-1:123456789012:cluster/web\n  mode: dryRun\n  region: us-east-1\n  \
         capacityProviders:\n    - {name: a, managed: false}\n    - {name: b, replacement: {method: none}, mode: paused}\n",
    );
    let cluster = &load_str("x.yaml", &text).unwrap().clusters[0].spec;
    assert_eq!(cluster.mode, Mode::DryRun);
    assert!(!cluster.capacity_providers[0].managed);
    assert_eq!(cluster.capacity_providers[1].replacement.as_ref().unwrap().method, Method::None);
}

#[test]
fn an_unknown_field_is_refused_with_its_place() {
    let problem = problem(&with_cluster_spec("\n  cluster: web\n  replacment: {}\n"));
    assert_eq!(problem.place, Some((13, 3)), "{problem}");
    assert!(problem.message.contains("replacment"), "{problem}");
    assert!(problem.to_string().starts_with("x.yaml:13:3: "), "{problem}");
}

#[test]
fn a_wrong_type_is_refused_with_its_place() {
    let problem = problem(&with_cluster_spec("\n  cluster: web\n  confirmWithin: 15\n"));
    assert_eq!(problem.place.map(|(line, _)| line), Some(13), "{problem}");
    assert!(problem.message.contains("is not a duration"), "{problem}");
}

#[test]
fn an_unknown_kind_or_version_is_refused_with_its_place() {
    let unknown = problem(&SMALLEST.replace("kind: SpotCluster", "kind: SpotClutser"));
    assert_eq!(unknown.place, Some((9, 7)), "{unknown}");
    let version = problem(&SMALLEST.replacen("ecs-spot-operator/v1", "ecs-spot-operator/v2", 1));
    assert_eq!(version.place, Some((1, 13)), "{version}");
}

#[test]
fn malformed_yaml_is_refused_with_its_place() {
    let problem = problem("apiVersion: [\nkind: Operator\n");
    assert!(problem.place.is_some(), "{problem}");
}

#[test]
fn documents_that_contradict_each_other_are_refused() {
    let (operator, cluster) = SMALLEST.split_once("---\n").unwrap();
    for (text, part) in [
        (cluster.to_owned(), "no document of the kind Operator"),
        (operator.to_owned(), "no document of the kind SpotCluster"),
        (format!("{SMALLEST}---\n{operator}"), "a second Operator"),
        (format!("{SMALLEST}---\n{cluster}"), "a second SpotCluster with the name"),
        (format!("{SMALLEST}---\n{}", cluster.replace("name: web", "name: other")), "is for the ECS cluster"),
        (SMALLEST.replace("https://", "ftp://"), "is not a queue's URL"),
        (String::new(), "no document of the kind Operator"),
        (with_cluster_spec("\n  cluster: web\n  capacityProviders: [{name: a}, {name: a}]\n"), "for the second time"),
        (SMALLEST.replace("  queues:", "  http: {replicas: 'http://h:80800'}\n  queues:"), "spec.http.replicas"),
        (SMALLEST.replace("  queues:", "  http: {replicas: 'http://a:b:c'}\n  queues:"), "spec.http.replicas"),
        (SMALLEST.replace("  queues:", "  http: {replicas: 'http://h//'}\n  queues:"), "spec.http.replicas"),
        (
            SMALLEST.replace("  queues:", "  notifications: {eventBus: {when: []}}\n  queues:"),
            "spec.notifications.eventBus.when",
        ),
        (
            SMALLEST.replace("  queues:", "  notifications: {webhooks: [{url: 'http://x', template: ' '}]}\n  queues:"),
            "spec.notifications.webhooks[0].template",
        ),
        (
            SMALLEST.replace("  queues:", "  notifications: {webhooks: [{}]}\n  queues:"),
            "spec.notifications.webhooks[0]",
        ),
        (SMALLEST.replace("  queues:", "  http: {listen: here}\n  queues:"), "spec.http.listen"),
        (
            format!(
                "{SMALLEST}---\n{}",
                cluster
                    .replace("name: web}", "name: b}")
                    .replace("cluster: web ", "cluster: arn:aws:ecs:a-b-1:1:cluster/web\n  region: c-d-1 #")
            ),
            "the cluster's ARN says",
        ),
        (SMALLEST.replace("  queues:", "  resync: 0s\n  queues:"), "spec.resync"),
        ("---\n".repeat(2000), "more than 1000 documents"),
    ] {
        let problem = problem(&text);
        assert!(problem.to_string().contains(part), "{problem}");
    }
}

#[test]
fn settings_of_later_versions_are_refused_by_their_path() {
    for (spec, path) in [
        ("\n  cluster: web\n  assumeRole: {roleArn: arn}\n", "spec.assumeRole"),
        (
            "\n  cluster: web\n  capacityProviders: [{name: a, headroom: {mode: fixed}}]\n",
            "spec.capacityProviders[0].headroom",
        ),
    ] {
        let problem = problem(&with_cluster_spec(spec));
        assert_eq!(problem.field.as_deref().map(|field| field.starts_with(path)), Some(true), "{problem}");
    }
}

#[test]
fn one_cluster_by_name_and_by_arn_is_one_cluster() {
    let (operator, cluster) = SMALLEST.split_once("---\n").unwrap();
    let named = cluster.replace("cluster: web ", "cluster: web\n  region: a-b-1 #");
    let by_arn = cluster
        .replace("name: web}", "name: b}")
        .replace("cluster: web ", "cluster: arn:aws:ecs:a-b-1:1:cluster/web #");
    let problem = problem(&format!("{operator}---\n{named}---\n{by_arn}"));
    assert!(problem.message.contains("is for the ECS cluster"), "{problem}");
}

#[test]
fn places_are_those_of_the_file_and_not_of_the_document() {
    let text = format!("# a comment\n\n--- # first\n{}\n---\n\nkind: [1]\n", SMALLEST.trim_end());
    assert_eq!(problem(&text).place.map(|(line, _)| line), Some(text.lines().count() as u64), "{}", problem(&text));
}

#[test]
fn the_examples_are_what_they_say() {
    let example =
        |name: &str| load_path(&Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/examples").join(name)).unwrap();
    assert_eq!(example("smallest.yaml"), load_str("x.yaml", SMALLEST).unwrap());
    assert_eq!(example("complete.yaml").clusters[0].spec, example("smallest.yaml").clusters[0].spec);
    assert_eq!(example("complete.yaml").operator.spec, example("smallest.yaml").operator.spec);
}

#[test]
fn a_fallback_is_one_of_two() {
    let with =
        |fallback: &str| with_cluster_spec(&format!("\n  cluster: web\n  replacement: {{fallback: {fallback}}}\n"));
    for good in ["{capacityProvider: od, max: 2}", "{onDemandBaseCapacity: true, max: 10%}"] {
        assert!(load_str("x.yaml", &with(good)).is_ok(), "{good}");
    }
    for bad in [
        "{max: 2}",
        "{capacityProvider: '', max: 2}",
        "{onDemandBaseCapacity: false, max: 2}",
        "{capacityProvider: od, onDemandBaseCapacity: true, max: 2}",
    ] {
        let found = problem(&with(bad)).to_string();
        assert!(found.contains("spec.replacement.fallback") && found.contains("onDemandBaseCapacity: true"), "{found}");
    }
    let provider = "\n  cluster: web\n  capacityProviders: [{name: a, replacement: {fallback: {max: 1}}}]\n";
    assert!(
        problem(&with_cluster_spec(provider)).to_string().contains("spec.capacityProviders[0].replacement.fallback")
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = with_cluster_spec(
        "\n  clutser: web\n  mode: dry-run\n  signals: {rebalance: {budget: 110%, enabled: maybe}}\n  capacityProviders: [{managed: 3}, 7]\n",
    )
    .replace("queues:", "api: {shares: 80%, replicas: 0}\n  queues:");
    let found: Vec<(u64, String)> =
        problems(&text).into_iter().map(|problem| (problem.place.unwrap().0, problem.field.unwrap())).collect();
    let expected = [
        (5, "spec.api.shares"),
        (5, "spec.api.replicas"),
        (13, "spec.cluster"),
        (13, "spec.clutser"),
        (14, "spec.mode"),
        (15, "spec.signals.rebalance.budget"),
        (15, "spec.signals.rebalance.enabled"),
        (16, "spec.capacityProviders[0].name"),
        (16, "spec.capacityProviders[0].managed"),
        (16, "spec.capacityProviders[1]"),
    ];
    let mut expected: Vec<(u64, String)> = expected.map(|(line, path)| (line, path.to_owned())).into();
    let mut sorted = found.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    assert!(found.is_sorted_by_key(|(line, _)| *line), "in the order in which they stand: {found:?}");
}

#[test]
fn one_bad_document_does_not_hide_another() {
    let (operator, cluster) = SMALLEST.split_once("---\n").unwrap();
    let text = format!("{operator}---\n{{\n---\n{}---\nkind: 3\n", cluster.replace("cluster: web", "cluster: ''"));
    let lines: Vec<u64> = problems(&text).iter().filter_map(|problem| problem.place).map(|(line, _)| line).collect();
    assert_eq!(lines.len(), 4, "{}", load_str("x.yaml", &text).unwrap_err());
}

#[test]
fn hostile_texts_are_refused_and_end_soon() {
    let deep = format!("a: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let mapped = (0..5_000).map(|depth| format!("{:depth$}a:\n", "")).collect::<String>();
    let mut aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = level - 1;
        aliases.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
    }
    let many = "- x\n".repeat(250_000);
    let wide = format!(
        "apiVersion: ecs-spot-operator/v1\nkind: Operator\n{}",
        (0..150_000).map(|n| format!("k{n}: 1\n")).collect::<String>()
    );
    for (name, text) in [
        ("deep", deep),
        ("mapped", mapped),
        ("aliases", aliases),
        ("many", many),
        ("wide", wide),
        ("nul", "kind: \"\\0\"\napiVersion: \u{1}".to_owned()),
        ("tag", "!!python/object/apply:os.system ['true']".to_owned()),
        ("tab", "\tkind: x".to_owned()),
        ("scalar", "just words".to_owned()),
        ("anchors", "&a [*a]".to_owned()),
        ("merge", "<<: *nobody".to_owned()),
    ] {
        let found = problems(&text);
        assert!(found.len() < 10, "{name}: {} problems", found.len());
        let shown = Problems(found).to_string();
        assert!(shown.len() < 20_000, "{name}: {} bytes", shown.len());
    }
}

#[test]
fn a_mistake_beside_a_secret_does_not_tell_it() {
    for mistake in ["when: []", "template: '{nobody}'", "whn: [closed]", "outcomes: [fine]"] {
        let hook =
            format!("  notifications: {{webhooks: [{{url: 'https://hooks.slack.com/SECRET', {mistake}}}]}}\n  queues:");
        let said = load_str("test", &SMALLEST.replace("  queues:", &hook)).unwrap_err().to_string();
        assert!(said.contains("spec.notifications.webhooks[0]") && !said.contains("SECRET"), "{mistake}: {said}");
    }
    let hook = "  notifications: {webhooks: [{url: 'SECRET'}]}\n  queues:";
    let said = load_str("test", &SMALLEST.replace("  queues:", hook)).unwrap_err().to_string();
    assert!(said.contains("spec.notifications.webhooks[0].url") && !said.contains("SECRET"), "{said}");
}
