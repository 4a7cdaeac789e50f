//! Faults of calls, as clients meet them.

use aws_sdk_ecs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ecs::types::ContainerInstanceStatus;

use super::*;

fn faulty(calls: CallFaults) -> Scenario {
    Scenario { faults: Faults { calls: vec![calls], ..Faults::none() }, ..small() }
}

/// Calls once a second for five minutes; the seconds in which that failed.
async fn seconds_of_failure(calls: CallFaults) -> Vec<u64> {
    let calls = CallFaults { window: Window { from_seconds: 100, until_seconds: Some(200) }, ..calls };
    let account = Account::once(faulty(calls), 1);
    let begun = account.now();
    let mut failed = Vec::new();
    for second in 0..300 {
        account.clock.sleep_until(begun + Duration::from_secs(second)).await;
        if account.ecs.list_clusters().send().await.is_err() {
            failed.push(second);
        }
    }
    failed
}

#[tokio::test(start_paused = true)]
async fn each_fault_strikes_at_its_rate_and_only_in_its_window() {
    let none = CallFaults::default();
    for (name, calls) in [
        ("5xx", CallFaults { server_error: 0.3, ..none.clone() }),
        ("denied", CallFaults { access_denied: 0.3, ..none.clone() }),
        ("reset before", CallFaults { reset_before: 0.3, ..none.clone() }),
        ("reset after", CallFaults { reset_after: 0.3, ..none.clone() }),
    ] {
        let failed = seconds_of_failure(calls).await;
        assert!((18..=42).contains(&failed.len()), "{name}: {} of 100", failed.len());
        assert!(failed.iter().all(|second| (100..200).contains(second)), "{name}: {failed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn time_outs_strike_at_their_rate_and_only_in_their_window() {
    for after in [false, true] {
        let (time_out_before, time_out_after) = if after { (0.0, 0.5) } else { (0.5, 0.0) };
        let window = Window::first(6_000);
        let account =
            Account::once(faulty(CallFaults { window, time_out_before, time_out_after, ..Default::default() }), 2);
        let begun = account.now();
        let (mut struck, mut late) = (0, 0);
        for minute in 0..150 {
            account.clock.sleep_until(begun + Duration::from_secs(61 * minute)).await;
            let failed = account.ecs.list_clusters().send().await.is_err();
            (struck, late) = (struck + u32::from(failed), late + u32::from(failed && minute > 98));
        }
        assert!((35..=65).contains(&struck), "{struck} of 99");
        assert_eq!(late, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_is_done_or_not_whatever_the_caller_hears() {
    let only = || CallFaults { actions: vec!["autoscaling:DetachInstances".into()], ..CallFaults::default() };
    for (calls, done, seconds) in [
        (CallFaults { time_out_before: 1.0, ..only() }, false, 60),
        (CallFaults { time_out_after: 1.0, ..only() }, true, 60),
        (CallFaults { reset_before: 1.0, ..only() }, false, 0),
        (CallFaults { reset_after: 1.0, ..only() }, true, 0),
    ] {
        let account = Account::once(faulty(calls), 1);
        let (begun, victim) = (account.now(), account.victim());
        let call = account.autoscaling.detach_instances().auto_scaling_group_name(GROUP).instance_ids(&victim);
        let error = call.should_decrement_desired_capacity(false).send().await.unwrap_err();
        let SdkError::DispatchFailure(failure) = error else { panic!("{error:?}") };
        assert_eq!((failure.is_timeout(), failure.is_io()), (seconds > 0, seconds == 0));
        assert_eq!(account.now().duration_since(begun).as_secs(), seconds);
        let serves = account
            .sim
            .group(GROUP)
            .unwrap()
            .members
            .iter()
            .any(|member| member.instance_id == victim && member.lifecycle_state == "InService");
        assert_eq!(serves, !done);
        account.ecs.list_clusters().send().await.unwrap();
    }
}

/// The codes and HTTP statuses that each service answers with.
async fn refusals(calls: CallFaults) -> Vec<(String, u16)> {
    let account = Account::once(faulty(calls), 1);
    let mut seen = Vec::new();
    macro_rules! note {
        ($call:expr) => {
            let error = $call.send().await.unwrap_err();
            seen.push((error.code().unwrap_or_default().to_owned(), error.raw_response().unwrap().status().as_u16()));
        };
    }
    for _ in 0..20 {
        note!(account.ecs.list_clusters());
        note!(account.autoscaling.describe_auto_scaling_groups());
        note!(account.sqs.receive_message().queue_url(QUEUE_URL));
    }
    seen.sort();
    seen.dedup();
    seen
}

#[tokio::test(start_paused = true)]
async fn each_service_refuses_in_its_own_words() {
    let found = refusals(CallFaults { server_error: 1.0, ..CallFaults::default() }).await;
    let expected = [("InternalFailure", 500), ("ResourceContention", 500), ("ServerException", 500)];
    let named = found.iter().map(|(code, status)| (code.as_str(), *status)).collect::<Vec<_>>();
    assert_eq!(named, [&expected[..], &[("ServiceUnavailable", 503)]].concat());
    let found = refusals(CallFaults { access_denied: 1.0, ..CallFaults::default() }).await;
    let named = found.iter().map(|(code, status)| (code.as_str(), *status)).collect::<Vec<_>>();
    assert_eq!(named, [("AccessDenied", 403), ("AccessDeniedException", 400)]);
}

#[tokio::test(start_paused = true)]
async fn answers_take_as_many_times_as_long() {
    let mut took = Vec::new();
    for latency_factor in [1, 10] {
        let account = Account::once(faulty(CallFaults { latency_factor, ..CallFaults::default() }), 1);
        let begun = account.now();
        account.ecs.list_clusters().send().await.unwrap();
        took.push(account.now().duration_since(begun).as_millis());
    }
    assert_eq!(took[1], 10 * took[0]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_is_one_that_was_true_a_while_ago() {
    let stale = CallFaults { stale: 1.0, stale_seconds: 5, ..CallFaults::default() };
    let account = Account::once(faulty(stale), 1);
    let victim = account.victim();
    let drained = account.drain(&victim).await;
    assert_eq!(drained.status(), Some("DRAINING"), "the answer to a change is the present");
    account.detach(std::slice::from_ref(&victim)).await.unwrap();
    let arn = drained.container_instance_arn().unwrap();
    let (mut statuses, mut states) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let call = account.ecs.describe_container_instances().cluster(CLUSTER).container_instances(arn);
        let answer = call.send().await.unwrap();
        statuses.push(answer.container_instances().first().unwrap().status().unwrap() == "DRAINING");
        let call = account.autoscaling.describe_auto_scaling_instances().instance_ids(&victim);
        let answer = call.send().await.unwrap();
        states
            .push(answer.auto_scaling_instances().first().and_then(|found| found.lifecycle_state().map(str::to_owned)));
        account.secs(1).await;
    }
    assert_eq!((statuses[0], states[0].as_deref()), (false, Some("InService")));
    assert!(statuses[6..].iter().all(|draining| *draining), "{statuses:?}");
    assert!(states[6..].iter().all(|state| state.as_deref() != Some("InService")), "{states:?}");
    let listed = account.ecs.list_container_instances().cluster(CLUSTER).status(ContainerInstanceStatus::Draining);
    assert_eq!(listed.send().await.unwrap().container_instance_arns().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn faults_can_begin_and_end_at_any_time() {
    let account = Account::once(small(), 1);
    let always = CallFaults { server_error: 1.0, ..CallFaults::default() };
    account.ecs.list_clusters().send().await.unwrap();
    account.sim.set_faults(Faults { calls: vec![always], ..Faults::none() });
    account.ecs.list_clusters().send().await.unwrap_err();
    account.sim.set_faults(Faults::none());
    account.ecs.list_clusters().send().await.unwrap();
}

async fn transcript(seed: u64) -> Vec<String> {
    let calls = CallFaults {
        server_error: 0.1,
        access_denied: 0.1,
        time_out_before: 0.05,
        time_out_after: 0.05,
        reset_before: 0.05,
        reset_after: 0.05,
        stale: 0.3,
        stale_seconds: 10,
        latency_factor: 2,
        ..CallFaults::default()
    };
    let events = EventFaults { duplicate: 0.5, delayed: 0.5, delay_max_millis: 9_000, ..EventFaults::default() };
    let queues = QueueFaults { redelivery: 0.5, entry_failure: 0.5, ..QueueFaults::default() };
    let neighbour = Neighbour { window: Window::default(), category: Category::ClusterRead, tokens_per_second: 40 };
    let throttling = Throttling { enabled: true, neighbours: vec![neighbour], ..Throttling::default() };
    let faults = Faults { calls: vec![calls], events, queues, throttling, ..Faults::none() };
    let interruptions = vec![InterruptionPlan::new(Duration::from_secs(5), GROUP, 2)];
    let account = Account::once(Scenario { faults, interruptions, ..small() }, seed);
    for _ in 0..60 {
        let victim = account.victim();
        drop(account.ecs.list_clusters().send().await);
        drop(account.sqs.receive_message().queue_url(QUEUE_URL).send().await);
        drop(account.detach(&[victim]).await);
    }
    account.sim.transcript()
}

#[tokio::test(start_paused = true)]
async fn a_seed_gives_the_same_run_again_with_its_faults() {
    let (first, again, other) = (transcript(7).await, transcript(7).await, transcript(8).await);
    for code in ["ThrottlingException", "ServerException", "AccessDenied"] {
        assert!(first.iter().any(|line| line.ends_with(code)), "{code}");
    }
    assert_eq!(first, again);
    assert_ne!(first, other);
}
