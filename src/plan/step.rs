//! What planning decides: steps to take, questions to ask, reasons to wait.

use jiff::Timestamp;
use serde::Serialize;

use super::call::Call;
use super::case::Place;
use super::case_id::CaseId;
use super::phase::Phase;
use super::reason::Reason;
use super::report::Report;
use super::risk::Risk;
use crate::api::{Mode, Outcome};
use crate::ids::InstanceId;
use crate::observe::Look;
use crate::signal::Signal;

/// What to do now.
#[derive(Clone, Debug, Default)]
#[must_use = "a plan that nobody carries out saves no instance"]
pub struct Plan {
    /// To be taken, in this order; calls replace first and drain second.
    pub steps: Vec<Step>,
    /// To be asked.
    pub looks: Vec<Look>,
    /// What is waited for, and why.
    pub report: Report,
    /// When to think again at the latest.
    pub wake_at: Option<Timestamp>,
}

/// One decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A case opens that no message told of.
    Open(Signal),
    /// Whatever of the case has to outlive us is recorded in AWS: its messages can go.
    Record {
        /// The case.
        case: CaseId,
    },
    /// The instance is one of ours and stands here.
    Identify {
        /// The case.
        case: CaseId,
        /// Where the instance stands.
        place: Place,
        /// What the policy allows there.
        mode: Mode,
    },
    /// A phase has been reached.
    Reach {
        /// The case.
        case: CaseId,
        /// The phase.
        phase: Phase,
        /// With [`Phase::ReplacementRegistered`]: who took over.
        replacement: Option<InstanceId>,
    },
    /// Nothing is asked of the group, for good.
    SkipReplacement {
        /// The case.
        case: CaseId,
        /// Why.
        reason: Reason,
    },
    /// Another instance pays what is owed for the case.
    PassDebt {
        /// The case.
        case: CaseId,
    },
    /// The case may end badly.
    AtRisk {
        /// The case.
        case: CaseId,
        /// Why.
        risk: Risk,
    },
    /// Change something in AWS.
    Call(Call),
    /// In dry-run: say what would be done.
    Rehearse {
        /// The case.
        case: CaseId,
        /// The steps that would be taken.
        would: Vec<Step>,
        /// What would be waited for.
        reasons: Vec<Reason>,
    },
    /// The signal needs nothing done, or nothing more: it is acknowledged.
    Dismiss {
        /// The case.
        case: CaseId,
        /// Why.
        why: Dismissal,
    },
    /// An instance was lost that nobody had announced: its case opens and ends at once, as [`Outcome::Unannounced`].
    Lost {
        /// What would have opened the case.
        signal: Signal,
        /// Where the instance stood.
        place: Place,
    },
    /// The case has come to its end.
    Close {
        /// The case.
        case: CaseId,
        /// How it ended.
        outcome: Outcome,
    },
}

impl Step {
    /// Whether taking it changes anything in ECS or Auto Scaling.
    #[must_use]
    pub fn changes_aws(&self) -> bool {
        matches!(self, Self::Call(_))
    }
}

/// Why a signal needs nothing done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dismissal {
    /// The instance is in no managed cluster.
    Foreign,
    /// The instance is gone.
    Gone,
    /// It was to be acted on until a moment that has passed.
    Expired,
    /// There is a case for the instance, or was.
    Duplicate,
    /// The cluster is in dry-run.
    DryRun,
    /// The cluster is paused.
    Paused,
    /// The container instance carries the attribute `ecs-spot-operator.ignore`.
    Ignored,
    /// The capacity provider is not managed.
    Unmanaged,
    /// The policy does not listen to this kind of signal.
    SignalDisabled,
    /// It waits for a hook of somebody else's.
    OthersHook,
    /// A recommendation is not followed where no replacement can be had before.
    CannotReplace,
}

impl Dismissal {
    /// The name that logs and metrics use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Gone => "gone",
            Self::Expired => "expired",
            Self::Duplicate => "duplicate",
            Self::DryRun => "dry_run",
            Self::Paused => "paused",
            Self::Ignored => "ignored",
            Self::Unmanaged => "unmanaged",
            Self::SignalDisabled => "signal_disabled",
            Self::OthersHook => "others_hook",
            Self::CannotReplace => "cannot_replace",
        }
    }
}
