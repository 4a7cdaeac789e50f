//! The other operators that share the queues: asked what they have, so that whoever asks one of them reads of all. They are found
//! by a name that resolves to the addresses of all. Asks with GET only, and never asks one that was asked by a replica itself.
//! What they say is read leniently: one of them may be newer or older.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::asking::{Limits, Server};
use crate::api::{Interruption, InterruptionList, OperatorSpec, ReplicaStatus, Resource};
use crate::clock::Clock;

/// What is known of the others is asked for anew after so long.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// What a replica had is shown for so long after it has fallen silent: it may only be busy.
const REMEMBERED_FOR: Duration = Duration::from_secs(30);

/// One that has not answered by then is told of as silent. A thousand interruptions have some 3 MiB.
const LIMITS: Limits = Limits { patience: Duration::from_secs(1), bytes: 8 * 1024 * 1024 };

/// So many addresses are asked at most.
const ADDRESSES_MAX: usize = 16;

/// So many interruptions of each are shown at most.
const LIMIT: usize = 1_000;

/// The other operators that share the queues.
pub struct Replicas {
    name: String,
    shared: Option<Server>,
    clock: Clock,
    /// Held by the one who asks them; whoever else wants to know takes what is known.
    asking: Mutex<()>,
    known: StdMutex<(Option<Duration>, Arc<Vec<Other>>)>,
    revision: AtomicU64,
}

/// Another one, and what it has.
#[derive(Clone, Debug)]
pub struct Other {
    /// How it stands.
    pub status: ReplicaStatus,
    server: Server,
    answered_at: Option<Duration>,
    list: InterruptionList,
}

