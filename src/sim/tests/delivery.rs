//! From EC2's event to a message in somebody's hand, when neither EventBridge nor SQS has a good day.

use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message};

use super::*;

const GROUP_SIZE: usize = 200;

fn untidy(events: EventFaults, queues: QueueFaults) -> Scenario {
    let groups = vec![GroupSpec { cluster: None, capacity_provider: None, desired: 200, max: 200, ..group() }];
    Scenario { clusters: Vec::new(), groups, faults: Faults { events, queues, ..Faults::none() }, ..small() }
}

/// How many messages come of 100 notices in the window, and of 100 after it.
async fn messages_of_notices(events: EventFaults) -> (usize, usize) {
    let account = Account::once(untidy(EventFaults { window: Window::first(50), ..events }, QueueFaults::default()), 1);
    let members = account.members();
    let (within, after) = members.split_at(GROUP_SIZE / 2);
    let total = || account.sim.queue_depth("spot-events").unwrap().visible;
    account.sim.interrupt(within, Duration::from_secs(1_000));
    account.secs(60).await;
    let first = total();
    account.sim.interrupt(after, Duration::from_secs(1_000));
    account.secs(60).await;
    (first, total() - first)
}

#[tokio::test(start_paused = true)]
async fn events_are_lost_and_doubled_at_their_rates_and_in_their_window() {
    let (within, after) = messages_of_notices(EventFaults { loss: 0.3, ..EventFaults::default() }).await;
    assert!((58..=82).contains(&within), "{within}");
    assert_eq!(after, 100);
    let (within, after) = messages_of_notices(EventFaults { duplicate: 0.3, ..EventFaults::default() }).await;
    assert!((118..=142).contains(&within), "{within}");
    assert_eq!(after, 100);
}

#[tokio::test(start_paused = true)]
async fn delayed_events_come_late_and_in_another_order() {
    let late = EventFaults { delayed: 1.0, delay_min_millis: 10_000, delay_max_millis: 40_000, ..Default::default() };
    let account = Account::once(untidy(late, QueueFaults::default()), 1);
    let sent: Vec<String> = account.members().into_iter().take(8).collect();
    for instance in &sent {
        account.sim.interrupt(std::slice::from_ref(instance), Duration::from_secs(1_000));
    }
    account.secs(10).await;
    assert_eq!(account.sim.queue_depth("spot-events").unwrap().visible, 0);
    account.secs(35).await;
    let received: Vec<String> = receive(&account).await.iter().map(instance_in).collect();
    assert_eq!(received.len(), sent.len());
    assert_ne!(received, sent);
}

async fn receive(account: &Account) -> Vec<Message> {
    let call = account.sqs.receive_message().queue_url(QUEUE_URL).max_number_of_messages(10).wait_time_seconds(20);
    call.send().await.unwrap().messages.unwrap_or_default()
}

fn instance_in(message: &Message) -> String {
    let event: serde_json::Value = serde_json::from_str(message.body().unwrap()).unwrap();
    event.pointer("/detail/instance-id").unwrap().as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_hidden_message_is_received_again_and_is_gone_once_deleted() {
    let queues = QueueFaults { window: Window::first(100), redelivery: 1.0, ..QueueFaults::default() };
    let account = Account::once(untidy(EventFaults::default(), queues), 1);
    account.sim.send_message("spot-events", "any".into());
    let (first, begun) = (receive(&account).await, account.now());
    let again = receive(&account).await;
    assert_eq!(first[0].message_id(), again[0].message_id());
    assert_ne!(first[0].receipt_handle(), again[0].receipt_handle());
    assert!(account.now() < begun + Duration::from_secs(6), "long before it is visible");
    account.secs(100).await;
    let last = receive(&account).await;
    assert_eq!(receive(&account).await, [], "the window has passed");
    account
        .sqs
        .delete_message()
        .queue_url(QUEUE_URL)
        .receipt_handle(last[0].receipt_handle().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(account.sim.queue_depth("spot-events"), Some(QueueDepth::default()));
}

#[tokio::test(start_paused = true)]
async fn entries_of_a_batch_fail_at_their_rate_and_stay_as_they_were() {
    let queues = QueueFaults { window: Window::first(100), entry_failure: 0.5, ..QueueFaults::default() };
    let account = Account::once(untidy(EventFaults::default(), queues), 1);
    (0..10).for_each(|n| account.sim.send_message("spot-events", n.to_string()));
    let handles: Vec<String> =
        receive(&account).await.into_iter().map(|message| message.receipt_handle.unwrap()).collect();
    let entries = handles.iter().enumerate().map(|(n, handle)| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(n.to_string()).receipt_handle(handle);
        entry.visibility_timeout(0).build().unwrap()
    });
    let call = account.sqs.change_message_visibility_batch().queue_url(QUEUE_URL);
    let answer = call.set_entries(Some(entries.collect())).send().await.unwrap();
    assert!((2..=8).contains(&answer.failed().len()), "{}", answer.failed().len());
    assert!(answer.failed().iter().all(|failed| !failed.sender_fault() && failed.code() == "InternalError"));
    assert_eq!(account.sim.queue_depth("spot-events").unwrap().in_flight, answer.failed().len());
    let mut failures = 0;
    for time in [0, 200] {
        account.secs(time).await;
        let entries = handles.iter().enumerate().map(|(n, handle)| {
            DeleteMessageBatchRequestEntry::builder().id(n.to_string()).receipt_handle(handle).build().unwrap()
        });
        let call = account.sqs.delete_message_batch().queue_url(QUEUE_URL);
        let failed = call.set_entries(Some(entries.collect())).send().await.unwrap().failed().len();
        assert_eq!(failed > 0, time == 0, "none after the window");
        failures += failed;
    }
    assert!((2..=8).contains(&failures), "{failures}");
}
