//! Scaling activities: what a group did, for its callers to read.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::sim::kernel::{Core, Purpose};

/// Where an activity stands: of the API's `ScalingActivityStatusCode` those that the model needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    UnderWay,
    PreInService,
    MidLifecycleAction,
    Successful,
    Failed,
}

impl Progress {
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnderWay => "InProgress",
            Self::PreInService => "PreInService",
            Self::MidLifecycleAction => "MidLifecycleAction",
            Self::Successful => "Successful",
            Self::Failed => "Failed",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Activity {
    pub id: String,
    pub group: String,
    pub instance: String,
    pub zone: String,
    pub description: String,
    pub cause: String,
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    pub progress: Progress,
    /// How far it is.
    pub percent: u8,
    /// Why it failed.
    pub message: Option<String>,
}

/// A group's activities, newest first as the API lists them.
#[derive(Clone, Debug, Default)]
pub struct Activities(VecDeque<Activity>);

impl Activities {
    /// The API keeps six weeks; a run is shorter, but may be busy.
    const KEPT: usize = 1_000;

    pub fn iter(&self) -> impl Iterator<Item = &Activity> {
        self.0.iter()
    }

    /// The last that was begun about an instance.
    pub fn latest_of(&self, instance: &str) -> Option<Activity> {
        self.0.iter().find(|activity| activity.instance == instance).cloned()
    }

    pub fn any_under_way(&self) -> bool {
        self.0.iter().any(|activity| activity.end.is_none())
    }

    /// Notes the start of an activity, described as "`what`: `instance`".
    pub fn begin(&mut self, subject: Subject<'_>, what: &str, why: &str, core: &mut Core) -> Activity {
        let description = format!("{what}: {}", subject.instance);
        self.note(subject, description, why, core)
    }

    /// The same, where it does not begin as others do.
    pub fn begin_at(
        &mut self,
        (progress, percent): (Progress, u8),
        subject: Subject<'_>,
        what: &str,
        why: &str,
        core: &mut Core,
    ) -> Activity {
        let activity = Activity { progress, percent, ..self.begin(subject, what, why, core) };
        if let Some(noted) = self.0.front_mut() {
            noted.clone_from(&activity);
        }
        activity
    }

    /// Notes a launch of which nothing came.
    pub fn fail(&mut self, subject: Subject<'_>, why: &str, message: &str, core: &mut Core) -> Activity {
        let description = "Launching a new EC2 instance.  Status Reason: ".to_owned() + message;
        let mut failed = self.note(subject, description, why, core);
        failed.progress = Progress::Failed;
        failed.end = Some(core.now);
        failed.message = Some(message.to_owned());
        if let Some(noted) = self.0.front_mut() {
            noted.clone_from(&failed);
        }
        failed
    }

    fn note(&mut self, subject: Subject<'_>, description: String, why: &str, core: &mut Core) -> Activity {
        let at = core.now.round(jiff::Unit::Second).unwrap_or(core.now);
        let activity = Activity {
            id: core.dice.uuid(Purpose::ResourceIds),
            group: subject.group.to_owned(),
            instance: subject.instance.to_owned(),
            zone: subject.zone.to_owned(),
            description,
            cause: format!("At {at} {why}."),
            start: core.now,
            end: None,
            progress: Progress::UnderWay,
            percent: 50,
            message: None,
        };
        self.0.push_front(activity.clone());
        self.0.truncate(Self::KEPT);
        activity
    }

    /// Notes that what is under way for an instance waits at a hook, or does so no longer.
    pub fn waits(&mut self, instance: &str, waits: bool) {
        let progress = if waits { Progress::MidLifecycleAction } else { Progress::UnderWay };
        self.under_way(instance).for_each(|activity| activity.progress = progress);
    }

    /// Notes that everything under way for an instance is done, and gives it back.
    pub fn finish(&mut self, instance: &str, now: Timestamp) -> Vec<Activity> {
        let finish = |activity: &mut Activity| {
            activity.progress = Progress::Successful;
            activity.percent = 100;
            activity.end = Some(now);
            activity.clone()
        };
        self.under_way(instance).map(finish).collect()
    }

    fn under_way(&mut self, instance: &str) -> impl Iterator<Item = &mut Activity> {
        self.0.iter_mut().filter(move |activity| activity.instance == instance && activity.end.is_none())
    }
}

/// What an activity is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub group: &'a str,
    pub instance: &'a str,
    pub zone: &'a str,
}
