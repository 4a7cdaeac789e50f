//! Lifecycle hooks: they hold an instance that is launched or terminated until somebody says how to go on, or nobody has
//! for too long (EC2 Auto Scaling User Guide, "Lifecycle hooks").

use std::time::Duration;

use jiff::Timestamp;

use super::events;
use super::group::Group;
use super::state::LifecycleState;
use crate::sim::ec2::Ec2;
use crate::sim::kernel::{
    AutoScalingTimer, Core, Fact, Fault, GroupTimer, HookResult, LifecycleNotice, Purpose, later,
};
use crate::sim::spec::{HookSpec, HookTarget, MANAGED_HOOK};

/// EC2 Auto Scaling API reference, `DescribeLifecycleHooks`: 48 hours or 100 times the heartbeat, whichever is smaller.
const TOTAL_MAX: Duration = Duration::from_secs(48 * 60 * 60);
const HEARTBEATS_MAX: u32 = 100;
/// EC2 Auto Scaling API reference, `PutLifecycleHook`.
const HEARTBEAT_SECONDS: std::ops::RangeInclusive<u64> = 30..=7_200;
/// EC2 Auto Scaling User Guide, "Quotas".
const HOOKS_MAX: usize = 50;

#[derive(Clone, Debug)]
pub struct Hook {
    pub spec: HookSpec,
    /// AWS's own service answers it, and keeps it waiting.
    pub managed: bool,
    /// The role that notifies its target.
    pub role: Option<String>,
}

impl Hook {
    pub fn global_timeout(&self) -> Duration {
        self.spec.heartbeat.saturating_mul(HEARTBEATS_MAX).min(TOTAL_MAX)
    }

    /// The ARN of what it notifies besides the event bus.
    pub fn target_arn(&self, names: &crate::sim::kernel::Names) -> Option<String> {
        match &self.spec.target {
            HookTarget::EventBridge => None,
            HookTarget::Queue(name) => Some(names.queue_arn(name)),
            HookTarget::Topic(name) => Some(names.topic_arn(name)),
        }
    }

    pub const fn transition(&self) -> &'static str {
        transition(self.spec.launching)
    }
}

/// The hook that ECS makes on the groups of capacity providers with managed draining. A field report has a heartbeat of
/// 3,600 s, and CONTINUE as its default.
pub fn managed_hook() -> Hook {
    let spec = HookSpec::terminating(MANAGED_HOOK, Duration::from_secs(3_600), true);
    Hook { spec, managed: true, role: None }
}

pub const fn transition(launching: bool) -> &'static str {
    if launching { "autoscaling:EC2_INSTANCE_LAUNCHING" } else { "autoscaling:EC2_INSTANCE_TERMINATING" }
}

/// A hook that holds a member.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub hook: String,
    pub launching: bool,
    pub token: String,
    pub heartbeat: Duration,
    /// When it ends unless somebody sends a heartbeat.
    pub until: Timestamp,
    /// When it ends whatever anybody sends.
    pub ends: Timestamp,
    result: HookResult,
}

/// How a caller names a lifecycle action.
#[derive(Clone, Debug)]
pub enum LifecycleKey {
    Instance(String),
    Token(String),
}

impl Group {
    /// Adds a hook or changes it.
    pub fn put_hook(&mut self, hook: Hook, core: &mut Core) -> Result<(), Fault> {
        let spec = &hook.spec;
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
        if spec.name.is_empty() || !spec.name.chars().all(fits) {
            return Err(Fault::validation(format!("Invalid lifecycle hook name: {:?}", spec.name)));
        }
        if !HEARTBEAT_SECONDS.contains(&spec.heartbeat.as_secs()) {
            return Err(Fault::validation("HeartbeatTimeout must be between 30 and 7200 seconds."));
        }
        if self.hooks.len() >= HOOKS_MAX && !self.hooks.contains_key(&spec.name) {
            let message = "You have already reached the maximum number of lifecycle hooks for this Auto Scaling group.";
            return Err(Fault::sender("LimitExceeded", message));
        }
        events::test_notification(&hook, &self.name, &self.arn, core);
        self.hooks.insert(hook.spec.name.clone(), hook);
        Ok(())
    }

