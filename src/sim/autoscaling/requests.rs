//! What callers may ask of a group. The texts of refusals are those that AWS's users quote.

use super::activity::Subject;
use super::group::{Group, LifecycleState};
use super::{Activity, AutoScaling, Timer};
use crate::sim::core::Core;
use crate::sim::dice::Purpose;
use crate::sim::ec2::Ec2;
use crate::sim::fault::Fault;

/// EC2 Auto Scaling API reference, `DetachInstances`.
const DETACH_MAX: usize = 20;
/// EC2 Auto Scaling API reference, `TerminateInstanceInAutoScalingGroup`.
const TERMINATE_MAX: usize = 100;

impl AutoScaling {
    pub fn group_mut(&mut self, name: &str) -> Result<&mut Group, Fault> {
        let missing =
            || Fault::validation(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"));
        self.groups.get_mut(name).ok_or_else(missing)
    }

    /// The group that a caller means who names only an instance.
    pub fn group_with(&mut self, instance: &str) -> Result<&mut Group, Fault> {
        let missing = || {
            Fault::validation(format!("Instance Id not found - No managed instance found for instance ID {instance}"))
        };
        self.group_of_mut(instance).ok_or_else(missing)
    }
}

impl Group {
    /// Detaches all of `instances` or none.
    pub fn detach(&mut self, instances: &[String], decrement: bool, core: &mut Core) -> Result<Vec<Activity>, Fault> {
        at_most(DETACH_MAX, instances)?;
        for instance in instances {
            self.may_detach(instance)?;
        }
        if decrement {
            self.decrement("detach", instances.len())?;
        }
        let activities = instances.iter().filter_map(|instance| self.detach_one(instance, decrement, core)).collect();
        self.wake(core);
        Ok(activities)
    }

    fn may_detach(&self, instance: &str) -> Result<(), Fault> {
        let name = &self.name;
        let Some(member) = self.members.get(instance) else {
            let message = format!("The instance {instance} is not part of Auto Scaling group {name}.");
            return Err(Fault::validation(message));
        };
        if member.state != LifecycleState::InService {
            return Err(Fault::validation(format!("The instance {instance} is not in InService or Standby.")));
        }
        Ok(())
    }

    fn decrement(&mut self, verb: &str, by: usize) -> Result<(), Fault> {
        let (name, min, max, desired) = (&self.name, self.min, self.max, self.desired);
        let left = u32::try_from(by).ok().and_then(|by| desired.checked_sub(by)).filter(|left| *left >= min);
        self.desired = left.ok_or_else(|| {
            Fault::validation(format!(
                "AutoScalingGroup {name} has min-size={min}, max-size={max}, and desired-size={desired}. To {verb} \
                 {by} instance, please update the AutoScalingGroup sizes appropriately."
            ))
        })?;
        Ok(())
    }

    fn detach_one(&mut self, instance: &str, decrement: bool, core: &mut Core) -> Option<Activity> {
        self.vacate(instance, decrement);
        // An id that stands twice in the request is detached once.
        let member = self.members.get_mut(instance).filter(|member| member.state == LifecycleState::InService)?;
        member.state = LifecycleState::Detaching;
        let timer = Timer::Detached { group: self.name.clone(), instance: instance.to_owned() };
        core.within(Purpose::Group, core.params.detaching, timer);
        let subject = Subject { group: &self.name, instance, zone: &member.zone };
        let why = format!("instance {instance} was detached in response to a user request");
        Some(self.activities.begin(subject, "Detaching EC2 instance", &why, core))
    }

    /// Terminates all of `instances` or none.
    pub fn terminate_on_request(
        &mut self,
        instances: &[String],
        decrement: bool,
        ec2: &mut Ec2,
        core: &mut Core,
    ) -> Result<Vec<Activity>, Fault> {
        at_most(TERMINATE_MAX, instances)?;
        let name = &self.name;
        if let Some(foreign) = instances.iter().find(|instance| !self.members.contains_key(*instance)) {
            let message = format!("The instance {foreign} is not part of Auto Scaling group {name}.");
            return Err(Fault::validation(message));
        }
        if decrement {
            self.decrement("terminate", instances.len())?;
        }
        self.wake(core);
        let why = "instance was taken out of service in response to a user request";
        let activity = |instance: &String| {
            self.vacate(instance, decrement);
            self.terminate(instance, why, ec2, core)
        };
        Ok(instances.iter().filter_map(activity).collect())
    }

    /// Notes that a member will be missed, unless it is not to be replaced or is being replaced already.
    fn vacate(&mut self, instance: &str, decrement: bool) {
        let replaced_already = self
            .members
            .get(instance)
            .is_none_or(|m| m.rebalancing || !matches!(m.state, LifecycleState::Pending | LifecycleState::InService));
        if !decrement && !replaced_already {
            self.vacancies.push_back(instance.to_owned());
        }
    }

    pub fn set_desired(&mut self, desired: u32, core: &mut Core) -> Result<(), Fault> {
        let (min, max) = (self.min, self.max);
        if desired > max {
            return Err(Fault::validation(format!(
                "New SetDesiredCapacity value {desired} is above max value {max} for the AutoScalingGroup."
            )));
        }
        if desired < min {
            return Err(Fault::validation(format!(
                "New SetDesiredCapacity value {desired} is below min value {min} for the AutoScalingGroup."
            )));
        }
        self.desired = desired;
        self.wake(core);
        Ok(())
    }
}

/// Refuses a list of instance ids that is empty or longer than the API takes.
fn at_most(limit: usize, instances: &[String]) -> Result<(), Fault> {
    let demand = match instances.len() {
        0 => "greater than or equal to 1".to_owned(),
        length if length > limit => format!("less than or equal to {limit}"),
        _ => return Ok(()),
    };
    Err(Fault::validation(format!(
        "1 validation error detected: Value '[{}]' at 'instanceIds' failed to satisfy constraint: Member must have \
         length {demand}",
        instances.join(", ")
    )))
}
