use serde_json::json;

use super::*;
use crate::api::load_str;
use crate::ids::GroupKey;
use crate::setup::Wanted;

const MANIFESTS: &str = "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {name: o}\n\
    spec: {queues: [{url: 'https://sqs.us-east-1.amazonaws.com/123456789012/spot'}]}\n---\n\
    apiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {name: web}\nspec: {cluster: web}\n";

fn wanted(manifests: &str) -> Wanted {
    Wanted::of(&load_str("x", manifests).unwrap(), &"us-east-1".into()).unwrap()
}

/// What is there after all changes have been made.
fn made(changes: &[Change], mut found: Found) -> Found {
    for change in changes {
        match change {
            Change::CreateQueue { home, name, attributes } => {
                let queue = FoundQueue { url: name.clone(), attributes: attributes.clone(), ours: true };
                found.queues.insert((home.region.clone(), name.clone()), queue);
            }
            Change::SetQueueAttributes { region, name, attributes, .. } => {
                let queue = found.queues.get_mut(&(region.clone(), name.clone())).unwrap();
                queue.attributes.extend(attributes.clone());
            }
            Change::PutRule { region, name, pattern, repairs, .. } => {
                let rule = found.rules.entry((region.clone(), name.clone())).or_default();
                (rule.pattern, rule.enabled) = (pattern.clone(), true);
                rule.ours |= repairs.is_none();
            }
            Change::PutTarget { region, rule, queue } => {
                let rule = found.rules.get_mut(&(region.clone(), rule.clone())).unwrap();
                rule.targets.push(("ecs-spot-operator".to_owned(), queue.clone()));
            }
            Change::PutHook { group, repairs } => {
                let hook = FoundHook {
                    default_result: "CONTINUE".to_owned(),
                    heartbeat: HEARTBEAT,
                    terminating: true,
                    ours: repairs.is_none(),
                };
                found.hooks.insert(group.clone(), Some(hook));
            }
            Change::RemoveTarget { region, rule, id } => {
                found.rules.get_mut(&(region.clone(), rule.clone())).unwrap().targets.retain(|(known, _)| known != id);
            }
            Change::DeleteRule { region, name } => drop(found.rules.remove(&(region.clone(), name.clone()))),
            Change::DeleteQueue { region, name, .. } => drop(found.queues.remove(&(region.clone(), name.clone()))),
            Change::DeleteHook { group } => drop(found.hooks.insert(group.clone(), None)),
        }
    }
    found
}

fn with_a_group() -> Found {
    let group = GroupKey { region: "us-east-1".into(), name: "web-asg".into() };
    Found { hooks: [(group, None)].into(), ..Found::default() }
}

#[test]
fn what_has_been_made_is_not_made_again_and_all_of_it_goes() {
    let wanted = wanted(MANIFESTS);
    let changes = plan(&wanted, &with_a_group());
    assert_eq!(changes.iter().filter(|change| change.sign() != '+').count(), 0);
    let found = made(&changes, with_a_group());
    assert_eq!(plan(&wanted, &found), []);
    assert_eq!(made(&removal(&wanted, &found), found), with_a_group());
}

#[test]
fn rules_follow_the_policies() {
    let names = |manifests: &str| -> Vec<String> {
        let wanted = wanted(manifests);
        wanted.queues[0].rules.iter().map(|rule| rule.name.trim_start_matches("spot-").to_owned()).collect()
    };
    assert_eq!(names(MANIFESTS), ["interruption", "state", "maintenance", "hook", "scaling", "ecs"]);
    let spec =
        "{cluster: web, signals: {rebalance: {enabled: true}, maintenance: {enabled: false}, lifecycleHooks: []}}";
    let other = MANIFESTS.replace("{cluster: web}", spec);
    assert_eq!(names(&other), ["interruption", "rebalance", "state", "scaling", "ecs"]);
    let found = made(&plan(&wanted(MANIFESTS), &Found::default()), Found::default());
    let changes = plan(&wanted(&other), &found);
    let removed = changes.iter().filter(|change| matches!(change, Change::DeleteRule { .. })).count();
    assert_eq!(removed, 2, "rules that no policy uses any more go: {changes:?}");
    assert_eq!(plan(&wanted(&other), &made(&changes, found)), []);
}

