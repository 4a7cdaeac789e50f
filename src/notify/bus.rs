//! An event bus of EventBridge: each notice is an event of the source `ecs-spot-operator`, with the case's log line as its detail.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_smithy_types::DateTime;

use super::batch::Setback;
use super::notice::Notice;
use crate::api::Occasion;
use crate::aws::{Class, Failure};

/// EventBridge API reference, `PutEvents`: ten entries. A case line has some 2 KiB, far from the 256 KiB that they may have together.
pub const ENTRIES_MAX: usize = 10;

/// Far below the smallest documented quota, which the gate keeps to besides (`aws::gate::Category::Events`).
pub const EVERY: Duration = Duration::from_millis(100);

/// The source of our events.
const SOURCE: &str = "ecs-spot-operator";

const ACTION: &str = "events:PutEvents";

/// An event bus.
pub struct Bus {
    client: aws_sdk_eventbridge::Client,
    name: String,
}

impl Bus {
    /// The bus of this name or ARN.
    pub fn new(client: aws_sdk_eventbridge::Client, name: &str) -> Self {
        Self { client, name: name.to_owned() }
    }

    /// Puts them on the bus, each for itself.
    ///
    /// # Errors
    /// What was not taken, and why.
    pub async fn send(&self, batch: Vec<Arc<Notice>>) -> Result<(), Setback> {
        let entries = batch.iter().map(|notice| self.entry(notice)).collect();
        let answer = match self.client.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let failure = Failure::of(ACTION, &error);
                let may_pass =
                    !matches!(failure.class, Class::Denied | Class::Credentials | Class::NotFound | Class::Invalid);
                return Err(Setback { left: batch, why: failure.to_string(), may_pass, after: None });
            }
        };
        let codes = answer.entries().iter().map(|entry| {
            entry.error_code().map(|code| format!("{code}: {}", entry.error_message().unwrap_or("no reason is given")))
        });
        let refused: Vec<(Arc<Notice>, String)> =
            batch.into_iter().zip(codes).filter_map(|(notice, code)| Some((notice, code?))).collect();
        let Some((_, why)) = refused.first().cloned() else { return Ok(()) };
        let left = refused.into_iter().map(|(notice, _)| notice).collect();
        Err(Setback { left, why: format!("{ACTION}: {why}"), may_pass: true, after: None })
    }

    fn entry(&self, notice: &Notice) -> PutEventsRequestEntry {
        let kind = match notice.occasion {
            Occasion::Opened => "Spot Case Opened",
            Occasion::AtRisk => "Spot Case At Risk",
            Occasion::Closed => "Spot Case Closed",
        };
        let resource = notice.line.get("container_instance_arn").and_then(|arn| arn.as_str());
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(kind)
            .detail(notice.line.to_string())
            .set_resources(resource.map(|arn| vec![arn.to_owned()]))
            .time(DateTime::from_secs(notice.at.as_second()))
            .build()
    }
}
