//! The resource kinds: those that people write, and how they are read from YAML; and the one that they only read.
//!
//! Types, defaults and checks only: nothing in here talks to AWS or knows how the operator works. Reading is strict: what
//! is not understood is refused with the place where it stands.

mod amount;
mod change;
mod check;
mod duration;
mod explain;
mod fit;
mod interruption;
mod load;
mod log_line;
mod nearest;
mod notifications;
mod operator;
mod outcome;
mod problem;
mod resource;
mod scenario;
mod schema;
mod secret;
mod spot_cluster;
mod status;
mod supported;
mod template;
mod tree;

pub use amount::{Amount, Percent};
pub use change::{Change, changes};
pub use duration::HumanDuration;
pub use explain::{Explanation, explain};
pub use interruption::{
    Interruption, InterruptionList, InterruptionMetadata, InterruptionReason, InterruptionSpec, InterruptionStatus,
    InterruptionTaskEnd, InterruptionTasks,
};
pub use load::{Checked, Manifests, TEXT_BYTES_MAX, check, load, load_scenario, load_str};
pub use log_line::{LogEvent, LogLevel, LogLine};
pub use notifications::{EventBus, Notifications, Occasion, Traces, UrlFrom, Webhook};
pub use operator::{ApiBudget, Http, LogThreshold, Logs, OperatorSpec, Queue};
pub use outcome::Outcome;
pub use problem::{Problem, Problems, Text};
pub use resource::{API_VERSION, Metadata, Resource};
pub use scenario::{
    ScenarioAction, ScenarioAssumptions, ScenarioCallFaults, ScenarioCapacity, ScenarioCategory, ScenarioCluster,
    ScenarioDeed, ScenarioEventFaults, ScenarioFaults, ScenarioGroup, ScenarioHappening, ScenarioHook,
    ScenarioHookTarget, ScenarioInterruption, ScenarioLaunch, ScenarioMessage, ScenarioNeighbour, ScenarioOperator,
    ScenarioPool, ScenarioProcess, ScenarioQueueFaults, ScenarioScaling, ScenarioService, ScenarioSignal, ScenarioSome,
    ScenarioSpec, ScenarioTask, ScenarioThrottling, ScenarioWeather,
};
pub use schema::{KINDS, WRITTEN, schema};
pub use secret::SecretUrl;
pub use spot_cluster::{
    AssumeRole, CapacityProviderPolicy, Fallback, Headroom, HeadroomMode, Maintenance, Method, Mode, Rebalance,
    Replacement, Signals, SpotClusterSpec, StandaloneTasks, TaskRules,
};
pub use status::{
    BucketStatus, CapacityProviderStatus, Condition, Declared, DeclaredMetadata, LeadSeconds, List, OperatorStatus,
    ReplicaStatus, ResourceEvent, SpotClusterList, SpotClusterStatus,
};
pub use template::Template;
