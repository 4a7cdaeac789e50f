//! What stands in the operator's way, kept until it is mended: told once in the log, and for as long as it stands on
//! `/readyz`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::aws::Failure;

/// The loop turns at least once a minute; one that has not for so long is stuck.
const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(3);

/// The problems that stand, and what the operator still waits for before it is ready.
#[derive(Debug, Default)]
pub struct Problems {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By the object that has it, then by the action that failed.
    standing: BTreeMap<String, BTreeMap<&'static str, Standing>>,
    /// What has not answered once, by object.
    awaited: BTreeMap<String, String>,
    turned_at: Option<Timestamp>,
    /// Counts the changes of what stands.
    revision: u64,
    ready_since: Option<Timestamp>,
}

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Standing {
    /// What happened.
    pub message: String,
    /// What mends it.
    pub remedy: String,
    /// Since when it stands.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub since: Timestamp,
}

/// Whether the operator is ready, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Ready: the index was filled and every queue answered.
    pub ready: bool,
    /// Since when it is.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub since: Option<Timestamp>,
    /// What has not answered once, by object.
    pub waiting_for: BTreeMap<String, String>,
    /// What is wrong now, by object.
    pub problems: BTreeMap<String, Standing>,
}

impl Problems {
    /// Nothing is wrong, and these have to answer once before the operator is ready.
    #[must_use]
    pub fn awaiting(objects: impl IntoIterator<Item = (String, String)>) -> Self {
        let state = State { awaited: objects.into_iter().collect(), ..State::default() };
        Self { state: Mutex::new(state) }
    }

    /// Notes that a call about `object` failed, and logs it where that is news.
    pub fn failed(&self, object: &str, failure: &Failure) {
        let mut state = self.lock();
        // The loop turns whenever something happens, so that its last turn is now as near as matters.
        let now = state.turned_at.unwrap_or_default();
        let of_object = state.standing.entry(object.to_owned()).or_default();
        let since = of_object.get(failure.action).map_or(now, |known| known.since);
        let standing = Standing { message: failure.to_string(), remedy: failure.remedy(), since };
        let remedy = standing.remedy.clone();
        let known = of_object.insert(failure.action, standing);
        // The same kind of failure words itself differently each time, such as by request id.
        let is_news = known.is_none_or(|known| known.remedy != remedy);
        state.revision += u64::from(is_news);
        drop(state);
        if is_news {
            tracing::warn!(event = "problem.found", place = object, remedy, error = %failure, "{object}: {failure}");
        }
    }

    /// Notes that `object` answered to `action`, or to all that is asked of it, and logs that it is mended where it was not.
    pub fn answered(&self, object: &str, action: Option<&str>) {
        let mut state = self.lock();
        state.awaited.remove(object);
        state.note_ready();
        let Some(standing) = state.standing.get_mut(object) else { return };
        standing.retain(|failed, _| action.is_some_and(|action| action != *failed));
        if standing.is_empty() {
            state.standing.remove(object);
            state.revision += 1;
            tracing::info!(event = "problem.mended", place = object, "{object} answers again");
        }
    }

    /// Nobody asks anything of `object` any more.
    pub fn forget(&self, object: &str) {
        let mut state = self.lock();
        state.awaited.remove(object);
        state.note_ready();
        state.standing.remove(object);
        state.revision += 1;
    }

    /// Nobody asks anything of such objects any more.
    pub fn forget_where(&self, which: impl Fn(&str) -> bool) {
        let mut state = self.lock();
        state.awaited.retain(|object, _| !which(object));
        state.standing.retain(|object, _| !which(object));
        state.note_ready();
        state.revision += 1;
    }

    /// Notes that the loop turned at `now`; `None`: it has ended.
    pub fn turned(&self, now: Option<Timestamp>) {
        self.lock().turned_at = now;
    }

    /// Whether the loop runs, at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.lock().turned_at.is_some_and(|at| now.duration_since(at) < STUCK_AFTER)
    }

    /// Whether the operator is ready, and if not, why.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let state = self.lock();
        Readiness {
            ready: state.awaited.is_empty() && state.turned_at.is_some(),
            since: state.ready_since,
            waiting_for: state.awaited.clone(),
            problems: state
                .standing
                .iter()
                .filter_map(|(object, by)| Some((object.clone(), by.values().next()?.clone())))
                .collect(),
        }
    }

    /// Counts the changes of what stands in the way.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.lock().revision
    }

    /// All that is wrong now, with the object that it is about.
    #[must_use]
    pub fn all(&self) -> Vec<(String, Standing)> {
        self.readiness().problems.into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note_ready(&mut self) {
        if self.awaited.is_empty() && self.ready_since.is_none() {
            self.ready_since = self.turned_at;
        }
    }
}
