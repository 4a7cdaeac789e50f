//! What callers may ask about the members of a group: detach, attach, terminate, Standby, protection, health. Batches are
//! all or nothing. The texts of refusals are those that AWS's users quote.

use std::collections::BTreeSet;

use super::AutoScaling;
use super::activity::{Activity, Progress, Subject};
use super::group::{Group, Member};
use super::state::LifecycleState;
use crate::sim::ec2::{Ec2, Instance, Order};
use crate::sim::kernel::{Core, Fault, GroupTimer};

/// EC2 Auto Scaling API reference, `DetachInstances`, `AttachInstances`, `EnterStandby`, `ExitStandby`.
const MOVE_MAX: usize = 20;
/// EC2 Auto Scaling API reference, `TerminateInstanceInAutoScalingGroup`.
const TERMINATE_MAX: usize = 100;
/// EC2 Auto Scaling API reference, `SetInstanceProtection`.
const PROTECT_MAX: usize = 50;

const ON_REQUEST: &str = "in response to a user request";

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
    /// Detaches all of `instances` or none. No hook is run (EC2 Auto Scaling User Guide, "Detach or attach instances").
    pub fn detach(&mut self, instances: &[String], decrement: bool, core: &mut Core) -> Result<Vec<Activity>, Fault> {
        at_most(MOVE_MAX, instances)?;
        let states = [LifecycleState::InService, LifecycleState::Standby];
        self.all_in(instances, &states, "is not in InService or Standby")?;
        if decrement {
            self.decrement("detach", self.counted(instances), core)?;
        }
        let activities = instances.iter().filter_map(|instance| {
            self.vacate(instance, decrement);
            let what = ("Detaching EC2 instance", "was detached");
            let activity = self.move_out(instance, &states, LifecycleState::Detaching, what, core)?;
            self.within(core.params.detaching, GroupTimer::Detached(instance.clone()), core);
            Some(activity)
        });
        let activities = activities.collect();
        self.wake(core);
        Ok(activities)
    }

    /// Adds running instances to the group, which then wants so many more.
    pub fn attach(&mut self, instances: &[Instance], core: &mut Core) -> Result<(), Fault> {
        let ids: Vec<String> = instances.iter().map(|instance| instance.host.id.clone()).collect();
        at_most(MOVE_MAX, &ids)?;
        if let Some(stopped) = instances.iter().find(|instance| !instance.is_up()) {
            let (id, state) = (&stopped.host.id, stopped.state.name());
            return Err(Fault::validation(format!("Instance {id} is not in correct state: {state}")));
        }
        self.increment("attach", ids.len(), core)?;
        for Instance { host, .. } in instances {
            let order = Order {
                zone: host.zone.clone(),
                instance_type: host.instance_type.clone(),
                spot: host.spot,
                group: Some(self.name.clone()),
                cluster: host.cluster.clone(),
            };
            self.join(&host.id, &order, core);
            let subject = Subject { group: &self.name, instance: &host.id, zone: &host.zone };
            self.activities.begin(subject, "Attaching an existing EC2 instance", &why(&host.id, "was attached"), core);
            self.proceed_to_service(&host.id, core);
        }
        Ok(())
    }

    /// Puts all of `instances` or none into Standby.
    pub fn enter_standby(
        &mut self,
        instances: &[String],
        decrement: bool,
        core: &mut Core,
    ) -> Result<Vec<Activity>, Fault> {
        at_most(MOVE_MAX, instances)?;
        let states = [LifecycleState::InService];
        self.all_in(instances, &states, "is not in InService")?;
        if decrement {
            self.decrement("enter standby", self.counted(instances), core)?;
        }
        let activities = instances.iter().filter_map(|instance| {
            self.vacate(instance, decrement);
            let what = ("Moving EC2 instance to Standby", "was moved to standby");
            let activity = self.move_out(instance, &states, LifecycleState::EnteringStandby, what, core)?;
            self.within(core.params.detaching, GroupTimer::Standby(instance.clone()), core);
            Some(activity)
        });
        let activities = activities.collect();
        self.wake(core);
        Ok(activities)
    }

    pub fn stands_by(&mut self, instance: &str, core: &mut Core) {
        if self.members.get(instance).is_some_and(|member| member.state == LifecycleState::EnteringStandby) {
            self.enter(instance, LifecycleState::Standby, core);
            self.activities.finish(instance, core.now);
        }
    }

    pub fn exit_standby(&mut self, instances: &[String], core: &mut Core) -> Result<Vec<Activity>, Fault> {
        at_most(MOVE_MAX, instances)?;
        let states = [LifecycleState::Standby];
        self.all_in(instances, &states, "is not in Standby")?;
        self.increment("exit standby", instances.len(), core)?;
        let activities = instances.iter().filter_map(|instance| {
            let what = ("Moving EC2 instance out of Standby", "was moved out of standby");
            let activity = self.move_out(instance, &states, LifecycleState::Pending, what, core)?;
            self.proceed_to_service(instance, core);
            Some(activity)
        });
        Ok(activities.collect())
    }

    /// Terminates all of `instances` or none, protected ones too.
    pub fn terminate_on_request(
        &mut self,
        instances: &[String],
        decrement: bool,
        ec2: &mut Ec2,
        core: &mut Core,
    ) -> Result<Vec<Activity>, Fault> {
        at_most(TERMINATE_MAX, instances)?;
        instances.iter().try_for_each(|instance| self.member(instance).map(drop))?;
        if decrement {
            self.decrement("terminate", self.counted(instances), core).map_err(|_| self.below_min())?;
        }
        self.wake(core);
        let terminate = |instance: &String| {
            if self.members.get(instance).is_none_or(|member| member.state.is_leaving()) {
                return self.activities.latest_of(instance);
            }
            self.vacate(instance, decrement);
            self.terminate(instance, "instance was taken out of service in response to a user request", ec2, core)
        };
        Ok(instances.iter().filter_map(terminate).collect())
    }

    /// Protects all of `instances` from scale-in, or none, or lifts that.
    pub fn protect(&mut self, instances: &[String], protected: bool, core: &mut Core) -> Result<(), Fault> {
        at_most(PROTECT_MAX, instances)?;
        let states = [LifecycleState::InService, LifecycleState::EnteringStandby, LifecycleState::Standby];
        self.all_in(instances, &states, "is not in InService or EnteringStandby or Standby")?;
        self.protect_if_there(instances, protected, core);
        Ok(())
    }

    /// A scale-in that protection held up goes on once it is lifted.
    pub fn protect_if_there(&mut self, instances: &[String], protected: bool, core: &mut Core) {
        for instance in instances {
            if let Some(member) = self.members.get_mut(instance) {
                member.protected = protected;
            }
        }
        if !protected {
            self.wake(core);
        }
    }

    /// A caller says how an instance does.
    pub fn set_health(&mut self, instance: &str, healthy: bool, ec2: &mut Ec2, core: &mut Core) {
        let Some(member) = self.members.get_mut(instance) else { return };
        member.healthy = healthy;
        if !healthy && member.state == LifecycleState::InService {
            self.replace_unhealthy(instance, ec2, core);
        }
    }

    fn member(&self, instance: &str) -> Result<&Member, Fault> {
        self.members.get(instance).ok_or_else(|| {
            let name = &self.name;
            Fault::validation(format!("The instance {instance} is not part of Auto Scaling group {name}."))
        })
    }

    fn all_in(&self, instances: &[String], states: &[LifecycleState], otherwise: &str) -> Result<(), Fault> {
        for instance in instances {
            if !states.contains(&self.member(instance)?.state) {
                return Err(Fault::validation(format!("The instance {instance} {otherwise}.")));
            }
        }
        Ok(())
    }

    /// How many of `instances` count as capacity: one in Standby does not, and one that is named twice counts once.
    fn counted(&self, instances: &[String]) -> usize {
        let counts = |id: &&&String| {
            let state = self.members.get(**id).map(|member| member.state);
            state.is_some_and(|state| state.is_pending() || state == LifecycleState::InService)
        };
        let named: BTreeSet<&String> = instances.iter().collect();
        named.iter().filter(counts).count()
    }

    /// An id that stands twice in the request is moved once.
    fn move_out(
        &mut self,
        instance: &str,
        from: &[LifecycleState],
        to: LifecycleState,
        (what, done): (&str, &str),
        core: &mut Core,
    ) -> Option<Activity> {
        let zone = self.members.get(instance).filter(|member| from.contains(&member.state))?.zone.clone();
        self.enter(instance, to, core);
        let subject = Subject { group: &self.name, instance, zone: &zone };
        let start = if to == LifecycleState::Pending { (Progress::PreInService, 30) } else { (Progress::UnderWay, 50) };
        Some(self.activities.begin_at(start, subject, what, &why(instance, done), core))
    }

    /// Notes that a member will be missed, unless it is not to be replaced or is being replaced already.
    fn vacate(&mut self, instance: &str, decrement: bool) {
        let missed = self
            .members
            .get(instance)
            .is_some_and(|m| !m.rebalancing && (m.state.is_pending() || m.state == LifecycleState::InService));
        if !decrement && missed {
            self.lose(instance);
        }
    }

    fn decrement(&mut self, verb: &str, by: usize, core: &mut Core) -> Result<(), Fault> {
        let left = u32::try_from(by).ok().and_then(|by| self.desired.checked_sub(by)).filter(|left| *left >= self.min);
        let left = left.ok_or_else(|| self.out_of_bounds(verb, by))?;
        self.want(left, core);
        Ok(())
    }

    fn increment(&mut self, verb: &str, by: usize, core: &mut Core) -> Result<(), Fault> {
        let more = u32::try_from(by).ok().and_then(|by| self.desired.checked_add(by)).filter(|more| *more <= self.max);
        let more = more.ok_or_else(|| self.out_of_bounds(verb, by))?;
        self.want(more, core);
        Ok(())
    }

    /// What `TerminateInstanceInAutoScalingGroup` says where the group would become too small.
    fn below_min(&self) -> Fault {
        let (desired, min) = (self.desired, self.min);
        let relation =
            if desired == min { format!("equals minSize ({min})") } else { format!("is {desired}, minSize {min}") };
        Fault::validation(format!(
            "Currently, desiredSize {relation}. Terminating instance without replacement will violate group's min size \
             constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size."
        ))
    }

    fn out_of_bounds(&self, verb: &str, by: usize) -> Fault {
        let (name, min, max, desired) = (&self.name, self.min, self.max, self.desired);
        Fault::validation(format!(
            "AutoScalingGroup {name} has min-size={min}, max-size={max}, and desired-size={desired}. To {verb} {by} \
             instance, please update the AutoScalingGroup sizes appropriately."
        ))
    }
}

fn why(instance: &str, done: &str) -> String {
    format!("instance {instance} {done} {ON_REQUEST}")
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
