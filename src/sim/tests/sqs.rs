//! SQS, over its own protocol.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName};

use super::*;

fn queues(redrive: Option<Redrive>) -> Scenario {
    let queue = |name: &str, redrive| QueueSpec { name: name.into(), redrive, ..QueueSpec::default() };
    Scenario { queues: vec![queue("spot-events", redrive), queue("dead", None)], ..Scenario::default() }
}

async fn receive(account: &Account, wait: i32) -> Vec<Message> {
    let call = account.sqs.receive_message().queue_url(QUEUE_URL).wait_time_seconds(wait).max_number_of_messages(10);
    let call = call.message_system_attribute_names(MessageSystemAttributeName::All);
    call.send().await.unwrap().messages.unwrap_or_default()
}

fn depth(account: &Account) -> (usize, usize) {
    let depth = account.sim.queue_depth("spot-events").unwrap();
    (depth.visible, depth.in_flight)
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_not_deleted_comes_back() {
    let account = Account::new(queues(None), 1);
    account.sim.send_message("spot-events", "any body".into());
    let first = receive(&account, 0).await;
    assert_eq!(depth(&account), (0, 1));
    account.secs(31).await;
    let again = receive(&account, 0).await;
    let count = |messages: &[Message]| {
        let attributes = messages.first().unwrap().attributes().unwrap();
        attributes.get(&MessageSystemAttributeName::ApproximateReceiveCount).unwrap().clone()
    };
    assert_eq!((count(&first), count(&again)), ("1".to_owned(), "2".to_owned()));
    let old = first.first().unwrap().receipt_handle().unwrap();
    account.sqs.delete_message().queue_url(QUEUE_URL).receipt_handle(old).send().await.unwrap();
    assert_eq!(depth(&account), (0, 1), "an old handle deletes nothing");
    let new = again.first().unwrap().receipt_handle().unwrap();
    account.sqs.delete_message().queue_url(QUEUE_URL).receipt_handle(new).send().await.unwrap();
    assert_eq!(depth(&account), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_with_a_message_or_with_its_time() {
    let account = Account::new(queues(None), 1);
    let begun = account.now();
    assert!(receive(&account, 20).await.is_empty());
    assert_eq!(account.now().duration_since(begun).as_secs(), 20);
    let send = async {
        account.secs(3).await;
        account.sim.send_message("spot-events", "{}".into());
        account.now()
    };
    let (messages, sent) = tokio::join!(receive(&account, 20), send);
    assert_eq!(messages.len(), 1);
    assert_eq!(account.now(), sent);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_sees_a_message_become_visible_again() {
    let account = Account::new(queues(None), 1);
    account.sim.send_message("spot-events", "{}".into());
    let received = receive(&account, 0).await;
    let handle = received.first().unwrap().receipt_handle().unwrap();
    let call = account.sqs.change_message_visibility().queue_url(QUEUE_URL).receipt_handle(handle);
    call.visibility_timeout(7).send().await.unwrap();
    let changed = account.now();
    assert_eq!(receive(&account, 20).await.len(), 1);
    assert_eq!(account.now().duration_since(changed).as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn what_is_received_too_often_goes_to_the_dead_letters() {
    let redrive = Redrive { queue: "dead".into(), max_receive_count: 2 };
    let account = Account::new(queues(Some(redrive)), 1);
    account.sim.send_message("spot-events", "not json".into());
    for expected in [1, 1, 0] {
        assert_eq!(receive(&account, 0).await.len(), expected);
        account.secs(31).await;
    }
    assert_eq!(account.sim.queue_depth("dead").unwrap().visible, 1);
    assert_eq!(depth(&account), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_batch_fails_entry_by_entry() {
    let account = Account::new(queues(None), 1);
    account.sim.send_message("spot-events", "{}".into());
    let received = receive(&account, 0).await;
    let entry = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };
    let good = received.first().unwrap().receipt_handle().unwrap();
    let call = account.sqs.delete_message_batch().queue_url(QUEUE_URL);
    let answer = call.entries(entry("good", good)).entries(entry("bad", "nonsense")).send().await.unwrap();
    assert_eq!(answer.successful().first().unwrap().id(), "good");
    let failed = answer.failed().first().unwrap();
    assert_eq!((failed.id(), failed.code(), failed.sender_fault()), ("bad", "ReceiptHandleIsInvalid", true));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_not_there_is_an_error_of_its_own() {
    let account = Account::new(queues(None), 1);
    let error = account.sqs.get_queue_url().queue_name("nope").send().await.unwrap_err();
    assert_eq!(error.code(), Some("AWS.SimpleQueueService.NonExistentQueue"));
    assert!(error.into_service_error().is_queue_does_not_exist());
    let found = account.sqs.get_queue_url().queue_name("spot-events").send().await.unwrap();
    assert_eq!(found.queue_url(), Some(QUEUE_URL));
}

#[tokio::test(start_paused = true)]
async fn attributes_tell_the_depth() {
    let account = Account::new(queues(None), 1);
    account.sqs.send_message().queue_url(QUEUE_URL).message_body("hello").send().await.unwrap();
    let call = account.sqs.get_queue_attributes().queue_url(QUEUE_URL).attribute_names(QueueAttributeName::All);
    let answer = call.send().await.unwrap();
    let visible = answer.attributes().unwrap().get(&QueueAttributeName::ApproximateNumberOfMessages).unwrap();
    assert_eq!(visible, "1");
}