#[test]
fn what_is_wrong_with_a_queue_of_somebody_else_is_mended_and_no_more() {
    let wanted = wanted(MANIFESTS);
    let elsewhere = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:theirs","maxReceiveCount":3}"#;
    let attributes = [("MessageRetentionPeriod", "60"), ("RedrivePolicy", elsewhere), ("VisibilityTimeout", "5")];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let queue = FoundQueue { url: "u".to_owned(), attributes, ours: false };
    let found = Found { queues: [(("us-east-1".into(), "spot".to_owned()), queue)].into(), ..Found::default() };
    let changes = plan(&wanted, &found);
    let Some(Change::SetQueueAttributes { attributes, why, .. }) = changes.first() else { panic!("{changes:?}") };
    assert_eq!(attributes.keys().collect::<Vec<_>>(), ["MessageRetentionPeriod", "Policy", "RedrivePolicy"]);
    assert!(attributes["RedrivePolicy"].contains("theirs"), "its dead letters go where they went: {why:?}");
    assert!(changes.iter().all(|change| !matches!(change, Change::CreateQueue { .. })), "{changes:?}");
    let after = made(&changes, found);
    assert_eq!(plan(&wanted, &after), []);
    let left = made(&removal(&wanted, &after), after);
    assert_eq!((left.queues.len(), left.rules.len()), (1, 0));
    assert_eq!(left.queues.values().next().unwrap().attributes["Policy"], "");
}

#[test]
fn a_hook_that_would_abandon_is_changed() {
    let mut found = made(&plan(&wanted(MANIFESTS), &with_a_group()), with_a_group());
    let hook = found.hooks.values_mut().next().unwrap().as_mut().unwrap();
    (hook.default_result, hook.ours) = ("ABANDON".to_owned(), false);
    let changes = plan(&wanted(MANIFESTS), &found);
    assert!(matches!(changes.as_slice(), [Change::PutHook { repairs: Some(_), .. }]), "{changes:?}");
    assert!(removal(&wanted(MANIFESTS), &found).iter().all(|change| !matches!(change, Change::DeleteHook { .. })));
}

#[test]
fn a_queue_without_an_account_in_its_url_is_refused() {
    let manifests = load_str("x", &MANIFESTS.replace("/123456789012/spot", "/spot")).unwrap();
    assert!(Wanted::of(&manifests, &"us-east-1".into()).is_err());
}

