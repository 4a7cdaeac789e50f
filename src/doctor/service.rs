//! What is wrong with a service whose instances may be taken back: whether it can move in time, and whether its tasks stop in time.

use jiff::SignedDuration;

use super::finding::{Finding, Severity, Sheet};
use crate::signal::NOTICE_LEAD;

/// What is known of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFacts {
    /// Its cluster, as the manifest names it.
    pub cluster: String,
    /// Its name.
    pub name: String,
    /// Whether it wants one task on each instance.
    pub is_daemon: bool,
    /// How many tasks it is to have.
    pub desired: u32,
    /// minimumHealthyPercent.
    pub minimum_healthy_percent: u32,
    /// maximumPercent.
    pub maximum_percent: u32,
    /// From the first SIGTERM to the last SIGKILL of a task, by its definition.
    pub stops_within: SignedDuration,
    /// The longest deregistration delay of its target groups, where it has any and they could be read.
    pub deregistration_delay: Option<SignedDuration>,
    /// The policy's margin between a task's end and the deadline.
    pub margin: SignedDuration,
    /// Whether the policy lets the operator deregister targets.
    pub deregisters_targets: bool,
}

impl ServiceFacts {
    /// Tasks that have to run at all times; its percentage is rounded up (ECS API reference, `DeploymentConfiguration`).
    fn least(&self) -> u64 {
        (u64::from(self.desired) * u64::from(self.minimum_healthy_percent)).div_ceil(100)
    }

    /// Tasks that may run at most; rounded down.
    fn most(&self) -> u64 {
        u64::from(self.desired) * u64::from(self.maximum_percent) / 100
    }

    /// From the notice to the last moment at which its tasks may end.
    fn window(&self) -> SignedDuration {
        NOTICE_LEAD - self.margin
    }
}

/// What is wrong with a service.
pub fn check(service: &ServiceFacts, found: &mut Vec<Finding>) {
    let ServiceFacts { cluster, name, .. } = service;
    let sheet = &mut Sheet::of(format!("service {name} of cluster {cluster}"), found);
    if !service.is_daemon && service.desired > 0 {
        moving(service, sheet);
    }
    stopping(service, sheet);
}

fn moving(service: &ServiceFacts, sheet: &mut Sheet<'_>) {
    let ServiceFacts { cluster, name, desired, minimum_healthy_percent: min, maximum_percent: max, .. } = service;
    let (least, most, desired) = (service.least(), service.most(), u64::from(*desired));
    let update = |configuration: &str| {
        format!(
            "aws ecs update-service --cluster {cluster} --service {name} --deployment-configuration {configuration}"
        )
    };
    if least >= desired && most <= desired {
        let words = (
            format!("minimumHealthyPercent {min} and maximumPercent {max} of {desired} tasks let it neither stop one nor start one more"),
            "it does not move while its instance drains: the operator stops its tasks as late as their stopTimeout allows, \
             and only then others start"
                .to_owned(),
            update("minimumHealthyPercent=50,maximumPercent=200"),
        );
        return sheet.note(Severity::Critical, "CannotMove", words);
    }
    sheet.note_if(least >= desired, Severity::Warning, "MovesOnlyWithHeadroom", || {
        (
            format!("minimumHealthyPercent {min} of {desired} tasks: none is stopped before another one runs"),
            "without spare capacity its tasks wait for the replacement to register, most of the two minutes; the operator \
             stops them as late as their stopTimeout allows"
                .to_owned(),
            match desired {
                1 => "give it two tasks and minimumHealthyPercent=50; half of one is rounded up to one".to_owned(),
                _ => update(&format!("minimumHealthyPercent=50,maximumPercent={max}")),
            },
        )
    });
}

fn stopping(service: &ServiceFacts, sheet: &mut Sheet<'_>) {
    let (needs, window) = (service.stops_within, service.window());
    let seconds = |time: SignedDuration| time.as_secs();
    if needs > window {
        let words = (
            format!(
                "its tasks take up to {} s to stop, and there are {} s from the notice to the margin",
                seconds(needs),
                seconds(window)
            ),
            "they are killed with their instance before they have had their stopTimeout".to_owned(),
            format!(
                "lower stopTimeout in its task definition to {} s at most, all containers of a dependsOn chain together",
                seconds(window).max(0)
            ),
        );
        return sheet.note(Severity::Critical, "StopsTooSlowly", words);
    }
    let Some(delay) = service.deregistration_delay.filter(|delay| needs + *delay > window) else { return };
    let mend = format!(
        "aws elbv2 modify-target-group-attributes --target-group-arn … --attributes \
         Key=deregistration_delay.timeout_seconds,Value={}",
        seconds(window - needs).min(30)
    );
    let also = if service.deregisters_targets {
        ""
    } else {
        "; or let the operator deregister: tasks.deregisterTargets: true"
    };
    sheet.note(
        Severity::Warning,
        "DrainsTooSlowly",
        (
            format!(
                "a deregistration delay of {} s and {} s to stop are more than the {} s there are",
                seconds(delay),
                seconds(needs),
                seconds(window)
            ),
            "ECS sends SIGTERM only after the delay; the operator stops its tasks in time, some while they still get requests"
                .to_owned(),
            format!("{mend}{also}"),
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(change: impl Fn(&mut ServiceFacts)) -> Vec<&'static str> {
        let seconds = SignedDuration::from_secs;
        let mut facts = ServiceFacts {
            cluster: "web".to_owned(),
            name: "app".to_owned(),
            is_daemon: false,
            desired: 4,
            minimum_healthy_percent: 50,
            maximum_percent: 200,
            stops_within: seconds(30),
            deregistration_delay: Some(seconds(30)),
            margin: seconds(5),
            deregisters_targets: false,
        };
        change(&mut facts);
        let mut found = Vec::new();
        check(&facts, &mut found);
        found.into_iter().map(|finding| finding.check).collect()
    }

    #[test]
    fn each_check_applies_where_it_should() {
        assert_eq!(checks(|_| {}), [""; 0]);
        assert_eq!(checks(|it| it.minimum_healthy_percent = 100), ["MovesOnlyWithHeadroom"]);
        assert_eq!(checks(|it| it.desired = 1), ["MovesOnlyWithHeadroom"], "half of one is rounded up");
        assert_eq!(checks(|it| (it.minimum_healthy_percent, it.maximum_percent) = (100, 100)), ["CannotMove"]);
        assert_eq!(
            checks(|it| (it.desired, it.minimum_healthy_percent, it.maximum_percent) = (3, 70, 130)),
            ["CannotMove"]
        );
        assert_eq!(checks(|it| (it.is_daemon, it.minimum_healthy_percent) = (true, 100)), [""; 0]);
        assert_eq!(checks(|it| it.desired = 0), [""; 0]);
        assert_eq!(checks(|it| it.stops_within = SignedDuration::from_secs(115)), ["DrainsTooSlowly"]);
        assert_eq!(checks(|it| it.stops_within = SignedDuration::from_secs(116)), ["StopsTooSlowly"]);
        assert_eq!(checks(|it| it.deregistration_delay = Some(SignedDuration::from_secs(300))), ["DrainsTooSlowly"]);
        assert_eq!(checks(|it| it.deregistration_delay = None), [""; 0]);
    }
}
