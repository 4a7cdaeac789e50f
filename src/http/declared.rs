//! `/api/v1/clusters` and `/api/v1/operator`: what was declared, and how it stands. Changes nothing and knows nothing of planning.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::query::is_local;
use super::refusal::{refuse, unreadable};
use super::{Shown, json};
use crate::api::{
    API_VERSION, Condition, Declared, DeclaredMetadata, List, Metadata, OperatorSpec, OperatorStatus, ReplicaStatus,
    Resource, SpotClusterSpec, SpotClusterStatus,
};
use crate::operator::configuration::InForce;
use crate::operator::problems::Standing;
use crate::telemetry::Census;
use crate::telemetry::case_line::to_milliseconds;
use crate::telemetry::cluster_view::{ClusterView, Judgement, Verdict};

type Cluster = Declared<SpotClusterSpec, SpotClusterStatus>;

/// All clusters.
pub async fn clusters(State(shown): State<Shown>) -> Response {
    let in_force = shown.configuration.in_force();
    let there = There::now(&shown);
    let items =
        in_force.manifests.clusters.iter().map(|cluster| declared(cluster, &in_force, &shown, &there)).collect();
    json(StatusCode::OK, &List::<Cluster> { items })
}

/// The cluster with this name, with what happened there lately.
pub async fn cluster(State(shown): State<Shown>, name: Result<Path<String>, PathRejection>) -> Response {
    let Ok(Path(name)) = name else { return unreadable() };
    let in_force = shown.configuration.in_force();
    match in_force.manifests.clusters.iter().find(|cluster| cluster.metadata.name == name) {
        Some(cluster) => {
            let mut declared = declared(cluster, &in_force, &shown, &There::now(&shown));
            declared.status.events = shown.registry.events_of_cluster(&cluster.metadata.name);
            json(StatusCode::OK, &declared)
        }
        None => {
            let names: Vec<&str> =
                in_force.manifests.clusters.iter().take(20).map(|it| it.metadata.name.as_str()).collect();
            let message = format!("there is no SpotCluster by that name; there are {}", names.join(", "));
            refuse(StatusCode::NOT_FOUND, "NotFound", message)
        }
    }
}

/// The operator itself.
pub async fn operator(State(shown): State<Shown>, RawQuery(query): RawQuery) -> Response {
    let in_force = shown.configuration.in_force();
    let operator = &in_force.manifests.operator;
    let status = OperatorStatus {
        observed_generation: in_force.generation,
        conditions: of_operator(&in_force, &shown),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        region: shown.configuration.region().to_string(),
        clusters: in_force.manifests.clusters.len() as u64,
        open_interruptions: shown.board.open() as u64,
        time: Some(to_milliseconds(shown.clock.now())),
        budget: shown.metrics.budget(),
        replicas: replicas(&shown, &in_force, &query.unwrap_or_default()).await,
    };
    let spec: OperatorSpec = operator.spec.clone();
    json(StatusCode::OK, &resource(operator, in_force.generation, spec, status))
}

/// This operator, and the others unless only it was asked for; nothing where it works alone.
async fn replicas(shown: &Shown, in_force: &InForce, query: &str) -> Vec<ReplicaStatus> {
    if !shown.replicas.are_several() {
        return Vec::new();
    }
    let clusters = in_force.manifests.clusters.iter().map(|cluster| cluster.metadata.name.clone());
    let me = ReplicaStatus {
        name: shown.replicas.name().to_owned(),
        is_self: true,
        answers: true,
        clusters: clusters.collect(),
        message: String::new(),
    };
    let others = if is_local(query) { Arc::default() } else { shown.replicas.others().await };
    std::iter::once(me).chain(others.iter().map(|other| other.status.clone())).collect()
}

fn resource<R, S, T>(declared: &Resource<R>, generation: u64, spec: S, status: T) -> Declared<S, T> {
    let Metadata { name, labels, annotations } = declared.metadata.clone();
    Declared {
        api_version: API_VERSION.to_owned(),
        kind: declared.kind.clone(),
        metadata: DeclaredMetadata { name, labels, annotations, generation },
        spec,
        status,
    }
}

/// What is read once for all clusters.
struct There {
    census: BTreeMap<String, Census>,
    troubles: Vec<(String, Standing)>,
}

impl There {
    fn now(shown: &Shown) -> Self {
        Self { census: shown.board.census(), troubles: shown.problems.all() }
    }
}

