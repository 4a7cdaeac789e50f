//! Situations to plan for: a cluster `web` with a group behind the capacity provider `web-spot`, and what happens to it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::api;
use crate::ids::{GroupKey, InstanceId, TaskArn};
use crate::observe::hooks::{Hooks, TerminationHook};
use crate::observe::mark::Mark;
use crate::observe::snapshot::{
    Behind, Cluster, ClusterState, ContainerInstance, Group, InstanceStatus, Lifecycle, Member, Snapshot,
};
use crate::observe::task::{Container, Definition, Owner, Task};
use crate::observe::{Look, Observation, Subject};
use crate::plan::{Admission, Call, CaseId, Cases, Deed, Plan, Policies, Setback, Step, Way, plan};
use crate::signal::{self, Hook, Parsed, Signal, SignalKind};

pub struct Scenario {
    pub snapshot: Snapshot,
    pub cases: Cases,
    pub policies: Policies,
    pub now: Timestamp,
}

pub fn time(text: &str) -> Timestamp {
    format!("2026-01-02T{text}Z").parse().unwrap()
}

pub fn group_key() -> GroupKey {
    GroupKey { region: "us-east-1".into(), name: "web-asg".into() }
}

pub fn member(state: &str) -> Member {
    Member { lifecycle: Lifecycle::from(state), availability_zone: Some("us-east-1a".into()), instance_type: None }
}

pub fn manifests(spec: &str) -> Policies {
    let text = format!(
        "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {{name: o}}\nspec: {{queues: [{{url: 'https://q/1'}}]}}\n---\n\
         apiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {{name: web}}\nspec: {{cluster: web{spec}}}\n"
    );
    Policies::new(&api::load_str("test", &text).unwrap())
}

impl Scenario {
    /// A cluster that has been read, with these instances, all ACTIVE and InService, at 03:00:00.
    pub fn with(instances: &[&str]) -> Self {
        let now = time("03:00:00");
        let cluster = Cluster {
            region: "us-east-1".into(),
            name: "web".into(),
            state: ClusterState::Read { at: now },
            providers: BTreeMap::from([("web-spot".into(), Behind::Group(group_key()))]),
        };
        let mut snapshot = Snapshot { clusters: BTreeMap::from([("web".into(), cluster)]), ..Snapshot::default() };
        snapshot.begin(vec![Subject::Cluster("web".into())], now);
        snapshot.end(vec![Subject::Cluster("web".into())], false);
        snapshot.begin(vec![Subject::Hooks(group_key())], now);
        snapshot.end(vec![Subject::Hooks(group_key())], false);
        let mut scenario = Self { snapshot, cases: Cases::default(), policies: manifests(""), now };
        let members: Vec<(&str, &str)> = instances.iter().map(|id| (*id, "InService")).collect();
        scenario.group(&members, |_| {});
        instances.iter().for_each(|id| scenario.instance(id, |_| {}));
        scenario
    }

    pub fn policy(mut self, spec: &str) -> Self {
        self.policies = manifests(spec);
        self
    }

    pub fn at(&mut self, text: &str) -> &mut Self {
        self.now = time(text);
        self
    }

    /// The group is seen with these members.
    pub fn group(&mut self, members: &[(&str, &str)], change: impl FnOnce(&mut Group)) {
        let members = members.iter().map(|(id, state)| (InstanceId::from(id), member(state))).collect();
        let mut group = Group {
            desired: 2,
            max: 10,
            zones: vec!["us-east-1a".into(), "us-east-1b".into()],
            members,
            observed_at: self.now,
            ..Group::default()
        };
        change(&mut group);
        self.snapshot.apply(Observation::Groups { found: vec![(group_key(), group)], missing: vec![] }, self.now);
    }

    /// The group is seen to have these termination hooks, each of which lets an instance go on in the end.
    pub fn hooks(&mut self, names: &[&str], change: impl FnOnce(&mut Hooks)) {
        let hook = |name: &&str| TerminationHook {
            name: (*name).into(),
            continues: true,
            heartbeat: seconds(300),
            global: seconds(30_000),
        };
        let terminating = names.iter().map(hook).collect();
        let mut hooks = Hooks { terminating, refreshing: Some(false), observed_at: self.now };
        change(&mut hooks);
        self.snapshot.apply(Observation::Hooks { group: group_key(), hooks }, self.now);
    }

    /// The group terminates the instance, and a hook waits: the message of it arrives.
    pub fn held(&mut self, id: &str, hook: &str) -> Admission {
        let signal = Signal {
            instance: id.into(),
            kind: SignalKind::TerminateHook,
            said_at: self.now,
            deadline: None,
            history_from: signal::hook_is_history_from(self.now),
            hook: Some(Hook { group: group_key().name, name: hook.into(), token: None }),
        };
        self.cases.admit(&signal, false, self.now)
    }

