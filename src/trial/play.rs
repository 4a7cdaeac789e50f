//! Plays a trial: one thread, tokio's paused clock, one seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::account;
use super::check::{End, GroupEnd};
use super::reload::reload;
use super::summary::Summary;
use super::transcript::{BEGINNING, Line};
use crate::api::{HumanDuration, Manifests, Problems, ScenarioDeed, ScenarioOperator, ScenarioSpec};
use crate::aws::Connection;
use crate::clock::Clock;
use crate::ids::Region;
use crate::observe::mix::TAG;
use crate::operator::{Configuration, Operator, Settings};
use crate::sim::{GroupView, MemberView, Simulation, TaskView};
use crate::telemetry::{CaseLine, Metrics, Telemetry};

/// AWS refuses requests whose time is off by more (IAM User Guide, "Signature Version 4").
const SKEW_MAX: Duration = Duration::from_secs(5 * 60);

/// Where the account's clusters are.
const REGION: &str = "us-east-1";

/// Stands between the operators and AWS, to spoil what they ask or what they are told.
pub type Meddler = Arc<dyn Fn(SharedHttpClient) -> SharedHttpClient + Send + Sync>;

/// A scenario and a seed.
#[derive(Clone)]
pub struct Trial {
    /// What is played.
    pub scenario: ScenarioSpec,
    /// Where all chance comes from.
    pub seed: u64,
    /// Nobody, but where a test shows that a broken operator is found out.
    pub meddler: Option<Meddler>,
}

/// A trial that could not be played.
#[derive(Debug)]
pub struct TrialError(String);

impl std::fmt::Display for TrialError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the trial could not be played: {}", self.0)
    }
}

impl std::error::Error for TrialError {}

/// Who hears the lines.
type Audience = Arc<dyn Fn(Line) + Send + Sync>;

impl Trial {
    /// Plays it, and tells `audience` every line as it happens.
    ///
    /// # Errors
    /// When the runtime cannot be had.
    pub fn play(&self, audience: impl Fn(Line) + Send + Sync + 'static) -> Result<Summary, TrialError> {
        self.run(audience).map(|(summary, _)| summary)
    }

    /// The same, for those who judge by how the account stands in the end.
    ///
    /// # Errors
    /// When the runtime cannot be had.
    pub fn play_to_end(&self, audience: impl Fn(Line) + Send + Sync + 'static) -> Result<End, TrialError> {
        self.run(audience).map(|(_, end)| end)
    }

    fn run(&self, audience: impl Fn(Line) + Send + Sync + 'static) -> Result<(Summary, End), TrialError> {
        // The SDK draws the jitter of its retries from here.
        fastrand::seed(self.seed);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.map_err(|error| TrialError(error.to_string()))?;
        let manifests = account::manifests(&self.scenario).map_err(|error| TrialError(error.to_string()))?;
        Settings::checked(&manifests, &Region::from(REGION)).map_err(|error| TrialError(error.to_string()))?;
        let beginning = BEGINNING.parse().map_err(|error: jiff::Error| TrialError(error.to_string()))?;
        Ok(runtime.block_on(self.stage(&manifests, beginning, Arc::new(audience))))
    }

    async fn stage(&self, manifests: &Manifests, beginning: Timestamp, audience: Audience) -> (Summary, End) {
        let clock = Clock::simulated(beginning, 1.0);
        let mut account = account::account(&self.scenario);
        // Who calls here goes by the same clock; who calls a served one does not.
        account.params.request_skew_max = Some(SKEW_MAX);
        let simulation = Simulation::new(account, self.seed, clock.clone());
        let heard = Arc::clone(&audience);
        simulation.listen(Box::new(move |happening| heard(Line::of_aws(beginning, happening))));
        let end = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn({
            let (simulation, end) = (simulation.clone(), end.clone());
            async move { simulation.run(end).await }
        });
        let http = simulation.http_client();
        let http = self.meddler.as_ref().map_or_else(|| http.clone(), |meddler| meddler(http.clone()));
        let stage = Stage { manifests, http, clock: &clock, beginning, audience };
        let outcomes = Arc::default();
        for plan in &self.scenario.operators {
            // They have been checked above.
            let Ok(configuration) = stage.configuration(plan) else { continue };
            let operator = stage.operator(plan, &configuration, &outcomes);
            tasks.spawn(work(clock.clone(), plan.clone(), operator, end.clone()));
            let (good, clock, time) = (manifests.clone(), clock.clone(), self.scenario.duration.unsigned());
            let (count, end) = (plan.reloads, end.clone());
            tasks.spawn(async move {
                let changing = reload(&configuration, &good, count, clock, time);
                let _ = end.run_until_cancelled(changing).await;
            });
        }
        clock.sleep(self.scenario.duration.unsigned()).await;
        end.cancel();
        while tasks.join_next().await.is_some() {}
        let outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let end = self.end(&simulation);
        let depth = simulation.queue_depth(account::QUEUE).unwrap_or_default();
        let summary = Summary::of(&end.truth, outcomes, &simulation.call_counts());
        (Summary { messages_left: depth.visible + depth.in_flight, ..summary }, end)
    }