    /// Removes a hook. What it holds comes to its end first: ABANDON for what is launched, CONTINUE for what is terminated
    /// (EC2 Auto Scaling API reference, `DeleteLifecycleHook`).
    pub fn delete_hook(&mut self, name: &str, ec2: &mut Ec2, core: &mut Core) -> Result<(), Fault> {
        let Some(hook) = self.hooks.get(name) else {
            return Err(Fault::validation(format!("No Lifecycle Hook found with name: {name}")));
        };
        let result = if hook.spec.launching { HookResult::Abandon } else { HookResult::Continue };
        let holds = |m: &&super::group::Member| m.waiting.iter().any(|waiting| waiting.hook == name);
        let held: Vec<String> = self.members.values().filter(holds).map(|m| m.instance.clone()).collect();
        for instance in held {
            self.complete(name, &LifecycleKey::Instance(instance), result, ec2, core)?;
        }
        self.hooks.remove(name);
        Ok(())
    }

    /// Lets the hooks of this transition hold a member; says whether there are any.
    pub fn hold(&mut self, instance: &str, launching: bool, core: &mut Core) -> bool {
        let hooks: Vec<Hook> = self.hooks.values().filter(|hook| hook.spec.launching == launching).cloned().collect();
        if hooks.is_empty() {
            return false;
        }
        let state = if launching { LifecycleState::PendingWait } else { LifecycleState::TerminatingWait };
        self.enter(instance, state, core);
        self.activities.waits(instance, true);
        for hook in hooks {
            self.hold_by(instance, &hook, core);
        }
        true
    }

    fn hold_by(&mut self, instance: &str, hook: &Hook, core: &mut Core) {
        let token = core.dice.uuid(Purpose::ResourceIds);
        let total = hook.global_timeout();
        // ECS sends heartbeats for as long as it may.
        let first = if hook.managed { total } else { hook.spec.heartbeat.min(total) };
        let waiting = Waiting {
            hook: hook.spec.name.clone(),
            launching: hook.spec.launching,
            token: token.clone(),
            heartbeat: hook.spec.heartbeat,
            until: later(core.now, first),
            ends: later(core.now, total),
            result: if hook.spec.continues { HookResult::Continue } else { HookResult::Abandon },
        };
        self.watch(instance, &waiting, core);
        if let Some(member) = self.members.get_mut(instance) {
            member.waiting.push(waiting);
        }
        core.tell(Fact::LifecycleWaits(self.notice(instance, &hook.spec.name, hook.spec.launching)));
        events::lifecycle_action(hook, self, instance, &token, core);
    }

    fn notice(&self, instance: &str, hook: &str, launching: bool) -> LifecycleNotice {
        let (group, hook, instance) = (self.name.clone(), hook.to_owned(), instance.to_owned());
        LifecycleNotice { group, hook, instance, launching }
    }

    fn watch(&self, instance: &str, waiting: &Waiting, core: &mut Core) {
        let what = GroupTimer::Heartbeat { instance: instance.to_owned(), token: waiting.token.clone() };
        core.agenda.add(waiting.until, AutoScalingTimer { group: self.name.clone(), what }.into());
    }

    /// Ends a hook's hold on an instance.
    pub fn complete(
        &mut self,
        hook: &str,
        key: &LifecycleKey,
        result: HookResult,
        ec2: &mut Ec2,
        core: &mut Core,
    ) -> Result<(), Fault> {
        let (instance, token) = self.held(hook, key)?;
        self.release(&instance, &token, result, false, ec2, core);
        Ok(())
    }

