//! What really happened to the instances that Spot took back, seen by no operator and hidden from no checker.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::sim::kernel::{Fact, Host, later};
use crate::sim::spec::Action;

/// What really happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Every interruption notice so far, in the order of the notices.
    pub interruptions: Vec<Interruption>,
    /// How many instances Spot took back without notice.
    pub unannounced: usize,
}

/// One instance that Spot gave notice to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// The instance.
    pub instance_id: String,
    /// The Auto Scaling group that launched it.
    pub group: Option<String>,
    /// Its ECS capacity provider.
    pub capacity_provider: Option<String>,
    /// How it stood with its group at the notice.
    pub situation: &'static str,
    /// What Spot does with it.
    pub action: Action,
    /// When notice was given.
    pub notice: Timestamp,
    /// When it is taken.
    pub deadline: Timestamp,
    /// Spot changed its mind.
    pub cancelled: bool,
    /// When it stopped working; before the deadline where somebody terminated it.
    pub gone: Option<Timestamp>,
    /// How many tasks ran on it at the notice.
    pub tasks_at_notice: usize,
    /// Of the tasks that ran on it since: how many got SIGTERM and had ended before it went, or had their whole stopTimeout
    /// left before that, or, while it still works, before the deadline.
    pub graceful: usize,
    /// How many got SIGTERM later than that, and went with it.
    pub cut_short: usize,
    /// How many went with it and never got SIGTERM.
    pub killed: usize,
    /// The instance that its group launched for it.
    pub replacement: Option<Replacement>,
}

/// An instance launched in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The new instance.
    pub instance_id: String,
    /// When it was launched.
    pub launched: Timestamp,
    /// When it registered with its cluster.
    pub registered: Option<Timestamp>,
}

/// A task on an instance.
#[derive(Clone, Copy, Debug)]
struct Fate {
    stop_timeout: Duration,
    signalled: Option<Timestamp>,
    stopped: Option<Timestamp>,
    /// It had not stopped when its instance went.
    went_with_it: bool,
}

/// Listens, and remembers what the truth needs.
#[derive(Debug, Default)]
pub struct Recorder {
    truth: Truth,
    /// By instance, then by task. Tasks of instances without notice are forgotten when they stop.
    fates: BTreeMap<String, BTreeMap<String, Fate>>,
    providers: BTreeMap<String, String>,
}

impl Recorder {
    pub fn truth(&self) -> Truth {
        let mut truth = self.truth.clone();
        truth.interruptions.iter_mut().for_each(|interruption| self.tally(interruption));
        truth
    }

    fn tally(&self, interruption: &mut Interruption) {
        let fates = self.fates.get(&interruption.instance_id);
        let end = interruption.gone.unwrap_or(interruption.deadline);
        for fate in fates.into_iter().flat_map(BTreeMap::values) {
            let has_ended = fate.stopped.is_some_and(|at| at <= end) && !fate.went_with_it;
            match fate.signalled {
                Some(at) if has_ended || later(at, fate.stop_timeout) <= end => interruption.graceful += 1,
                Some(_) => interruption.cut_short += 1,
                None if interruption.gone.is_some_and(|gone| fate.stopped.is_none_or(|at| at >= gone)) => {
                    interruption.killed += 1;
                }
                None => {}
            }
        }
    }

    pub fn hear(&mut self, fact: &Fact, now: Timestamp) {
        match fact {
            Fact::InterruptionNotice { host, action, deadline, situation } => {
                self.on_notice(host, *action, now, *deadline, situation);
            }
            Fact::ReclaimCancelled { instance } => self.update(instance, |i| i.cancelled = true),
            Fact::InstanceGone { host, reclaimed, .. } => self.on_gone(&host.id, *reclaimed, now),
            Fact::GroupLaunched { instance, replaces: Some(old), .. } => {
                let replacement = Replacement { instance_id: instance.clone(), launched: now, registered: None };
                self.update(old, |i| i.replacement = Some(replacement));
            }
            Fact::ContainerInstanceRegistered { host, provider, .. } => {
                self.on_registered(host, provider.as_ref(), now)
            }
            Fact::TaskRunning { task, instance, stop_timeout, .. } if !instance.is_empty() => {
                let (signalled, stopped, went_with_it) = (None, None, false);
                let fate = Fate { stop_timeout: *stop_timeout, signalled, stopped, went_with_it };
                self.fates.entry(instance.clone()).or_default().insert(task.clone(), fate);
            }
            Fact::TaskSignalled { task, instance, .. } => {
                if let Some(fate) = self.fates.get_mut(instance).and_then(|fates| fates.get_mut(task)) {
                    fate.signalled = Some(now);
                }
            }
            Fact::TaskStopped { task, instance, .. } => self.on_stopped(task, instance, now),
            _ => {}
        }
    }

