//! LaunchInstances: instances launched while the caller waits (EC2 Auto Scaling API reference, `LaunchInstances`).

use std::time::Duration;

use jiff::Timestamp;

use super::group::Group;
use crate::sim::ec2::Ec2;
use crate::sim::kernel::{Core, Fault, later};
use crate::sim::spec::Process;

/// A token is good for so long.
const TOKEN_LIFE: Duration = Duration::from_secs(8 * 60 * 60);
/// Instances a call.
const CAPACITY_MAX: u32 = 100;

/// What becomes of what cannot be launched at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Nothing: the desired capacity grows by what was launched.
    None,
    /// The group goes on by itself: the desired capacity grows by all that was asked for.
    WithGroupConfiguration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchRequest {
    pub capacity: u32,
    pub token: String,
    pub zone: Option<String>,
    pub retry: Retry,
}

#[derive(Clone, Debug)]
pub struct LaunchAnswer {
    pub zone: String,
    pub spot: bool,
    /// The instances launched, by type.
    pub launched: Vec<(String, Vec<String>)>,
    /// The types of which there was nothing.
    pub failed: Vec<String>,
}

/// A launch that was ordered with a token.
#[derive(Clone, Debug)]
pub struct Served {
    request: LaunchRequest,
    answer: LaunchAnswer,
    until: Timestamp,
}

impl Group {
    pub fn launch_on_request(
        &mut self,
        request: LaunchRequest,
        ec2: &mut Ec2,
        core: &mut Core,
    ) -> Result<LaunchAnswer, Fault> {
        if let Some(served) = self.served.get(&request.token).filter(|served| served.until > core.now) {
            if served.request != request {
                let message = "The request uses the same client token as a previous, but non-identical request.";
                return Err(Fault::sender("IdempotentParameterMismatch", message));
            }
            return Ok(served.answer.clone());
        }
        let zone = self.launch_zone(&request)?;
        let answer = self.launch_now(&request, &zone, ec2, core);
        let launched =
            u32::try_from(answer.launched.iter().map(|(_, ids)| ids.len()).sum::<usize>()).unwrap_or(u32::MAX);
        let wanted = if request.retry == Retry::None { launched } else { request.capacity };
        self.want(self.desired.saturating_add(wanted), core);
        if launched < wanted {
            self.wake(core);
        }
        let until = later(core.now, TOKEN_LIFE);
        self.served.retain(|_, served| served.until > core.now);
        self.served.insert(request.token.clone(), Served { request, answer: answer.clone(), until });
        Ok(answer)
    }

    /// The zone to launch in, unless the group or the request is such that nothing can be launched.
    fn launch_zone(&self, request: &LaunchRequest) -> Result<String, Fault> {
        let name = &self.name;
        let token_fits = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
        let refusal = match () {
            () if self.warm_pool.is_some() => {
                let message = format!("LaunchInstances is not supported for {name}, which has a warm pool.");
                return Err(Fault::sender("UnsupportedOperation", message));
            }
            () if !self.launch_template => format!("LaunchInstances needs a launch template, and {name} has none."),
            () if self.market.is_mixed() => {
                format!("LaunchInstances is not supported for {name}, which has both On-Demand and Spot Instances.")
            }
            () if self.is_suspended(Process::Launch) => format!("The Launch process of {name} is suspended."),
            () if !(1..=CAPACITY_MAX).contains(&request.capacity) => {
                format!("RequestedCapacity must be between 1 and {CAPACITY_MAX}.")
            }
            () if !(1..=64).contains(&request.token.len()) || !request.token.chars().all(token_fits) => {
                "ClientToken must have 1 to 64 of the characters a-z, A-Z, 0-9, -, _ and /.".to_owned()
            }
            () if self.desired.saturating_add(request.capacity) > self.max => format!(
                "The requested capacity {} and the desired capacity {} are above max value {} for the AutoScalingGroup.",
                request.capacity, self.desired, self.max
            ),
            () => return self.zone_for(request),
        };
        Err(Fault::validation(refusal))
    }

    fn zone_for(&self, request: &LaunchRequest) -> Result<String, Fault> {
        match (&request.zone, self.zones.as_slice()) {
            (None, [only]) => Ok(only.clone()),
            (Some(zone), zones) if zones.contains(zone) => Ok(zone.clone()),
            (Some(zone), _) => Err(Fault::validation(format!("{zone} is not a zone of {}.", self.name))),
            (None, _) => {
                let message =
                    "AvailabilityZones, AvailabilityZoneIds or SubnetIds must name one for a group with several.";
                Err(Fault::validation(message))
            }
        }
    }

    fn launch_now(&mut self, request: &LaunchRequest, zone: &str, ec2: &mut Ec2, core: &mut Core) -> LaunchAnswer {
        let spot = self.market.on_demand_percent_above < 100;
        let mut answer = LaunchAnswer { zone: zone.to_owned(), spot, launched: Vec::new(), failed: Vec::new() };
        let mut left = request.capacity;
        for name in self.instance_types.clone() {
            let order = self.order(zone, &name, spot);
            let mut ids = Vec::new();
            while left > 0 {
                let Ok(instance) = ec2.launch(order.clone(), core) else { break };
                self.join(&instance, &order, core);
                self.began(&instance, None, core);
                ids.push(instance);
                left -= 1;
            }
            if !ids.is_empty() {
                answer.launched.push((name.clone(), ids));
            }
            if left == 0 {
                break;
            }
            answer.failed.push(name);
        }
        answer
    }
}