    /// Somebody says something about an instance, with a deadline or without.
    pub fn says(&mut self, id: &str, kind: SignalKind, deadline: Option<&str>) -> Admission {
        let signal = Signal {
            instance: id.into(),
            kind,
            said_at: self.now,
            deadline: deadline.map(time),
            history_from: signal::hook_is_history_from(self.now),
            hook: None,
        };
        self.cases.admit(&signal, false, self.now)
    }

    /// One more instance was launched for the case of another.
    pub fn launched(&mut self, id: &str, new: &str) {
        let case = self.case(id);
        self.cases.launched(&case, &new.into(), self.now);
        self.answered(Deed::Launch, id, Ok(()));
    }

    /// A container instance is seen.
    pub fn instance(&mut self, id: &str, change: impl FnOnce(&mut ContainerInstance)) {
        let mut instance = ContainerInstance {
            cluster: "web".into(),
            arn: format!("arn:container-instance/web/{id}").into(),
            status: InstanceStatus::Active,
            draining_since: None,
            disconnected_since: None,
            provider: Some("web-spot".into()),
            availability_zone: Some("us-east-1a".into()),
            instance_type: Some("m5.large".into()),
            registered_at: self.now,
            ignored: false,
            tasks: 0,
            mark: None,
            version: None,
            observed_at: self.now,
            looked_at: self.now,
            gone_at: None,
        };
        change(&mut instance);
        instance.draining_since = (instance.status == InstanceStatus::Draining).then_some(self.now);
        self.snapshot.apply(Observation::Instances { found: vec![(id.into(), instance)], missing: vec![] }, self.now);
    }

    /// A container instance is seen to be missing.
    pub fn missing(&mut self, id: &str) {
        self.snapshot.apply(Observation::Instances { found: vec![], missing: vec![id.into()] }, self.now);
    }

    /// Auto Scaling says which group an instance is in.
    pub fn located(&mut self, id: &str, group: Option<GroupKey>) {
        let groups = vec![(InstanceId::from(id), group)];
        self.snapshot.apply(Observation::Located { region: "us-east-1".into(), groups }, self.now);
    }

    /// All looks that are under way come back empty.
    pub fn looks_answered(&mut self) {
        let subjects: Vec<_> = self.snapshot.asked.keys().cloned().collect();
        self.snapshot.end(subjects, false);
    }

    /// The instance's tasks are listed: each stopped or not.
    pub fn tasks(&mut self, id: &str, stopped: &[bool]) {
        let tasks = stopped.iter().map(|stopped| Task {
            told_to_stop: *stopped,
            stopped: *stopped,
            stopped_at: stopped.then_some(self.now),
            ..self.task()
        });
        let tasks = tasks.collect();
        self.listed(id, tasks);
    }

    /// A task of the service `app` that runs.
    pub fn task(&self) -> Task {
        Task {
            owner: Owner::Service("app".into()),
            definition: "arn:task-definition/app:1".into(),
            endpoints: Vec::new(),
            is_deactivating: false,
            told_to_stop: false,
            stopped: false,
            stopped_at: None,
            died_with_host: false,
            version: None,
            observed_at: self.now,
        }
    }

    /// The instance's tasks are listed.
    pub fn listed(&mut self, id: &str, tasks: Vec<Task>) {
        let named = |(index, task)| (TaskArn::from(format!("arn:task/{id}/{index}")), task);
        let found = tasks.into_iter().enumerate().map(named).collect();
        self.snapshot.apply(Observation::Tasks { instance: id.into(), found, listed_at: Some(self.now) }, self.now);
    }

    /// A task definition of one container is read.
    pub fn defined(&mut self, arn: &str, stop_timeout: i64) {
        let stop_timeout = Some(seconds(stop_timeout));
        let container = Container { name: "app".to_owned(), stop_timeout, depends_on: Vec::new() };
        let definition = Definition { containers: vec![container] };
        self.snapshot.apply(Observation::Definition { arn: arn.into(), definition }, self.now);
    }

    /// A notice arrives as it is given.
    pub fn notice(&mut self, id: &str) -> Admission {
        self.notice_of(id, "terminate")
    }

    pub fn notice_of(&mut self, id: &str, action: &str) -> Admission {
        let signal = signal(id, action, self.now);
        self.cases.admit(&signal, false, self.now)
    }

    pub fn case(&self, id: &str) -> CaseId {
        self.cases.of(&id.into()).unwrap().id.clone()
    }

    pub fn answered(&mut self, deed: Deed, id: &str, result: Result<(), &str>) {
        let case = self.case(id);
        let setback = |why: &str| Setback {
            why: why.to_owned(),
            made: why != "not made",
            refused: why == "refused",
            lost: why == "lost",
            disproves: why == "none of it was done",
        };
        let result = result.map(|()| Some("request".to_owned())).map_err(setback);
        self.cases.answered(&deed, &case, result, self.now);
    }

