//! Target groups, as far as a deregistration takes time.

use aws_sdk_elasticloadbalancingv2::types::TargetGroupAttribute;
use jiff::SignedDuration;

use super::View;
use crate::aws::Failure;
use crate::ids::TargetGroupArn;
use crate::observe::Observation;

const ATTRIBUTES: &str = "elasticloadbalancing:DescribeTargetGroupAttributes";

/// The attribute that says how long a target drains, in seconds.
const DELAY: &str = "deregistration_delay.timeout_seconds";

/// Where none is set (ELB API reference, `TargetGroupAttribute`).
const DELAY_DEFAULT: SignedDuration = SignedDuration::from_secs(300);

/// Reads how long targets of a group drain.
pub async fn read(view: View<'_>, group: &TargetGroupArn) -> Result<(), Failure> {
    let call = view.clients.elb.describe_target_group_attributes().target_group_arn(group.as_str());
    let answer = call.send().await.map_err(|error| Failure::of(ATTRIBUTES, &error))?;
    let delay = answer.attributes().iter().find_map(delay).unwrap_or(DELAY_DEFAULT);
    view.send(Observation::TargetGroup { group: group.clone(), delay }).await;
    Ok(())
}

fn delay(attribute: &TargetGroupAttribute) -> Option<SignedDuration> {
    let value = attribute.value().filter(|_| attribute.key() == Some(DELAY))?;
    value.parse().ok().map(|seconds: u32| SignedDuration::from_secs(i64::from(seconds)))
}