impl fmt::Debug for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replicas").field("name", &self.name).field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Replicas {
    /// Those that `operator` names.
    #[must_use]
    pub fn of(operator: &Resource<OperatorSpec>, clock: &Clock) -> Self {
        // `check` has refused what is no address.
        let shared = operator.spec.http.replicas.as_deref().and_then(|url| url.parse().ok());
        let host = std::env::var("HOSTNAME").unwrap_or_else(|_| operator.metadata.name.clone());
        let name = format!("{host}-{:04x}", fastrand::u16(..));
        let (asking, known, revision) = (Mutex::default(), StdMutex::default(), AtomicU64::new(0));
        Self { name, shared, clock: clock.clone(), asking, known, revision }
    }

    /// The name of this one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether there may be others.
    #[must_use]
    pub const fn are_several(&self) -> bool {
        self.shared.is_some()
    }

    /// Counts how often the others had something else to tell.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// The others, as they were a moment ago. While somebody asks them, everybody else gets what is known.
    pub async fn others(&self) -> Arc<Vec<Other>> {
        let Some(shared) = &self.shared else { return Arc::default() };
        let (asked_at, known) = self.known().clone();
        let is_fresh = asked_at.is_some_and(|at| self.clock.elapsed().saturating_sub(at) < FRESH_FOR);
        // Before the first answer there is nothing to give, and it is waited for.
        let turn = match (is_fresh, asked_at) {
            (true, _) => None,
            (false, Some(_)) => self.asking.try_lock().ok(),
            (false, None) => Some(self.asking.lock().await),
        };
        if turn.is_none() {
            return known;
        }
        let (seen_at, known) = self.known().clone();
        if seen_at != asked_at {
            return known;
        }
        let others = Arc::new(self.look(shared, &known).await);
        if !known.iter().map(Other::essence).eq(others.iter().map(Other::essence)) {
            self.revision.fetch_add(1, Ordering::Relaxed);
        }
        *self.known() = (Some(self.clock.elapsed()), Arc::clone(&others));
        others
    }

    /// One of their interruptions, with what happened in it; one that is open before one that has ended.
    pub async fn find(&self, id: &str) -> Option<Interruption> {
        let others = self.others().await;
        let all = others.iter().flat_map(|other| other.list.items.iter().map(move |it| (other, it)));
        let named = all.filter(|(_, it)| it.metadata.name == id || it.spec.instance_id == id);
        let (other, it) = named.min_by_key(|(_, it)| !it.status.open)?;
        let path = format!("/api/v1/interruptions/{}?local=true", it.metadata.name.replace('@', "%40"));
        let mut found: Interruption = self.ask(&other.server, &path).await.ok()?;
        found.status.replica = Some(other.status.name.clone());
        Some(found)
    }

    async fn look(&self, shared: &Server, known: &[Other]) -> Vec<Other> {
        let looked_up = self.clock.timeout(LIMITS.patience, tokio::net::lookup_host(shared.host())).await;
        let addresses: BTreeSet<SocketAddr> = match looked_up {
            Some(Ok(addresses)) => addresses.collect(),
            Some(Err(error)) => return vec![self.silent(shared, format!("its name is not resolved: {error}"), known)],
            None => return vec![self.silent(shared, "its name is not resolved in time".to_owned(), known)],
        };
        let asking = addresses.into_iter().take(ADDRESSES_MAX).map(|address| self.look_at(Server::at(address), known));
        join_all(asking).await.into_iter().flatten().collect()
    }

    /// Nothing where it is this one.
    async fn look_at(&self, server: Server, known: &[Other]) -> Option<Other> {
        let asked = server.ask("/api/v1/operator?local=true", &self.clock, LIMITS).await;
        let status = match asked {
            Ok(operator) => operator.pointer("/status/replicas/0").cloned().unwrap_or_default(),
            Err(why) => return Some(self.silent(&server, why.to_string(), known)),
        };
        let status = match serde_json::from_value::<ReplicaStatus>(status) {
            Ok(status) if status.is_self => status,
            _ => return Some(self.silent(&server, "it has no spec.http.replicas".to_owned(), known)),
        };
        if status.name == self.name {
            return None;
        }
        let path = format!("/api/v1/interruptions?limit={LIMIT}&local=true");
        match self.ask::<InterruptionList>(&server, &path).await {
            Ok(mut list) => {
                list.items.truncate(LIMIT);
                list.items.iter_mut().for_each(|it| it.status.replica = Some(status.name.clone()));
                let (status, answered_at) = (ReplicaStatus { is_self: false, ..status }, Some(self.clock.elapsed()));
                Some(Other { status, server, answered_at, list })
            }
            Err(why) => Some(self.silent(&server, why, known)),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, server: &Server, path: &str) -> Result<T, String> {
        let answer = server.ask(path, &self.clock, LIMITS).await.map_err(|unanswered| unanswered.to_string())?;
        serde_json::from_value(answer).map_err(|error| format!("it answers as no operator of this version: {error}"))
    }

    /// One that does not answer. For a while it is shown with what it had.
    fn silent(&self, server: &Server, why: String, known: &[Other]) -> Other {
        let is_recent = |at: &Duration| self.clock.elapsed().saturating_sub(*at) < REMEMBERED_FOR;
        let before =
            known.iter().find(|other| other.server == *server && other.answered_at.as_ref().is_some_and(is_recent));
        match before {
            Some(before) => {
                let status = ReplicaStatus { answers: false, message: why, ..before.status.clone() };
                Other { status, ..before.clone() }
            }
            None => {
                let status = ReplicaStatus { name: server.url(), message: why, ..ReplicaStatus::default() };
                Other { status, server: server.clone(), answered_at: None, list: InterruptionList::default() }
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, (Option<Duration>, Arc<Vec<Other>>)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Other {
    /// What it tells, but for what time alone changes.
    fn essence(&self) -> (&ReplicaStatus, Vec<impl PartialEq + use<'_>>) {
        let items = self.list.items.iter().map(|it| {
            let status = &it.status;
            (&it.metadata.name, status.open, &status.phases, status.tasks, &status.waiting_for, &status.reason)
        });
        (&self.status, items.collect())
    }
}

/// `own` and those of the others: the open ones by deadline, then those that ended, the latest first, `limit` at most. Two may have
/// been told of one instance: this one's word counts, unless only the other has it open.
pub fn merged(own: InterruptionList, others: &[Other], limit: usize) -> InterruptionList {
    if others.is_empty() {
        return own;
    }
    let lists = || others.iter().map(|other| &other.list);
    let unseen = own.remaining_item_count + lists().map(|list| list.remaining_item_count).sum::<usize>();
    let mut by_name: BTreeMap<String, Interruption> =
        own.items.into_iter().map(|it| (it.metadata.name.clone(), it)).collect();
    for theirs in lists().flat_map(|list| &list.items) {
        let known = by_name.get(&theirs.metadata.name);
        if known.is_none_or(|known| theirs.status.open && !known.status.open) {
            by_name.insert(theirs.metadata.name.clone(), theirs.clone());
        }
    }
    let mut items: Vec<Interruption> = by_name.into_values().collect();
    let (all, ended_at) = (items.len(), |it: &Interruption| it.status.phases.values().max().cloned());
    items.sort_by(|a, b| {
        (!a.status.open, deadline(a)).cmp(&(!b.status.open, deadline(b))).then_with(|| ended_at(b).cmp(&ended_at(a)))
    });
    items.truncate(limit);
    InterruptionList { remaining_item_count: unseen + all - items.len(), items }
}

/// Of the open ones those without one come last.
fn deadline(it: &Interruption) -> (bool, Option<&str>) {
    let deadline = it.spec.deadline.as_deref().filter(|_| it.status.open);
    (it.status.open && deadline.is_none(), deadline)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn interruption(instance: &str, deadline: &str, ended: Option<&str>) -> Interruption {
        let phases = ended.map_or_else(|| json!({}), |at| json!({"closed": at}));
        serde_json::from_value(json!({
            "apiVersion": "ecs-spot-operator/v1", "kind": "Interruption", "metadata": {"name": format!("{instance}@x")},
            "spec": {"instanceId": instance, "signal": "interruption_notice", "saidAt": "x", "deadline": deadline},
            "status": {
                "case": "x", "instance_id": instance, "signal": "interruption_notice", "phases": phases, "open": ended.is_none(),
                "tasks": {"graceful": 0, "killed": 0, "running": 0},
            },
        }))
        .unwrap()
    }

    fn other(items: Vec<Interruption>) -> Other {
        let server: Server = "http://127.0.0.1:1".parse().unwrap();
        let status = ReplicaStatus { name: "b".to_owned(), answers: true, ..ReplicaStatus::default() };
        let list = InterruptionList { items, remaining_item_count: 3 };
        Other { status, server, answered_at: Some(Duration::ZERO), list }
    }

    #[test]
    fn open_ones_come_by_deadline_and_ended_ones_by_their_end_whoever_has_them() {
        let own = vec![
            interruption("i-1", "03:02", None),
            interruption("i-2", "03:00", Some("03:01")),
            interruption("i-3", "03:00", Some("03:03")),
        ];
        let theirs = vec![
            interruption("i-4", "03:01", None),
            interruption("i-2", "03:00", None),
            interruption("i-5", "03:00", Some("03:02")),
        ];
        let own = InterruptionList { items: own, remaining_item_count: 1 };
        let names = |list: &InterruptionList| -> Vec<String> {
            list.items.iter().map(|it| it.spec.instance_id.clone()).collect()
        };
        let all = merged(own.clone(), &[other(theirs.clone())], 10);
        assert_eq!(
            (names(&all), all.remaining_item_count),
            (["i-2", "i-4", "i-1", "i-3", "i-5"].map(String::from).into(), 4)
        );
        let few = merged(own, &[other(theirs)], 2);
        assert_eq!((names(&few), few.remaining_item_count), (["i-2", "i-4"].map(String::from).into(), 7));
    }

    #[test]
    fn one_that_falls_silent_is_shown_with_what_it_had() {
        let text = "apiVersion: ecs-spot-operator/v1\nkind: Operator\nmetadata: {name: o}\nspec: {queues: [{url: 'https://q/1'}]}\n---\n\
            apiVersion: ecs-spot-operator/v1\nkind: SpotCluster\nmetadata: {name: web}\nspec: {cluster: web}\n";
        let manifests = crate::api::load_str("test", text).unwrap();
        let clock = Clock::simulated("2026-01-02T03:00:00Z".parse().unwrap(), 1e-9);
        let replicas = Replicas::of(&manifests.operator, &clock);
        let before = other(vec![interruption("i-1", "03:02", None)]);
        let now = replicas.silent(&before.server, "busy".to_owned(), std::slice::from_ref(&before));
        assert_eq!((now.status.name.as_str(), now.status.answers, now.list.items.len()), ("b", false, 1));
        assert!(now.essence() != before.essence());
        let stranger = replicas.silent(&"http://127.0.0.1:2".parse().unwrap(), "busy".to_owned(), &[before]);
        assert_eq!((stranger.status.name.as_str(), stranger.list.items.len()), ("http://127.0.0.1:2", 0));
    }
}