    /// Lets a hook hold an instance for another heartbeat.
    pub fn heartbeat(&mut self, hook: &str, key: &LifecycleKey, core: &mut Core) -> Result<(), Fault> {
        let (instance, token) = self.held(hook, key)?;
        let waiting = self.members.get_mut(&instance).into_iter().flat_map(|member| &mut member.waiting);
        let Some(waiting) = waiting.into_iter().find(|waiting| waiting.token == token) else { return Ok(()) };
        waiting.until = later(core.now, waiting.heartbeat).min(waiting.ends);
        let waiting = waiting.clone();
        self.watch(&instance, &waiting, core);
        Ok(())
    }

    /// The instance that a hook holds, and the token of its hold.
    fn held(&self, hook: &str, key: &LifecycleKey) -> Result<(String, String), Fault> {
        if !self.hooks.contains_key(hook) {
            return Err(Fault::validation(format!("No Lifecycle Hook found with name: {hook}")));
        }
        let all = self.members.values().flat_map(|m| m.waiting.iter().map(move |waiting| (m, waiting)));
        let mut of_hook = all.filter(|(_, waiting)| waiting.hook == hook);
        let found = of_hook.find(|(member, waiting)| match key {
            LifecycleKey::Instance(id) => member.instance == *id,
            LifecycleKey::Token(token) => waiting.token == *token,
        });
        found.map(|(member, waiting)| (member.instance.clone(), waiting.token.clone())).ok_or_else(|| {
            Fault::validation(match key {
                LifecycleKey::Instance(id) => format!("No active Lifecycle Action found with instance ID {id}"),
                LifecycleKey::Token(token) => format!("No active Lifecycle Action found with token {token}"),
            })
        })
    }

    /// Nobody has answered in time: the default result counts.
    pub fn heartbeat_missed(&mut self, instance: &str, token: &str, ec2: &mut Ec2, core: &mut Core) {
        let waiting = self.members.get(instance).into_iter().flat_map(|member| &member.waiting);
        let waiting = waiting.into_iter().find(|waiting| waiting.token == token && waiting.until <= core.now);
        if let Some(result) = waiting.map(|waiting| waiting.result) {
            self.release(instance, token, result, true, ec2, core);
        }
    }

    fn release(
        &mut self,
        instance: &str,
        token: &str,
        result: HookResult,
        timed_out: bool,
        ec2: &mut Ec2,
        core: &mut Core,
    ) {
        let Some(member) = self.members.get_mut(instance) else { return };
        let Some(position) = member.waiting.iter().position(|waiting| waiting.token == token) else { return };
        let waiting = member.waiting.remove(position);
        if result == HookResult::Abandon {
            member.waiting.clear();
        }
        let free = member.waiting.is_empty();
        let at = self.notice(instance, &waiting.hook, waiting.launching);
        core.tell(Fact::LifecycleEnded { at, result, timed_out });
        if free {
            self.activities.waits(instance, false);
            self.go_on(instance, waiting.launching, result, ec2, core);
        }
    }

    /// No hook holds the member any more. An instance that is launched and abandoned is terminated and replaced.
    fn go_on(&mut self, instance: &str, launching: bool, result: HookResult, ec2: &mut Ec2, core: &mut Core) {
        match (launching, result) {
            (false, _) => {
                self.enter(instance, LifecycleState::TerminatingProceed, core);
                self.end(instance, ec2, core);
                self.wake(core);
            }
            (true, HookResult::Continue) => {
                self.enter(instance, LifecycleState::PendingProceed, core);
                self.proceed_to_service(instance, core);
            }
            (true, HookResult::Abandon) => {
                let replaces = self.members.get(instance).and_then(|member| member.replaces.clone());
                self.vacancies.extend(replaces);
                let why = "an instance was taken out of service since its lifecycle action was abandoned";
                self.terminate(instance, why, ec2, core);
                self.wake(core);
            }
        }
    }
}
