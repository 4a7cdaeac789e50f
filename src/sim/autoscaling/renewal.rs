//! Replacing members one by one. An instance refresh terminates first, as it does without preferences, where at least 90 %
//! and at most 100 % of the desired capacity are to serve; the way to another mix of On-Demand and Spot launches first
//! (EC2 Auto Scaling API reference, `RefreshPreferences`, `InstancesDistribution`).

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::group::{Group, Member};
use super::state::LifecycleState;
use crate::sim::ec2::Ec2;
use crate::sim::kernel::{Core, Fault, GroupTimer, Purpose, later};
use crate::sim::spec::Process;

/// How long an instance refresh waits for what is protected or in Standby (EC2 Auto Scaling API reference,
/// `RefreshPreferences`).
const REFRESH_WAIT: Duration = Duration::from_secs(3_600);

/// How many renewals that are over can still be described.
const KEPT: usize = 20;

#[derive(Clone, Debug)]
pub struct Renewal {
    /// The id of the instance refresh; the way to another mix has none that callers see.
    pub id: String,
    pub is_refresh: bool,
    pub status: &'static str,
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    pub total: usize,
    /// Whom it has still to replace.
    pub left: BTreeSet<String>,
    /// Since when it has replaced nobody.
    waits_from: Timestamp,
    /// Whom it replaces now.
    current: Option<String>,
}

impl Renewal {
    pub fn is_replacing(&self, instance: &str) -> bool {
        self.current.as_deref() == Some(instance)
    }

    pub fn percent(&self) -> usize {
        let done = self.total - self.left.len();
        (done * 100).checked_div(self.total).unwrap_or(100)
    }
}

impl Group {
    pub fn start_refresh(&mut self, core: &mut Core) -> Result<String, Fault> {
        if self.renewal.as_ref().is_some_and(|renewal| renewal.is_refresh) {
            let message =
                "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.";
            return Err(Fault::sender("InstanceRefreshInProgress", message));
        }
        let all = self.members.values().filter(|m| !m.state.is_leaving()).map(|m| m.instance.clone()).collect();
        Ok(self.begin_renewal(all, true, core))
    }

    pub fn cancel_refresh(&mut self, core: &Core) -> Result<String, Fault> {
        match self.renewal.take_if(|renewal| renewal.is_refresh) {
            Some(renewal) => {
                let id = renewal.id.clone();
                self.over(renewal, "Cancelled", core);
                Ok(id)
            }
            None => {
                let message = "No in progress or pending Instance Refresh found for Auto Scaling group ".to_owned();
                Err(Fault::sender("ActiveInstanceRefreshNotFound", message + &self.name))
            }
        }
    }

    /// Lets the mix of On-Demand and Spot become what it is to be. What the group lacks it launches as what the mix wants, so
    /// only beyond that members are replaced.
    pub fn remix(&mut self, core: &mut Core) {
        if self.renewal.as_ref().is_some_and(|renewal| renewal.is_refresh) {
            return;
        }
        let current = self.leave_off_unless_launched();
        let there = |m: &&Member| !m.state.is_leaving() && !m.rebalancing;
        let on_demand = self.members.values().filter(there).filter(|m| !m.spot).count();
        let wanted = self.market.on_demand_of(self.desired) as usize;
        let spot = on_demand < wanted;
        let lacking = if spot { self.desired.saturating_sub(self.capacity(core)) as usize } else { 0 };
        let surplus = on_demand.abs_diff(wanted).saturating_sub(lacking);
        let wrong = self.members.values().filter(there).filter(|m| m.spot == spot).take(surplus);
        let wrong: BTreeSet<String> = wrong.map(|m| m.instance.clone()).collect();
        if !wrong.is_empty() || current.is_some() {
            self.begin_renewal(wrong, false, core);
        }
        self.renewal.as_mut().into_iter().for_each(|renewal| renewal.current.clone_from(&current));
    }

    /// Ends a renewal, but for whom it is about to replace if somebody has been launched in the place of that one.
    fn leave_off_unless_launched(&mut self) -> Option<String> {
        let current = self.renewal.as_ref().and_then(|renewal| renewal.current.clone());
        let launched = |current: &String| self.members.values().any(|member| member.replaces.as_ref() == Some(current));
        match current.filter(launched) {
            Some(current) => {
                self.renewal = None;
                Some(current)
            }
            None => {
                self.leave_off();
                None
            }
        }
    }