    fn end(&self, simulation: &Simulation) -> End {
        let scarce = !self.scenario.pools.is_empty() || self.scenario.weather.is_some();
        let dried =
            self.scenario.happenings.iter().any(|happening| matches!(happening.what, ScenarioDeed::Capacity(_)));
        let clusters = self.scenario.clusters.iter();
        let groups = clusters.flat_map(|cluster| cluster.groups.iter().map(|group| (cluster.name.as_str(), group)));
        let groups = groups.filter_map(|(cluster, group)| {
            let name = account::group_name(&group.capacity_provider);
            let view = simulation.group(&name)?;
            let kept = !group.suspended.is_empty() || group.managed_termination_protection;
            // Managed scaling may want something else at any minute.
            let waits = is_waiting_for_tasks(simulation, cluster, &view);
            let hampered = scarce || dried || kept || waits || view.is_moving || group.managed_scaling.is_some();
            let base_noted = view.tags.contains_key(TAG);
            Some(GroupEnd { name, desired: view.desired, capacity: view.capacity, hampered, base_noted })
        });
        End { groups: groups.collect(), truth: simulation.truth() }
    }
}

/// Whether members of the group drain and have tasks that nobody has told to stop: of no service, or of one that has nowhere
/// else to run. A hand-over that nothing presses waits for them.
fn is_waiting_for_tasks(simulation: &Simulation, cluster: &str, group: &GroupView) -> bool {
    let draining = |member: &&MemberView| {
        simulation.container_instance(&member.instance_id).is_some_and(|instance| instance.status == "DRAINING")
    };
    let draining: BTreeSet<&str> = group.members.iter().filter(draining).map(|m| m.instance_id.as_str()).collect();
    let tasks = simulation.tasks(cluster);
    let stays = |task: &&TaskView| task.last_status == "RUNNING" && task.desired_status == "RUNNING";
    tasks.iter().filter(stays).any(|task| task.instance_id.as_deref().is_some_and(|id| draining.contains(id)))
}

/// What the operators of a trial share.
struct Stage<'a> {
    manifests: &'a Manifests,
    http: SharedHttpClient,
    clock: &'a Clock,
    beginning: Timestamp,
    audience: Audience,
}

type Outcomes = Arc<Mutex<BTreeMap<String, usize>>>;

impl Stage<'_> {
    fn clock_of(&self, plan: &ScenarioOperator) -> Clock {
        self.clock.ahead_by(SignedDuration::from_millis(plan.clock_ahead_millis.into()))
    }

    fn configuration(&self, plan: &ScenarioOperator) -> Result<Configuration, Problems> {
        Configuration::new(self.manifests.clone(), &Region::from(REGION), &self.clock_of(plan))
    }

    fn operator(&self, plan: &ScenarioOperator, configuration: &Configuration, outcomes: &Outcomes) -> Operator {
        let its_clock = self.clock_of(plan);
        let settings = configuration.settings();
        let problems = Arc::new(settings.borrow().awaited());
        let (audience, clock, beginning) = (Arc::clone(&self.audience), self.clock.clone(), self.beginning);
        let outcomes = Arc::clone(outcomes);
        let listener = move |line: &CaseLine| {
            if let Some(outcome) = line.outcome {
                let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                *outcomes.entry(outcome.name().to_owned()).or_default() += 1;
            }
            audience(Line::of_operator(beginning, clock.now(), line));
        };
        Operator {
            problems,
            settings,
            connection: Connection::through(self.http.clone(), &Region::from(REGION), &its_clock),
            clock: its_clock,
            telemetry: Telemetry::new(Arc::new(Metrics::default()), Some(Arc::new(listener))),
        }
    }
}

/// Lets an operator work for as long as its plan says; with the end of the trial everybody stops.
async fn work(clock: Clock, plan: ScenarioOperator, operator: Operator, end: CancellationToken) {
    let until = |after: Option<HumanDuration>| {
        let clock = clock.clone();
        async move {
            match after {
                Some(after) => clock.sleep(after.unsigned().saturating_sub(clock.elapsed())).await,
                None => std::future::pending().await,
            }
        }
    };
    tokio::select! {
        biased;
        () = end.cancelled() => return,
        () = until(Some(plan.starts_after)) => {}
    }
    let stop = end.child_token();
    let stopping = async {
        until(plan.stops_after).await;
        stop.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        () = operator.run(stop.clone()) => {}
        () = until(plan.crashes_after) => {}
        () = stopping => {}
    }
}