fn declared(cluster: &Resource<SpotClusterSpec>, in_force: &InForce, shown: &Shown, there: &There) -> Cluster {
    let (name, generation) = (&cluster.metadata.name, in_force.generation);
    let view = shown.registry.cluster(name);
    let mut status = view.as_deref().map(|view| stands(view, generation)).unwrap_or_default();
    let troubles = troubles(name, view.as_deref(), &there.troubles);
    let census = there.census.get(name).cloned().unwrap_or_default();
    status.conditions.push(working(&troubles, in_force).condition("Working", generation));
    for pool in &mut status.capacity_providers {
        let history = shown.registry.history(name, &pool.name);
        pool.lead_seconds = history.lead();
        pool.interruptions_last_day = history.interruptions_last_day(shown.clock.now());
        let stand_ins = match census.stand_ins.get(&pool.name) {
            None | Some(0) => None,
            Some(1) => Some("an instance of another capacity provider".to_owned()),
            Some(many) => Some(format!("{many} instances of other capacity providers")),
        };
        let both: Vec<String> = pool.fallback_in_use.take().into_iter().chain(stand_ins).collect();
        pool.fallback_in_use = Some(both.join("; ")).filter(|both| !both.is_empty());
    }
    status.observed_generation = generation;
    status.open_interruptions = census.open as u64;
    resource(cluster, generation, cluster.spec.clone(), status)
}

fn stands(view: &ClusterView, generation: u64) -> SpotClusterStatus {
    SpotClusterStatus {
        observed_generation: generation,
        conditions: view.judgements.iter().map(|(kind, judgement)| judgement.condition(kind, generation)).collect(),
        region: view.region.clone(),
        instances: view.instances as u64,
        draining: view.draining as u64,
        observed_at: view.observed_at.map(to_milliseconds),
        capacity_providers: view.pools.clone(),
        ..SpotClusterStatus::default()
    }
}

/// What stands in the way of calls about a cluster or the groups behind its capacity providers.
fn troubles(name: &str, view: Option<&ClusterView>, all: &[(String, Standing)]) -> Vec<(String, Standing)> {
    let cluster = format!("cluster {name}");
    let groups: Vec<&str> =
        view.iter().flat_map(|view| &view.pools).filter_map(|pool| pool.auto_scaling_group.as_deref()).collect();
    let is_about =
        |object: &str| object.ends_with(&cluster) || groups.iter().any(|group| object.ends_with(&format!(" {group}")));
    all.iter().filter(|(object, _)| is_about(object)).cloned().collect()
}

/// Whether nothing stands in the way of the calls.
fn working(troubles: &[(String, Standing)], in_force: &InForce) -> Judgement {
    let judgement = match troubles.first() {
        None => Judgement::new(Verdict::True, "Answering", "AWS answers all that is asked"),
        Some((_, first)) => {
            let all: Vec<String> =
                troubles.iter().map(|(object, it)| format!("{object}: {}; {}", it.message, it.remedy)).collect();
            Judgement { since: first.since, ..Judgement::new(Verdict::False, "CallsFail", &all.join("; ")) }
        }
    };
    Judgement { since: judgement.since.max(in_force.began), ..judgement }
}

fn of_operator(in_force: &InForce, shown: &Shown) -> Vec<Condition> {
    let generation = in_force.generation;
    let readiness = shown.problems.readiness();
    let waiting: Vec<String> = readiness.waiting_for.iter().map(|(object, why)| format!("{object} {why}")).collect();
    let ready = match readiness.ready {
        true => Judgement::new(Verdict::True, "Ready", "the index was filled and every queue has answered"),
        false => Judgement::new(Verdict::False, "Waiting", &waiting.join("; ")),
    };
    let ready = Judgement { since: readiness.since.unwrap_or(in_force.began), ..ready };
    let accepted = match &in_force.refused {
        Some(refused) => {
            Judgement { since: refused.since, ..Judgement::new(Verdict::False, "Refused", &refused.why.to_string()) }
        }
        None if in_force.awaits_restart.is_empty() => Judgement {
            since: in_force.accepted_since,
            ..Judgement::new(Verdict::True, "Accepted", "the manifests are in force as they were read last")
        },
        None => Judgement {
            since: in_force.accepted_since,
            ..Judgement::new(
                Verdict::True,
                "RestartNeeded",
                &format!("in force but for what a restart takes over: {}", in_force.awaits_restart.join("; ")),
            )
        },
    };
    let working = working(&shown.problems.all(), in_force);
    [("Ready", ready), ("ConfigAccepted", accepted), ("Working", working)]
        .map(|(kind, judgement)| judgement.condition(kind, generation))
        .into()
}