    /// Ends a renewal. Whom it was about to replace stays for the moment.
    fn leave_off(&mut self) {
        let Some(current) = self.renewal.take().and_then(|renewal| renewal.current) else { return };
        self.vacancies.retain(|lost| *lost != current);
        self.members.get_mut(&current).into_iter().for_each(|member| member.rebalancing = false);
    }

    fn begin_renewal(&mut self, left: BTreeSet<String>, is_refresh: bool, core: &mut Core) -> String {
        let id = core.dice.uuid(Purpose::ResourceIds);
        let (start, waits_from, total) = (core.now, core.now, left.len());
        let (status, end, current) = ("InProgress", None, None);
        self.leave_off();
        self.renewal =
            Some(Renewal { id: id.clone(), is_refresh, status, start, end, total, left, waits_from, current });
        self.renew_soon(core);
        id
    }

    fn renew_soon(&self, core: &mut Core) {
        self.within(core.params.group_reaction, GroupTimer::Renew, core);
    }

    /// Takes the next member that is still there, or is done.
    pub fn renew(&mut self, ec2: &mut Ec2, core: &mut Core) {
        let is_short = self.is_short();
        let holding = [Process::InstanceRefresh, Process::Launch, Process::Terminate];
        let is_held = holding.into_iter().any(|process| self.is_suspended(process));
        let Self { renewal, members, .. } = self;
        let Some(renewal) = renewal else { return };
        if renewal.current.is_some() {
            return;
        }
        let is_refresh = renewal.is_refresh;
        if is_refresh && (is_short || is_held) {
            return self.wait_longer(core);
        }
        let is_free =
            |m: &Member| m.state == LifecycleState::InService && !m.rebalancing && !(is_refresh && m.protected);
        let serves = |id: &String| members.get(id).is_some_and(is_free);
        renewal.left.retain(|id| members.get(id).is_some_and(|m| !m.state.is_leaving()));
        let Some(next) = renewal.left.iter().find(|id| serves(id)).cloned() else {
            return self.finish_renewal(core);
        };
        renewal.current = Some(next.clone());
        let terminates_first = renewal.is_refresh;
        if let Some(member) = members.get_mut(&next).filter(|_| !terminates_first) {
            member.rebalancing = true;
        }
        self.vacancies.push_front(next.clone());
        self.wake(core);
        if terminates_first {
            self.terminate(&next, "an instance was taken out of service in an instance refresh", ec2, core);
        }
    }

    /// Whether fewer members serve than are desired.
    fn is_short(&self) -> bool {
        let serves = |m: &&Member| m.state == LifecycleState::InService;
        self.members.values().filter(serves).count() < self.desired as usize
    }

    /// A member is gone, perhaps the one that is being replaced.
    pub fn renewed_one(&mut self, instance: &str, core: &mut Core) {
        let Some(renewal) = &mut self.renewal else { return };
        renewal.left.remove(instance);
        if renewal.current.take_if(|current| current == instance).is_some() {
            renewal.waits_from = core.now;
            self.renew_soon(core);
        }
    }

    /// Done, where nobody is left; otherwise it waits for those that are protected or do not serve at the moment.
    fn finish_renewal(&mut self, core: &mut Core) {
        match self.renewal.take_if(|renewal| renewal.left.is_empty()) {
            Some(renewal) => {
                let is_refresh = renewal.is_refresh;
                self.over(renewal, "Successful", core);
                if is_refresh {
                    // The mix may have been changed meanwhile.
                    self.remix(core);
                }
            }
            None => self.wait_longer(core),
        }
    }

    /// Looks again soon, but not for ever.
    fn wait_longer(&mut self, core: &mut Core) {
        let Some(renewal) = self.renewal.take() else { return };
        if later(renewal.waits_from, REFRESH_WAIT) <= core.now {
            self.over(renewal, "Failed", core);
        } else {
            self.renewal = Some(renewal);
            self.renew_soon(core);
        }
    }

    fn over(&mut self, renewal: Renewal, status: &'static str, core: &Core) {
        if renewal.is_refresh {
            self.renewed.push_front(Renewal { status, end: Some(core.now), ..renewal });
            self.renewed.truncate(KEPT);
        }
    }
}
