//! Scaling activities: what a group did, for its callers to read.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::sim::core::Core;
use crate::sim::dice::Purpose;

/// Where an activity stands: of the API's `ScalingActivityStatusCode` those that the model needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    InProgress,
    Successful,
}

impl Progress {
    pub const fn name(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Successful => "Successful",
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

    /// Notes the start of an activity, described as "`what`: `instance`".
    pub fn begin(&mut self, subject: Subject<'_>, what: &str, why: &str, core: &mut Core) -> Activity {
        let at = core.now.round(jiff::Unit::Second).unwrap_or(core.now);
        let activity = Activity {
            id: core.dice.uuid(Purpose::ResourceIds),
            group: subject.group.to_owned(),
            instance: subject.instance.to_owned(),
            zone: subject.zone.to_owned(),
            description: format!("{what}: {}", subject.instance),
            cause: format!("At {at} {why}."),
            start: core.now,
            end: None,
            progress: Progress::InProgress,
        };
        self.0.push_front(activity.clone());
        self.0.truncate(Self::KEPT);
        activity
    }

    /// Notes that everything under way for an instance is done.
    pub fn finish(&mut self, instance: &str, now: Timestamp) {
        for activity in self.0.iter_mut().filter(|a| a.instance == instance && a.end.is_none()) {
            activity.progress = Progress::Successful;
            activity.end = Some(now);
        }
    }
}

/// What an activity is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub group: &'a str,
    pub instance: &'a str,
    pub zone: &'a str,
}
