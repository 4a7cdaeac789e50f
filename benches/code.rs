//! What single steps cost: understanding a message, a thought about an index of 5,000 instances with few and with many cases open.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use aws_sdk_ecs::types::ContainerInstanceStatus;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ecs_spot_operator::api;
use ecs_spot_operator::aws::{Clients, Connection, Gates};
use ecs_spot_operator::clock::Clock;
use ecs_spot_operator::ids::{ClusterKey, GroupKey, InstanceId, Region};
use ecs_spot_operator::observe::snapshot::{
    Behind, ContainerInstance, Group, InstanceStatus, Lifecycle, Member, Snapshot,
};
use ecs_spot_operator::observe::{Look, Observation};
use ecs_spot_operator::operator::Settings;
use ecs_spot_operator::plan::{Cases, Policies, Step, plan};
use ecs_spot_operator::signal::{self, Parsed};
use jiff::{SignedDuration, Timestamp};

const INSTANCES: usize = 5_000;

const MANIFESTS: &str = "
apiVersion: ecs-spot-operator/v1
kind: Operator
metadata: {name: bench}
spec: {queues: [{url: 'https://sqs.us-east-1.amazonaws.com/123456789012/spot-events'}]}
---
apiVersion: ecs-spot-operator/v1
kind: SpotCluster
metadata: {name: web}
spec: {cluster: web}
";

fn now() -> Timestamp {
    "2026-01-02T03:05:00Z".parse().expect("a time")
}

fn id(number: usize) -> InstanceId {
    InstanceId::from(format!("i-{number:017x}").as_str())
}

fn notice(number: usize) -> String {
    format!(
        r#"{{"version":"0","id":"1","detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2","account":"123456789012","time":"2026-01-02T03:05:00Z","region":"us-east-1","resources":[],"detail":{{"instance-id":"{}","instance-action":"terminate"}}}}"#,
        id(number)
    )
}

fn understanding(criterion: &mut Criterion) {
    let body = notice(1);
    criterion.bench_function("a message is understood", |bencher| {
        bencher.iter(|| signal::parse(black_box(&body), now()).expect("it is a notice"));
    });
}

/// An operator that has read its cluster a moment ago.
struct Mind {
    snapshot: Snapshot,
    cases: Cases,
    policies: Policies,
}

impl Mind {
    fn full() -> Self {
        let manifests = api::load_str("bench", MANIFESTS).expect("good manifests");
        let settings = Settings::new(&manifests, &"us-east-1".into());
        let mut snapshot = Snapshot::default();
        settings.addresses().iter().for_each(|(key, address)| snapshot.manage(key, address));
        let (cluster, seen_at) = (ClusterKey::from("web"), now() - SignedDuration::from_secs(30));
        let group = GroupKey { region: "us-east-1".into(), name: "web-spot-asg".into() };
        let providers = BTreeMap::from([("web-spot".into(), Behind::Group(group.clone()))]);
        let found: Vec<_> = (0..INSTANCES).map(|number| (id(number), container_instance(number, seen_at))).collect();
        let listed = found.iter().map(|(_, instance)| instance.arn.last_segment().to_owned()).collect();
        let members = (0..INSTANCES).map(|number| (id(number), member())).collect();
        let all = u32::try_from(INSTANCES).expect("few");
        let group_seen = Group { desired: all, max: all * 2, members, observed_at: seen_at, ..Group::default() };
        for observation in [
            Observation::Cluster { cluster: cluster.clone(), name: "web".into(), providers },
            Observation::Groups { found: vec![(group, group_seen)], missing: Vec::new() },
            Observation::Instances { found, missing: Vec::new() },
            Observation::ClusterRead { cluster: cluster.clone(), began_at: seen_at, listed },
        ] {
            snapshot.apply(observation, seen_at);
        }
        let look = Look::Cluster(cluster);
        snapshot.begin(look.subjects(), seen_at);
        snapshot.end(look.subjects(), false);
        Self { snapshot, cases: Cases::default(), policies: settings.policies }
    }

