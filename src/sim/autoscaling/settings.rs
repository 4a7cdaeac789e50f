//! What callers may change about a group as a whole.

use super::group::Group;
use crate::sim::kernel::{Core, Fact, Fault};
use crate::sim::spec::Process;

/// What `UpdateAutoScalingGroup` changes; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes {
    pub min: Option<u32>,
    pub max: Option<u32>,
    pub desired: Option<u32>,
    pub capacity_rebalance: Option<bool>,
    pub protect_new: Option<bool>,
    pub on_demand_base: Option<u32>,
    pub on_demand_percent_above: Option<u32>,
}

impl Group {
    pub fn set_desired(&mut self, desired: u32, honor_cooldown: bool, core: &mut Core) -> Result<(), Fault> {
        if honor_cooldown && self.activities.any_under_way() {
            let message = format!("Scaling activity is in progress and blocks this action for {}", self.name);
            return Err(Fault::sender("ScalingActivityInProgress", message));
        }
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
        self.want(desired, core);
        self.wake(core);
        Ok(())
    }

    /// The scaling policy of managed scaling: it stays within the bounds by itself.
    pub fn scale_by_policy(&mut self, desired: u32, core: &mut Core) {
        let suspended = self.is_suspended(Process::AlarmNotification);
        if !suspended && self.set_desired(desired.clamp(self.min, self.max), false, core).is_err() {
            // min above max cannot be.
            self.wake(core);
        }
    }

    /// Changes what is to be changed, or nothing. A desired capacity out of new bounds moves to the nearest of them (EC2
    /// Auto Scaling API reference, `UpdateAutoScalingGroup`).
    pub fn update(&mut self, changes: Changes, core: &mut Core) -> Result<(), Fault> {
        let (min, max) = (changes.min.unwrap_or(self.min), changes.max.unwrap_or(self.max));
        if max < min {
            let message = format!("Max bound, {max}, must be greater than or equal to min bound, {min}");
            return Err(Fault::validation(message));
        }
        if let Some(desired) = changes.desired.filter(|desired| !(min..=max).contains(desired)) {
            let (bound, relation) = if desired > max { (max, "max") } else { (min, "min") };
            return Err(Fault::validation(format!(
                "Desired capacity:{desired} must be between the specified min size:{min} and max size:{max} ({relation} \
                 {bound})"
            )));
        }
        let mix = changes.on_demand_base.or(changes.on_demand_percent_above);
        if mix.is_some() && !self.mixed_policy {
            return Err(Fault::validation("You must provide a launch template in a mixed instances policy."));
        }
        (self.min, self.max) = (min, max);
        self.capacity_rebalance = changes.capacity_rebalance.unwrap_or(self.capacity_rebalance);
        self.protect_new = changes.protect_new.unwrap_or(self.protect_new);
        self.want(changes.desired.unwrap_or(self.desired).clamp(min, max), core);
        self.remix_to(changes, core);
        self.wake(core);
        Ok(())
    }

    fn remix_to(&mut self, changes: Changes, core: &mut Core) {
        let mut market = self.market;
        market.on_demand_base = changes.on_demand_base.unwrap_or(market.on_demand_base);
        market.on_demand_percent_above = changes.on_demand_percent_above.unwrap_or(market.on_demand_percent_above);
        let from = std::mem::replace(&mut self.market, market);
        if from.on_demand_base != market.on_demand_base {
            let (from, to) = (from.on_demand_base, market.on_demand_base);
            core.tell(Fact::BaseChanged { group: self.name.clone(), from, to });
        }
        if from != market {
            self.remix(core);
        }
    }

    /// Suspends processes; all of them where none is named.
    pub fn suspend(&mut self, names: &[String]) -> Result<(), Fault> {
        self.suspended.extend(processes(names)?);
        Ok(())
    }

    /// Resumes processes; all of them where none is named.
    pub fn resume(&mut self, names: &[String], core: &mut Core) -> Result<(), Fault> {
        for process in processes(names)? {
            self.suspended.remove(&process);
        }
        self.wake(core);
        Ok(())
    }
}

fn processes(names: &[String]) -> Result<Vec<Process>, Fault> {
    if names.is_empty() {
        return Ok(Process::ALL.to_vec());
    }
    let named = |name: &String| {
        Process::named(name).ok_or_else(|| Fault::validation(format!("{name} is not a valid scaling process type.")))
    };
    names.iter().map(named).collect()
}
