//! What callers may change in a target group.

use super::Elb;
use super::group::TargetGroup;
use crate::sim::kernel::{Core, Fault, Target};

impl Elb {
    /// The target group of an ARN.
    pub fn group(&self, arn: &str) -> Result<&TargetGroup, Fault> {
        check(arn)?;
        self.groups.get(arn).ok_or_else(no_such_group)
    }

    /// Registers instances that run, with a port or with that of the group; all of them or none (ELB API reference,
    /// `RegisterTargets`).
    pub fn register(&mut self, arn: &str, targets: &[(String, Option<u16>)], core: &mut Core) -> Result<(), Fault> {
        check(arn)?;
        let group = self.groups.get_mut(arn).ok_or_else(no_such_group)?;
        let at_rest = targets.iter().filter(|(id, _)| !self.running.contains(id));
        let at_rest: Vec<String> = at_rest.map(|(id, _)| format!("'{id}'")).collect();
        if !at_rest.is_empty() {
            let message = "The following targets are not in a running state and cannot be registered";
            return Err(Fault::sender("InvalidTarget", format!("{message}: {}", at_rest.join(", "))));
        }
        for (instance, port) in targets {
            group.register(&target(group, instance, *port), core);
        }
        Ok(())
    }

    pub fn deregister(&mut self, arn: &str, targets: &[(String, Option<u16>)], core: &mut Core) -> Result<(), Fault> {
        check(arn)?;
        let group = self.groups.get_mut(arn).ok_or_else(no_such_group)?;
        for (instance, port) in targets {
            group.deregister(&target(group, instance, *port), core);
        }
        Ok(())
    }
}

fn target(group: &TargetGroup, instance: &str, port: Option<u16>) -> Target {
    Target { group: group.arn.clone(), instance: instance.to_owned(), port: port.unwrap_or(group.port) }
}

fn check(arn: &str) -> Result<(), Fault> {
    if arn.starts_with("arn:") && arn.contains(":targetgroup/") {
        return Ok(());
    }
    Err(Fault::validation(format!("'{arn}' is not a valid target group ARN")))
}

pub fn no_such_group() -> Fault {
    Fault::sender("TargetGroupNotFound", "One or more target groups not found")
}