    fn hears(&mut self, number: usize) {
        let Ok(Parsed::Signals(signals)) = signal::parse(&notice(number), now()) else { return };
        for signal in &signals {
            self.cases.admit(signal, false, now());
        }
    }

    fn think(&self) -> Vec<Step> {
        plan(&self.snapshot, &self.cases, &self.policies, now()).steps
    }

    /// Everything that is decided for them is under way.
    fn acts(&mut self) {
        for step in self.think() {
            self.cases.apply(&step, now());
        }
    }
}

fn member() -> Member {
    Member { lifecycle: Lifecycle::InService, availability_zone: Some("us-east-1a".into()), instance_type: None }
}

fn container_instance(number: usize, seen_at: Timestamp) -> ContainerInstance {
    let arn = format!("arn:aws:ecs:us-east-1:123456789012:container-instance/web/{number:032x}");
    ContainerInstance {
        cluster: "web".into(),
        arn: arn.as_str().into(),
        status: InstanceStatus::Active,
        draining_since: None,
        disconnected_since: None,
        provider: Some("web-spot".into()),
        availability_zone: Some("us-east-1a".into()),
        instance_type: Some(Arc::from("m5.large")),
        registered_at: seen_at - SignedDuration::from_hours(1),
        ignored: false,
        mark: None,
        tasks: 4,
        version: None,
        observed_at: seen_at,
        looked_at: seen_at,
        gone_at: None,
    }
}

/// AWS that takes no time.
#[derive(Debug)]
struct AtOnce;

impl HttpConnector for AtOnce {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = match request.headers().get("x-amz-target") {
            Some(_) => "{}",
            None => "<DetachInstancesResponse><DetachInstancesResult/></DetachInstancesResponse>",
        };
        let status = 200.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

/// What the AWS SDK takes for the two requests of a notice, and for their answers.
fn asking(criterion: &mut Criterion) {
    let clock = Clock::system();
    let http = http_client_fn(|_, _| SharedHttpConnector::new(AtOnce));
    let region: Region = "us-east-1".into();
    let connection = Connection::through(http, &region, &clock);
    let clients = Clients::new(&connection, [region.clone()], &Gates::new(&api::ApiBudget::default(), &clock));
    let clients = clients.of(&region, "bench").expect("it is there").clone();
    // Without the gate, whose tokens would be what is measured.
    let config = clients.ecs.config().to_builder().http_client(http_client_fn(|_, _| SharedHttpConnector::new(AtOnce)));
    let ecs = aws_sdk_ecs::Client::from_conf(config.build());
    let config = clients.autoscaling.config().to_builder();
    let config = config.http_client(http_client_fn(|_, _| SharedHttpConnector::new(AtOnce)));
    let autoscaling = aws_sdk_autoscaling::Client::from_conf(config.build());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    criterion.bench_function("both requests of a notice, built, signed and answered", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let call = autoscaling.detach_instances().auto_scaling_group_name("web").instance_ids("i-1");
                call.should_decrement_desired_capacity(false).send().await.expect("an answer");
                let call = ecs.update_container_instances_state().cluster("web").container_instances("a");
                call.status(ContainerInstanceStatus::Draining).send().await.expect("an answer");
            });
        });
    });
}

fn thinking(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a thought, 5,000 instances");
    group.sample_size(20);
    for open in [0, 1, 100, 5_000] {
        let mut mind = Mind::full();
        (0..open).for_each(|number| mind.hears(number));
        group.bench_function(BenchmarkId::new("new cases", open), |bencher| bencher.iter(|| black_box(mind.think())));
        mind.acts();
        group.bench_function(BenchmarkId::new("open cases", open), |bencher| bencher.iter(|| black_box(mind.think())));
    }
    group.finish();
}

criterion_group!(benches, understanding, asking, thinking);
criterion_main!(benches);
