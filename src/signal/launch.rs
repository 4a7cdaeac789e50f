//! That a group launched or terminated an instance, or could not (EC2 Auto Scaling User Guide, "EventBridge event reference").

use super::Reading;
use super::envelope::Envelope;
use super::fields::Fields;
use super::news::News;

/// A launch that went well.
pub const LAUNCHED: &str = "EC2 Instance Launch Successful";
/// A launch that failed.
pub const NOT_LAUNCHED: &str = "EC2 Instance Launch Unsuccessful";
/// A termination that went well.
pub const TERMINATED: &str = "EC2 Instance Terminate Successful";
/// A termination that failed.
pub const NOT_TERMINATED: &str = "EC2 Instance Terminate Unsuccessful";

/// Reads how a launch went. Where none came of it there may be no instance.
pub fn launch(message: &Envelope<'_>, ok: bool) -> Reading {
    let said = message.said();
    let details: Fields<'_> = said.get("Details").unwrap_or_default();
    let news = said.name("AutoScalingGroupName").map(|group| News::Launch {
        group,
        instance: said.instance("EC2InstanceId"),
        ok,
        zone: details.name("Availability Zone"),
        message: said.sentence("StatusMessage"),
        at: message.said_at(),
    });
    Ok(news.map(Into::into))
}

/// Reads how a termination went.
pub fn termination(message: &Envelope<'_>, ok: bool) -> Reading {
    let said = message.said();
    let news = said.name("AutoScalingGroupName").map(|group| News::Termination {
        group,
        instance: said.instance("EC2InstanceId"),
        ok,
        at: message.said_at(),
    });
    Ok(news.map(Into::into))
}
