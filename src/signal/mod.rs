//! What AWS says: from the body of a message to [`Signal`]s or [`News`].
//!
//! Lenient: unknown fields are skipped, wrongly typed ones count as missing, and only what cannot be understood at all is
//! refused. Nothing in here looks anything up or decides anything.

mod ecs;
mod envelope;
mod fields;
mod health;
mod hook;
mod instance_state;
mod interruption;
mod launch;
pub mod manual;
mod news;
mod rebalance;
mod text;
mod time;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

pub use ecs::{ContainerInstanceNews, TaskNews};
pub use hook::{Hook, is_history_from as hook_is_history_from};
pub use interruption::{ACTED_ON_FOR, NOTICE_LEAD};
pub use news::{InstanceState, News};

use crate::ids::InstanceId;
use envelope::Envelope;
use fields::Fields;

/// A message about one instance that something is to be done about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The instance.
    pub instance: InstanceId,
    /// What is going to happen to it.
    pub kind: SignalKind,
    /// When AWS said so, by AWS's clock.
    pub said_at: Timestamp,
    /// When it is going to happen; `None`: nobody said.
    pub deadline: Option<Timestamp>,
    /// From here on the signal is history: nothing new is begun because of it.
    pub history_from: Timestamp,
    /// With [`SignalKind::TerminateHook`]: the hook that waits, where the message names it.
    pub hook: Option<Hook>,
}

impl Signal {
    /// A word about an instance that no message brought: it was found at `at`, and names no deadline.
    #[must_use]
    pub fn found(instance: &InstanceId, kind: SignalKind, at: Timestamp) -> Self {
        let history_from = hook_is_history_from(at);
        Self { instance: instance.clone(), kind, said_at: at, deadline: None, history_from, hook: None }
    }
}

/// What is going to happen to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignalKind {
    /// EC2 Spot takes it back.
    InterruptionNotice(InstanceAction),
    /// EC2 Spot is more likely than before to take it back.
    RebalanceRecommendation,
    /// Its group terminates it, and waits for a hook before that.
    TerminateHook,
    /// EC2 retires, stops or reboots it, or works on what it runs on.
    Maintenance,
    /// Somebody wants it drained.
    ManualDrain,
    /// It was launched on top of what its group wanted, and the group has replaced the instance that it was for as well.
    Surplus,
    /// It was launched in the place of another pool's, which had no capacity.
    Fallback,
    /// It has ended, as EC2 or ECS shows it, and nobody had told of that. No message is read as this.
    StateChange,
}

impl SignalKind {
    /// The kind that [`SignalKind::name`] names so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let kinds = [
            Self::InterruptionNotice(InstanceAction::Terminate),
            Self::RebalanceRecommendation,
            Self::TerminateHook,
            Self::Maintenance,
            Self::ManualDrain,
            Self::Surplus,
            Self::Fallback,
        ];
        kinds.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is an interruption notice.
    #[must_use]
    pub const fn is_notice(self) -> bool {
        matches!(self, Self::InterruptionNotice(_))
    }

    /// Whether it is about what the operator itself has launched and has to give back.
    #[must_use]
    pub const fn is_settlement(self) -> bool {
        matches!(self, Self::Surplus | Self::Fallback)
    }

    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InterruptionNotice(_) => "interruption_notice",
            Self::RebalanceRecommendation => "rebalance_recommendation",
            Self::TerminateHook => "terminate_hook",
            Self::Maintenance => "maintenance",
            Self::ManualDrain => "manual_drain",
            Self::Surplus => "surplus",
            Self::Fallback => "fallback",
            Self::StateChange => "instance_state_change",
        }
    }
}

/// What EC2 Spot does with the instance that it takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InstanceAction {
    /// It is terminated two minutes after the notice. Also what an action that is not known counts as.
    Terminate,
    /// It is stopped two minutes after the notice.
    Stop,
    /// It is hibernated at the notice, without lead time.
    Hibernate,
}

/// What a message turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// Something is going to happen to these instances: one signal each, all of one kind, at least one.
    Signals(Vec<Signal>),
    /// AWS tells that something has changed.
    News(News),
    /// A notification that only tests the way.
    Test,
    /// A message of a kind that nothing is done about, with the name of that kind.
    UnknownKind(String),
}

impl Parsed {
    /// The name that metrics use: one of a few, whatever the message says.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Signals(signals) => signals.first().map_or("unknown", |signal| signal.kind.name()),
            Self::News(news) => news.name(),
            Self::Test => "test",
            Self::UnknownKind(_) => "unknown",
        }
    }
}

impl From<Signal> for Parsed {
    fn from(signal: Signal) -> Self {
        Self::Signals(vec![signal])
    }
}

impl From<News> for Parsed {
    fn from(news: News) -> Self {
        Self::News(news)
    }
}

/// What is read from a message of a known kind; `None`: nothing that is of use to anybody.
type Reading = Result<Option<Parsed>, Unparsable>;

/// Why a message could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unparsable {
    /// The body is no JSON object.
    NotAnObject,
    /// Nothing in the object names a kind.
    NoKind,
    /// The kind is known and needs an instance id, and there is none that can be used.
    NoInstanceId,
}

impl fmt::Display for Unparsable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "the body is no JSON object",
            Self::NoKind => {
                "nothing in it names a kind: it has no string `detail-type`, `LifecycleTransition` or `Event`"
            }
            Self::NoInstanceId => "its kind is about an instance, and it has no usable instance id",
        })
    }
}

/// Reads the body of a message that was put into its queue at `sent_at`, by SQS's clock.
///
/// # Errors
/// [`Unparsable`] says what is missing.
pub fn parse(body: &str, sent_at: Timestamp) -> Result<Parsed, Unparsable> {
    let fields = Fields::read(body).ok_or(Unparsable::NotAnObject)?;
    let Some(wrapped) = envelope::sns_message(&fields) else {
        return read(&Envelope::open(fields, sent_at)?);
    };
    let fields = Fields::read(&wrapped).ok_or(Unparsable::NotAnObject)?;
    read(&Envelope::open(fields, sent_at)?)
}

fn read(message: &Envelope<'_>) -> Result<Parsed, Unparsable> {
    let known = match message.kind() {
        interruption::DETAIL_TYPE => interruption::parse(message)?,
        rebalance::DETAIL_TYPE => rebalance::parse(message)?,
        hook::TERMINATE_DETAIL_TYPE | hook::TERMINATING => hook::terminate(message)?,
        health::DETAIL_TYPE => health::parse(message)?,
        manual::DETAIL_TYPE => manual::parse(message)?,
        instance_state::DETAIL_TYPE => instance_state::parse(message)?,
        ecs::CONTAINER_INSTANCE_DETAIL_TYPE => ecs::container_instance(message)?,
        ecs::TASK_DETAIL_TYPE => ecs::task(message)?,
        launch::LAUNCHED => launch::launch(message, true)?,
        launch::NOT_LAUNCHED => launch::launch(message, false)?,
        launch::TERMINATED => launch::termination(message, true)?,
        launch::NOT_TERMINATED => launch::termination(message, false)?,
        hook::LAUNCH_DETAIL_TYPE | hook::LAUNCHING => hook::launch(message)?,
        hook::TEST => Some(Parsed::Test),
        _ => None,
    };
    Ok(known.unwrap_or_else(|| Parsed::UnknownKind(text::shortened(message.kind(), text::KIND_CHARS))))
}

#[cfg(test)]
mod tests;