    /// Both calls for an instance have been accepted, and AWS shows it.
    pub fn accepted(&mut self, id: &str) {
        self.answered(Deed::Detach, id, Ok(()));
        self.answered(Deed::Drain, id, Ok(()));
        self.snapshot.apply(
            Observation::Leaving { group: group_key(), instances: vec![id.into()], state: "Detaching" },
            self.now,
        );
        self.instance(id, |instance| instance.status = InstanceStatus::Draining);
    }

    /// Plans, carries the plan's notes out, and holds a second plan on the same input to change nothing.
    pub fn plan(&mut self) -> Plan {
        let first = plan(&self.snapshot, &self.cases, &self.policies, self.now);
        for step in &first.steps {
            self.cases.apply(step, self.now);
        }
        for look in &first.looks {
            self.snapshot.begin(look.subjects(), self.now);
        }
        if first.steps.iter().any(|step| matches!(step, Step::Open(_))) {
            assert!(first.wake_at.is_some_and(|at| at <= self.now), "a new case is thought about at once");
            return first;
        }
        let second = plan(&self.snapshot, &self.cases, &self.policies, self.now);
        assert_eq!(second.steps, [], "planning twice takes no step twice");
        assert_eq!(second.looks, [], "planning twice asks nothing twice");
        assert!(second.wake_at.is_none_or(|at| at > self.now), "a loop that has nothing to do sleeps");
        first
    }

    pub fn steps(&mut self) -> Vec<Step> {
        self.plan().steps
    }

    pub fn looks(&mut self) -> Vec<Look> {
        self.plan().looks
    }

    pub fn reasons(&mut self, id: &str) -> Vec<&'static str> {
        let plan = self.plan();
        let case = self.case(id);
        plan.report.of(&case).iter().map(|reason| reason.name()).collect()
    }
}

pub fn signal(id: &str, action: &str, at: Timestamp) -> Signal {
    let body = serde_json::json!({
        "detail-type": "EC2 Spot Instance Interruption Warning",
        "time": at.to_string(),
        "detail": {"instance-id": id, "instance-action": action},
    });
    match signal::parse(&body.to_string(), at) {
        Ok(Parsed::Signals(mut signals)) => signals.remove(0),
        other => panic!("{other:?}"),
    }
}

/// The instances that a plan detaches.
pub fn detached(steps: &[Step]) -> Vec<String> {
    left(steps, Way::Detach)
}

fn left(steps: &[Step], by: Way) -> Vec<String> {
    let batches = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Replace { way, instances, .. }) if *way == by => {
            Some(instances.iter().map(|(_, id)| id.to_string()))
        }
        _ => None,
    });
    batches.flatten().collect()
}

/// The instances that a plan makes their group terminate and replace.
pub fn terminated(steps: &[Step]) -> Vec<String> {
    left(steps, Way::Terminate)
}

/// The instances that a plan drains.
pub fn drained(steps: &[Step]) -> Vec<String> {
    let batches = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Drain { instances, .. }) => Some(instances.iter().map(|drained| drained.instance.to_string())),
        _ => None,
    });
    batches.flatten().collect()
}

/// The instances that a plan gives back, and how.
pub fn given_back(steps: &[Step]) -> Vec<(String, Way)> {
    let calls = steps.iter().filter_map(|step| match step {
        Step::Call(Call::GiveBack { way, instance, .. }) => Some((instance.to_string(), *way)),
        _ => None,
    });
    calls.collect()
}

/// The marks that a plan leaves.
pub fn marks(steps: &[Step]) -> Vec<Mark> {
    let batches = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Mark { marks, .. }) => Some(marks.iter().map(|(_, mark)| mark.clone())),
        _ => None,
    });
    batches.flatten().collect()
}

/// The tasks that a plan stops.
pub fn stopped(steps: &[Step]) -> Vec<String> {
    let tasks = steps.iter().filter_map(|step| match step {
        Step::Call(Call::Stop { stopped, .. }) => Some(stopped.task.to_string()),
        _ => None,
    });
    tasks.collect()
}

/// The hooks that a plan completes, and those that it keeps waiting.
pub fn completed(steps: &[Step]) -> (Vec<String>, Vec<String>) {
    let calls = |heartbeats: bool| {
        let hooks = steps.iter().filter_map(move |step| match step {
            Step::Call(Call::Complete { held, .. }) if !heartbeats => Some(held.hook.to_string()),
            Step::Call(Call::Heartbeat { held, .. }) if heartbeats => Some(held.hook.to_string()),
            _ => None,
        });
        hooks.collect()
    };
    (calls(false), calls(true))
}

/// The reason for which a plan gives up on a replacement.
pub fn skipped(steps: &[Step]) -> Option<&'static str> {
    steps.iter().find_map(|step| match step {
        Step::SkipReplacement { reason, .. } => Some(reason.name()),
        _ => None,
    })
}

pub fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}
