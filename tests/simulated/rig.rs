//! A simulated account with an operator in it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_ecs::types::ContainerInstanceStatus;
use ecs_spot_operator::api::{self, ApiBudget};
use ecs_spot_operator::aws::{Clients, Connection, Gates, RegionClients};
use ecs_spot_operator::clock::Clock;
use ecs_spot_operator::operator::{Configuration, Operator, Problems};
use ecs_spot_operator::sim::{
    ClusterSpec, GroupSpec, InterruptionPlan, QueueSpec, Redrive, RuleSpec, Scenario, ServiceSpec, Simulation,
};
use ecs_spot_operator::telemetry::{Board, CaseLine, Metrics, Registry, Telemetry};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const GROUP: &str = "web-asg";
pub const QUEUE: &str = "spot-events";
pub const DEAD_LETTERS: &str = "spot-events-dead";

/// An account, and what has been heard from its operators.
pub struct Rig {
    pub sim: Simulation,
    pub clock: Clock,
    pub lines: Arc<Mutex<Vec<CaseLine>>>,
    pub metrics: Arc<Metrics>,
    pub manifests: String,
}

/// An operator that runs.
pub struct Running {
    pub problems: Arc<Problems>,
    pub board: Arc<Board>,
    pub registry: Arc<Registry>,
    pub telemetry: Telemetry,
    pub configuration: Arc<Configuration>,
    task: JoinHandle<()>,
    stop: CancellationToken,
}

/// Six instances in one group, a service of twelve tasks that may lose half of them for a while.
pub fn scenario() -> Scenario {
    let service = ServiceSpec { name: "app".into(), desired: 12, min_healthy_percent: 50, ..ServiceSpec::default() };
    let redrive = Some(Redrive { queue: DEAD_LETTERS.into(), max_receive_count: 5 });
    Scenario {
        clusters: vec![ClusterSpec { name: "web".into(), services: vec![service], standalone: Vec::new() }],
        groups: vec![GroupSpec {
            name: GROUP.into(),
            cluster: Some("web".into()),
            capacity_provider: Some("web-spot".into()),
            desired: 6,
            max: 12,
            ..GroupSpec::default()
        }],
        queues: vec![
            QueueSpec { name: DEAD_LETTERS.into(), ..QueueSpec::default() },
            QueueSpec { name: QUEUE.into(), redrive, ..QueueSpec::default() },
        ],
        rules: vec![RuleSpec::interruptions(QUEUE)],
        ..Scenario::default()
    }
}

pub fn interrupted(count: usize) -> Scenario {
    Scenario { interruptions: vec![InterruptionPlan::new(Duration::from_secs(30), GROUP, count)], ..scenario() }
}

/// The smallest manifests, with more of each spec.
pub fn manifests(operator: &str, cluster: &str) -> String {
    let url = format!("https://sqs.us-east-1.amazonaws.com/123456789012/{QUEUE}");
    format!(
        "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {{name: o}}\nspec: {{queues: [{{url: '{url}'}}]{operator}}}\n---\n\
         apiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {{name: web}}\nspec: {{cluster: web{cluster}}}\n"
    )
}

impl Rig {
    pub fn new(scenario: Scenario) -> Self {
        Self::with(scenario, &manifests("", ""))
    }

    pub fn with(scenario: Scenario, manifests: &str) -> Self {
        Self::seeded(scenario, manifests, 1)
    }

    pub fn seeded(scenario: Scenario, manifests: &str, seed: u64) -> Self {
        let clock = Clock::simulated("2026-01-02T03:00:00Z".parse().unwrap(), 1.0);
        let sim = Simulation::new(scenario, seed, clock.clone());
        let lines = Arc::default();
        Self { sim, clock, lines, metrics: Arc::default(), manifests: manifests.to_owned() }
    }