#[test]
fn a_rule_of_somebody_else_that_does_the_same_is_enough() {
    let pattern = json!({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning", "Another"]});
    let theirs = FoundRule { pattern, enabled: true, ..FoundRule::default() };
    let region: crate::ids::Region = "us-east-1".into();
    let mut found = Found {
        rules: [((region.clone(), "theirs".to_owned()), theirs)].into(),
        feeding: [((region.clone(), "spot".to_owned()), vec!["theirs".to_owned()])].into(),
        ..Found::default()
    };
    let made_for = |found: &Found| -> Vec<String> {
        let changes = plan(&wanted(MANIFESTS), found);
        changes.iter().filter(|it| matches!(it, Change::PutRule { .. })).map(ToString::to_string).collect()
    };
    assert!(made_for(&found).iter().all(|rule| !rule.contains("spot-interruption")), "{:?}", made_for(&found));
    found.rules.values_mut().next().unwrap().enabled = false;
    assert!(made_for(&found).iter().any(|rule| rule.contains("spot-interruption")), "one that is disabled is not");
}

#[test]
fn a_rule_of_ours_keeps_its_permission_when_somebody_else_sends_the_same() {
    let wanted = wanted(MANIFESTS);
    let mut found = made(&plan(&wanted, &Found::default()), Found::default());
    let region: crate::ids::Region = "us-east-1".into();
    let pattern = json!({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]});
    let theirs = FoundRule { pattern, enabled: true, ..FoundRule::default() };
    found.rules.insert((region.clone(), "theirs".to_owned()), theirs);
    found.feeding.insert((region, "spot".to_owned()), vec!["theirs".to_owned()]);
    assert_eq!(plan(&wanted, &found), []);
}

#[test]
fn a_queue_of_somebody_else_is_left_without_a_dead_letter_queue_that_goes() {
    let wanted = wanted(MANIFESTS);
    let queue = FoundQueue { url: "u".to_owned(), attributes: Default::default(), ours: false };
    let found = Found { queues: [(("us-east-1".into(), "spot".to_owned()), queue)].into(), ..Found::default() };
    let after = made(&plan(&wanted, &found), found);
    assert!(after.queues.len() == 2 && after.queues.values().any(|queue| queue.ours), "its dead letters are ours");
    let left = made(&removal(&wanted, &after), after);
    assert_eq!(left.queues.values().map(|queue| queue.attributes["RedrivePolicy"].as_str()).collect::<Vec<_>>(), [""]);
}

#[test]
fn no_hook_is_made_where_nobody_would_complete_it() {
    let hooked = |spec: &str| wanted(&MANIFESTS.replace("{cluster: web}", spec)).hooked.len();
    assert_eq!(hooked("{cluster: web}"), 1);
    assert_eq!(hooked("{cluster: web, mode: dryRun}"), 0);
    assert_eq!(hooked("{cluster: web, signals: {lifecycleHooks: [other]}}"), 0);
}

#[test]
fn a_provider_may_want_the_hook_where_its_cluster_does_not_and_all_are_looked_at_to_remove_it() {
    let manifests = load_str(
        "x",
        &MANIFESTS.replace(
            "{cluster: web}",
            "{cluster: web, mode: dryRun, capacityProviders: [{name: a, mode: enforce}, {name: b}]}",
        ),
    )
    .unwrap();
    let wanted = Wanted::of(&manifests, &"us-east-1".into()).unwrap();
    let wants = |wanted: &Wanted| ["a", "b", "c"].map(|provider| wanted.hooked[0].wants(provider));
    assert_eq!(wants(&wanted), [true, false, false]);
    assert_eq!(wants(&wanted.or_ever(&manifests, &"us-east-1".into())), [true; 3]);
}

#[test]
fn long_names_of_queues_that_begin_alike_have_rules_of_their_own() {
    let names = |name: &str| -> Vec<String> {
        wanted(&MANIFESTS.replace("/spot'", &format!("/{name}'"))).queues[0]
            .rules
            .iter()
            .map(|it| it.name.clone())
            .collect()
    };
    let (a, b) = (names(&format!("{}a", "q".repeat(66))), names(&format!("{}b", "q".repeat(66))));
    assert!(a.iter().all(|name| name.len() <= 64 && !b.contains(name)), "{a:?} {b:?}");
}

#[test]
fn a_pattern_never_grows_beyond_what_a_rule_may_have() {
    let cluster = MANIFESTS.split_once("---\n").unwrap().1;
    let more = |count: usize| -> usize {
        let others =
            (0..count).map(|number| format!("---\n{}", cluster.replace("web", &format!("{}{number}", "c".repeat(90)))));
        let wanted = wanted(&(MANIFESTS.to_owned() + &others.collect::<String>()));
        wanted.queues[0].rules.iter().map(|rule| rule.pattern.to_string().len()).max().unwrap()
    };
    assert!(more(10) > 1_000 && more(10) <= 2_048 && more(40) <= 2_048);
}

#[test]
fn a_rule_of_somebody_else_that_may_not_send_is_let_by_us_and_one_that_may_is_left_alone() {
    let wanted = wanted(MANIFESTS);
    let region: crate::ids::Region = "us-east-1".into();
    let pattern = json!({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]});
    let theirs = FoundRule { pattern, enabled: true, ..FoundRule::default() };
    let rule = "arn:aws:events:us-east-1:123456789012:rule/theirs";
    let with = |policy: Value| {
        let attributes = [("Policy".to_owned(), policy.to_string())].into();
        let queue = FoundQueue { url: "u".to_owned(), attributes, ours: false };
        let found = Found {
            queues: [((region.clone(), "spot".to_owned()), queue)].into(),
            rules: [((region.clone(), "theirs".to_owned()), theirs.clone())].into(),
            feeding: [((region.clone(), "spot".to_owned()), vec!["theirs".to_owned()])].into(),
            ..Found::default()
        };
        let after = made(&plan(&wanted, &found), found);
        assert_eq!(plan(&wanted, &after), [], "it stays so");
        after.queues[&(region.clone(), "spot".to_owned())].attributes["Policy"].clone()
    };
    assert!(with(json!({})).contains(rule));
    let allows = |rule: &str| {
        json!({"Statement": [{
            "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
            "Resource": wanted.queues[0].arn(), "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }]})
    };
    assert_eq!(with(allows(rule)).matches(rule).count(), 1, "by their own statement only");
    assert!(with(allows("arn:aws:events:us-east-1:123456789012:rule/another")).contains(rule));
}
