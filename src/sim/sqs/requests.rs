//! What callers may ask of a queue.

use std::time::Duration;

use super::Sqs;
use super::queue::{Message, Queue};
use crate::sim::kernel::{Core, Fact, Fault, later, short};

/// SQS API reference, `ReceiveMessage`: 1 to 10.
const RECEIVE_MAX: usize = 10;
/// SQS API reference, `ChangeMessageVisibility`: up to 12 h, from the first receive on.
const VISIBILITY_MAX: Duration = Duration::from_secs(12 * 60 * 60);

/// What a receive asks for.
#[derive(Clone, Copy, Debug)]
pub struct Receive {
    pub max: usize,
    pub visibility: Option<Duration>,
}

impl Sqs {
    /// The queue behind a URL.
    pub fn queue(&self, url: &str) -> Result<&Queue, Fault> {
        self.queues.get(short(url)).ok_or_else(no_such_queue)
    }

    pub fn queue_mut(&mut self, url: &str) -> Result<&mut Queue, Fault> {
        self.queues.get_mut(short(url)).ok_or_else(no_such_queue)
    }

    pub fn receive(&mut self, url: &str, asked: Receive, core: &mut Core) -> Result<Vec<Message>, Fault> {
        if !(1..=RECEIVE_MAX).contains(&asked.max) {
            let value = asked.max;
            return Err(invalid_value(format!(
                "Value {value} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if \
                 provided."
            )));
        }
        self.redrive(short(url), core);
        let queue = self.queue_mut(url)?;
        if queue.depth(core.now).1 >= core.params.in_flight_max {
            let message = "Too many messages are in flight.";
            return Err(Fault::sender("com.amazonaws.sqs#OverLimit", message).with_query_code("OverLimit"));
        }
        Ok(queue.receive(asked.max, asked.visibility.unwrap_or(queue.visibility_timeout), core))
    }

    pub fn delete(&mut self, url: &str, receipt: &str, core: &mut Core) -> Result<(), Fault> {
        let queue = self.queue_mut(url)?;
        well_formed(receipt)?;
        if let Some(message) = queue.delete(receipt) {
            let (queue, message, subject) = (queue.name.clone(), message.id, message.subject);
            core.tell(Fact::MessageDeleted { queue, message, subject });
        }
        Ok(())
    }

    pub fn change_visibility(
        &mut self,
        url: &str,
        receipt: &str,
        visibility: Duration,
        core: &mut Core,
    ) -> Result<(), Fault> {
        let queue = self.queue_mut(url)?;
        well_formed(receipt)?;
        if visibility > VISIBILITY_MAX {
            let seconds = visibility.as_secs();
            return Err(invalid_value(format!(
                "Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if \
                 provided."
            )));
        }
        let now = core.now;
        if !queue.has(receipt) {
            return Err(invalid_value(format!(
                "Value {receipt} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not \
                 available for visibility timeout change."
            )));
        }
        let message = queue.holding(receipt).ok_or_else(not_in_flight)?;
        let first = message.first_received_at.unwrap_or(now);
        if later(now, visibility) > later(first, VISIBILITY_MAX) {
            return Err(invalid_value("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"));
        }
        message.visible_at = later(now, visibility);
        Ok(())
    }
}

fn no_such_queue() -> Fault {
    Fault::sender("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
        .with_query_code("AWS.SimpleQueueService.NonExistentQueue")
}

fn not_in_flight() -> Fault {
    let message = "The message referred to isn't in flight, or its receipt handle is not the newest.";
    Fault::sender("com.amazonaws.sqs#MessageNotInflight", message)
        .with_query_code("AWS.SimpleQueueService.MessageNotInflight")
}

/// SQS's error for a parameter that is out of its range.
pub fn invalid_value(message: impl Into<String>) -> Fault {
    Fault::sender("com.amazonaws.sqs#InvalidParameterValue", message).with_query_code("InvalidParameterValue")
}

/// A handle that SQS did not make is refused; one that is old is not.
fn well_formed(receipt: &str) -> Result<(), Fault> {
    if receipt.contains('#') {
        return Ok(());
    }
    let message = format!("The input receipt handle \"{receipt}\" is not a valid receipt handle.");
    Err(Fault::sender("com.amazonaws.sqs#ReceiptHandleIsInvalid", message).with_query_code("ReceiptHandleIsInvalid"))
}