    /// Starts an operator.
    #[expect(clippy::disallowed_methods, reason = "a test may abort it, as a crash does")]
    pub fn operate(&self) -> Running {
        let region = "us-east-1".into();
        let manifests = api::load_str("rig.yaml", &self.manifests).unwrap();
        let configuration = Arc::new(Configuration::new(manifests, &region, &self.clock).unwrap());
        let settings = configuration.settings();
        let problems = Arc::new(settings.borrow().awaited());
        let (lines, stop) = (Arc::clone(&self.lines), CancellationToken::new());
        let telemetry = Telemetry::new(
            Arc::clone(&self.metrics),
            Some(Arc::new(move |line: &CaseLine| lines.lock().unwrap().push(line.clone()))),
        );
        let (board, registry) = (Arc::clone(&telemetry.board), Arc::clone(&telemetry.registry));
        let (connection, told) = (Connection::through(self.sim.http_client(), &region, &self.clock), telemetry.clone());
        let operator =
            Operator { settings, connection, clock: self.clock.clone(), telemetry, problems: Arc::clone(&problems) };
        Running {
            problems,
            board,
            registry,
            telemetry: told,
            configuration,
            task: tokio::spawn(operator.run(stop.clone())),
            stop,
        }
    }

    pub async fn secs(&self, seconds: u64) {
        self.clock.sleep(Duration::from_secs(seconds)).await;
    }

    /// The lines of an event so far.
    pub fn events(&self, event: &str) -> Vec<CaseLine> {
        self.lines.lock().unwrap().iter().filter(|line| line.event == event).cloned().collect()
    }

    pub fn outcomes(&self) -> Vec<&'static str> {
        self.events("case.closed").iter().filter_map(|line| line.outcome).map(|outcome| outcome.name()).collect()
    }

    /// How often an action was called.
    pub fn calls(&self, action: &str) -> u64 {
        self.sim.call_counts().iter().filter(|((_, called), _)| called == action).map(|(_, count)| count).sum()
    }

    /// Messages that can be seen, and messages that are held.
    pub fn depth(&self, queue: &str) -> (usize, usize) {
        let depth = self.sim.queue_depth(queue).unwrap();
        (depth.visible, depth.in_flight)
    }

    pub fn members(&self) -> Vec<String> {
        self.sim.group(GROUP).unwrap().members.into_iter().map(|member| member.instance_id).collect()
    }

    pub fn status(&self, instance: &str) -> &'static str {
        self.sim.container_instance(instance).unwrap().status
    }

    /// How many container instances of the members are draining.
    pub fn draining(&self) -> usize {
        let members = self.members().into_iter().filter_map(|id| self.sim.container_instance(&id));
        members.filter(|instance| instance.status == "DRAINING").count()
    }

    /// Clients of somebody else in the account.
    fn somebody(&self) -> RegionClients {
        let connection = Connection::through(self.sim.http_client(), &"us-east-1".into(), &self.clock);
        let gates = Gates::new(&ApiBudget::default(), &self.clock);
        let clients = Clients::new(&connection, ["us-east-1".into()], &gates);
        clients.of(&"us-east-1".into(), "test").unwrap().clone()
    }

    /// Scales the group in by one instance, as somebody else would.
    pub async fn scale_in(&self, instance: &str) {
        let autoscaling = self.somebody().autoscaling;
        let call = autoscaling.terminate_instance_in_auto_scaling_group().instance_id(instance);
        call.should_decrement_desired_capacity(true).send().await.unwrap();
    }

    /// Drains an instance as somebody else would, such as the agent.
    pub async fn drain_from_outside(&self, instance: &str) {
        let ecs = self.somebody().ecs;
        let arn = self.sim.container_instance(instance).unwrap().arn;
        let call = ecs.update_container_instances_state().cluster("web").container_instances(arn);
        call.status(ContainerInstanceStatus::Draining).send().await.unwrap();
    }

    /// Stops all tasks, as somebody might.
    pub async fn stop_tasks(&self) {
        let ecs = self.somebody().ecs;
        let tasks = ecs.list_tasks().cluster("web").send().await.unwrap();
        for task in tasks.task_arns() {
            ecs.stop_task().cluster("web").task(task).send().await.unwrap();
        }
    }

    /// A notice as EventBridge writes it, given `ago` seconds before now.
    pub fn notice(&self, instance: &str, action: &str, ago: i64) -> String {
        let time = self.clock.now() - jiff::SignedDuration::from_secs(ago);
        json!({
            "version": "0",
            "detail-type": "EC2 Spot Instance Interruption Warning",
            "source": "aws.ec2",
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "detail": {"instance-id": instance, "instance-action": action},
        })
        .to_string()
    }

    pub fn send(&self, body: String) {
        self.sim.send_message(QUEUE, body);
    }
}

impl Running {
    /// Asks it to stop and waits until it has.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Ends it as a crash does.
    pub async fn crash(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    pub fn has_ended(&self) -> bool {
        self.task.is_finished()
    }
}
