//! What lifecycle hooks tell: to a queue, through a topic, and to the event bus.

use aws_sdk_autoscaling::error::ProvideErrorMetadata;

use super::*;

const HOOK: &str = "wait";

fn notifying(target: HookTarget, launching: bool, rules: Vec<RuleSpec>) -> Account {
    let metadata = Some("blue".to_owned());
    let hook = HookSpec::terminating(HOOK, Duration::from_secs(300), true);
    let groups = vec![GroupSpec { hooks: vec![HookSpec { target, launching, metadata, ..hook }], ..group() }];
    let topic = |name: &str, raw| TopicSpec { name: name.into(), queue: "spot-events".into(), raw };
    let topics = vec![topic("wrapped", false), topic("raw", true)];
    Account::new(Scenario { params: exact(), groups, topics, rules, ..small() }, 1)
}

fn to_queue() -> Account {
    notifying(HookTarget::Queue("spot-events".into()), false, Vec::new())
}

/// Terminates a member; what arrives of it, but for what was there before.
async fn told_of_a_termination(account: &Account) -> (String, Vec<Value>) {
    account.secs(2).await;
    account.messages().await;
    let victim = account.victim();
    account.terminate(&victim, false).await.unwrap();
    account.secs(2).await;
    (victim, account.messages().await)
}

fn assert_tells_of_a_termination(said: &Value, victim: &str) {
    for (field, expected) in [
        ("AutoScalingGroupName", GROUP),
        ("LifecycleHookName", HOOK),
        ("EC2InstanceId", victim),
        ("LifecycleTransition", "autoscaling:EC2_INSTANCE_TERMINATING"),
        ("NotificationMetadata", "blue"),
        ("Origin", "AutoScalingGroup"),
        ("Destination", "EC2"),
    ] {
        assert_eq!(said[field], expected, "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_told_in_raw() {
    let (victim, told) = told_of_a_termination(&to_queue()).await;
    assert_eq!(told.len(), 1);
    assert_tells_of_a_termination(&told[0], &victim);
    assert_eq!(told[0]["Service"], "AWS Auto Scaling");
    assert_eq!(told[0]["AccountId"], "123456789012");
}

#[tokio::test(start_paused = true)]
async fn the_token_that_is_told_completes_the_action_and_no_other_does() {
    let account = to_queue();
    let (victim, told) = told_of_a_termination(&account).await;
    let complete = |token: &str| {
        let call = account.autoscaling.complete_lifecycle_action().auto_scaling_group_name(GROUP);
        let call = call.lifecycle_hook_name(HOOK).lifecycle_action_token(token);
        call.lifecycle_action_result("CONTINUE").send()
    };
    let error = complete("nonsense").await.unwrap_err();
    assert_eq!(error.message(), Some("No active Lifecycle Action found with token nonsense"));
    assert_eq!(account.state_of(&victim), Some("Terminating:Wait"));
    complete(told[0]["LifecycleActionToken"].as_str().unwrap()).await.unwrap();
    assert_eq!(account.state_of(&victim), Some("Terminating:Proceed"));
}

#[tokio::test(start_paused = true)]
async fn a_topic_wraps_what_it_hands_on_unless_it_is_raw() {
    let account = notifying(HookTarget::Topic("raw".into()), false, Vec::new());
    let (victim, told) = told_of_a_termination(&account).await;
    assert_tells_of_a_termination(&told[0], &victim);

    let account = notifying(HookTarget::Topic("wrapped".into()), false, Vec::new());
    let (victim, told) = told_of_a_termination(&account).await;
    assert_eq!(told[0]["Type"], "Notification");
    assert_eq!(told[0]["TopicArn"], "arn:aws:sns:us-east-1:123456789012:wrapped");
    let inner: Value = serde_json::from_str(told[0]["Message"].as_str().unwrap()).unwrap();
    assert_tells_of_a_termination(&inner, &victim);
}

#[tokio::test(start_paused = true)]
async fn a_new_hook_says_hello_to_its_target_and_has_the_defaults_of_the_api() {
    let account = Account::new(Scenario { params: exact(), ..small() }, 1);
    let call = account.autoscaling.put_lifecycle_hook().auto_scaling_group_name(GROUP).lifecycle_hook_name(HOOK);
    let call = call.lifecycle_transition("autoscaling:EC2_INSTANCE_TERMINATING");
    let call = call.notification_target_arn("arn:aws:sqs:us-east-1:123456789012:spot-events");
    call.role_arn("arn:aws:iam::123456789012:role/hooks").send().await.unwrap();
    account.secs(2).await;
    let hello = account.messages().await;
    assert_eq!(hello.len(), 1);
    assert_eq!(hello[0]["Event"], "autoscaling:TEST_NOTIFICATION");
    assert_eq!(hello[0]["AutoScalingGroupName"], GROUP);

    let answer = account.autoscaling.describe_lifecycle_hooks().auto_scaling_group_name(GROUP).send().await.unwrap();
    let hook = answer.lifecycle_hooks().first().unwrap();
    assert_eq!((hook.heartbeat_timeout(), hook.global_timeout()), (Some(3_600), Some(172_800)));
    assert_eq!(hook.default_result(), Some("ABANDON"));
}

#[tokio::test(start_paused = true)]
async fn the_event_bus_is_told_of_a_termination() {
    let rules = vec![RuleSpec::of("EC2 Instance-terminate Lifecycle Action", "spot-events")];
    let account = notifying(HookTarget::EventBridge, false, rules);
    let (victim, told) = told_of_a_termination(&account).await;
    assert_eq!(told.len(), 1, "nobody says hello to the bus");
    assert_eq!(told[0]["source"], "aws.autoscaling");
    assert!(told[0]["resources"][0].as_str().unwrap().ends_with("autoScalingGroupName/web-asg"));
    assert_tells_of_a_termination(&told[0]["detail"], &victim);
}

#[tokio::test(start_paused = true)]
async fn the_event_bus_is_told_of_a_launch() {
    let rules = vec![RuleSpec::of("EC2 Instance-launch Lifecycle Action", "spot-events")];
    let account = notifying(HookTarget::EventBridge, true, rules);
    account.detach(&[account.victim()]).await.unwrap();
    account.secs(30).await;
    let told = account.messages().await;
    let detail = &told[0]["detail"];
    assert_eq!(detail["EC2InstanceId"], account.in_state("Pending:Wait")[0].as_str());
    assert_eq!(detail["LifecycleTransition"], "autoscaling:EC2_INSTANCE_LAUNCHING");
    assert_eq!(detail["Origin"], "EC2");
    assert_eq!(detail["Destination"], "AutoScalingGroup");
}

#[tokio::test(start_paused = true)]
async fn a_hook_with_a_target_tells_the_event_bus_too() {
    let rules = vec![RuleSpec::of("EC2 Instance-terminate Lifecycle Action", "spot-events")];
    let account = notifying(HookTarget::Queue("spot-events".into()), false, rules);
    let (_, told) = told_of_a_termination(&account).await;
    let tokens: Vec<&Value> = told
        .iter()
        .map(|said| said.pointer("/detail/LifecycleActionToken").unwrap_or(&said["LifecycleActionToken"]))
        .collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1], "one action");
}