    fn update(&mut self, instance: &str, change: impl FnOnce(&mut Interruption)) {
        let latest = self.truth.interruptions.iter_mut().rev().find(|i| i.instance_id == instance);
        latest.map(change);
    }

    fn on_notice(
        &mut self,
        host: &Host,
        action: Action,
        notice: Timestamp,
        deadline: Timestamp,
        situation: &'static str,
    ) {
        self.truth.interruptions.push(Interruption {
            situation,
            instance_id: host.id.clone(),
            group: host.group.clone(),
            capacity_provider: self.providers.get(&host.id).cloned(),
            action,
            notice,
            deadline,
            cancelled: false,
            gone: None,
            tasks_at_notice: self.fates.get(&host.id).map_or(0, BTreeMap::len),
            graceful: 0,
            cut_short: 0,
            killed: 0,
            replacement: None,
        });
    }

    fn on_gone(&mut self, instance: &str, reclaimed: bool, now: Timestamp) {
        self.truth.unannounced += usize::from(reclaimed && !self.is_interrupted(instance));
        if self.is_interrupted(instance) {
            self.update(instance, |interruption| interruption.gone = Some(now));
            let fates = self.fates.get_mut(instance).into_iter().flat_map(BTreeMap::values_mut);
            fates.for_each(|fate| fate.went_with_it = fate.stopped.is_none());
        } else {
            self.fates.remove(instance);
        }
    }

    fn on_registered(&mut self, host: &Host, provider: Option<&String>, now: Timestamp) {
        if let Some(provider) = provider {
            self.providers.insert(host.id.clone(), provider.clone());
        }
        let replacements = self.truth.interruptions.iter_mut().filter_map(|i| i.replacement.as_mut());
        for replacement in replacements.filter(|replacement| replacement.instance_id == host.id) {
            replacement.registered = Some(now);
        }
    }

    fn on_stopped(&mut self, task: &str, instance: &str, now: Timestamp) {
        let interrupted = self.is_interrupted(instance);
        let Some(fates) = self.fates.get_mut(instance) else { return };
        if !interrupted {
            fates.remove(task);
        } else if let Some(fate) = fates.get_mut(task) {
            fate.stopped = Some(now);
        }
    }

    fn is_interrupted(&self, instance: &str) -> bool {
        self.truth.interruptions.iter().any(|interruption| interruption.instance_id == instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::Gone;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn host() -> Host {
        let (group, cluster) = (None, None);
        Host {
            id: "i-0a".into(),
            zone: "us-east-1a".into(),
            instance_type: "m5.large".into(),
            spot: true,
            group,
            cluster,
        }
    }

    fn runs(task: &str) -> Fact {
        let stop_timeout = Duration::from_secs(30);
        Fact::TaskRunning { task: task.into(), instance: "i-0a".into(), service: None, stop_timeout }
    }

    fn signalled(task: &str) -> Fact {
        Fact::TaskSignalled { task: task.into(), instance: "i-0a".into(), target: None }
    }

    #[test]
    fn a_task_is_graceful_when_its_whole_stop_timeout_was_left_or_it_had_ended() {
        let mut recorder = Recorder::default();
        for task in ["in-time", "late", "never", "quick"] {
            recorder.hear(&runs(task), at(0));
        }
        recorder.hear(
            &Fact::InterruptionNotice {
                host: host(),
                action: Action::Terminate,
                deadline: at(120),
                situation: "InService",
            },
            at(0),
        );
        recorder.hear(&signalled("in-time"), at(90));
        recorder.hear(&signalled("late"), at(91));
        recorder.hear(&signalled("quick"), at(100));
        let (task, instance, reason) = ("quick".into(), "i-0a".into(), "Service scheduler stopped the task.".into());
        recorder.hear(&Fact::TaskStopped { task, instance, reason }, at(119));
        recorder.hear(
            &Fact::InstanceGone { host: host(), how: Gone::Terminated, reclaimed: true, announced: true },
            at(120),
        );
        let truth = recorder.truth();
        let interruption = truth.interruptions.first().unwrap();
        let Interruption { tasks_at_notice, graceful, cut_short, killed, .. } = interruption;
        assert_eq!((*tasks_at_notice, *graceful, *cut_short, *killed), (4, 2, 1, 1));
    }
}
