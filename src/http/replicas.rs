//! The other operators that share the queues: asked what they have, so that whoever asks one of them reads of all. They are found
//! by a name that resolves to the addresses of all. Asks with GET only, and never asks one that was asked by a replica itself.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::asking::Server;
use crate::api::{Declared, Interruption, InterruptionList, OperatorSpec, OperatorStatus, ReplicaStatus, Resource};
use crate::clock::Clock;

/// What is known of the others is so old at most.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// One that has not answered by then is told of as silent.
const PATIENCE: Duration = Duration::from_secs(1);

/// So many addresses are asked at most.
const ADDRESSES_MAX: usize = 16;

/// So many interruptions of each are shown at most.
const LIMIT: usize = 1_000;

/// The other operators that share the queues.
pub struct Replicas {
    name: String,
    shared: Option<Server>,
    clock: Clock,
    kept: Mutex<Option<(Duration, Arc<Vec<Other>>)>>,
    revision: AtomicU64,
}

/// Another one, and what it has.
#[derive(Clone, Debug)]
pub struct Other {
    /// How it stands.
    pub status: ReplicaStatus,
    server: Server,
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
        Self { name, shared, clock: clock.clone(), kept: Mutex::default(), revision: AtomicU64::new(0) }
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

    /// Counts how often the others had something to tell.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// The others, as they were a moment ago. Whoever asks while they are asked waits for the same answers.
    pub async fn others(&self) -> Arc<Vec<Other>> {
        let Some(shared) = &self.shared else { return Arc::default() };
        let mut kept = self.kept.lock().await;
        let now = self.clock.elapsed();
        match &*kept {
            Some((at, others)) if now.saturating_sub(*at) < FRESH_FOR => Arc::clone(others),
            before => {
                let others = Arc::new(self.look(shared).await);
                let same = before.as_ref().is_some_and(|(_, before)| {
                    before
                        .iter()
                        .map(|other| (&other.status, &other.list))
                        .eq(others.iter().map(|it| (&it.status, &it.list)))
                });
                if !same {
                    self.revision.fetch_add(1, Ordering::Relaxed);
                }
                *kept = Some((self.clock.elapsed(), Arc::clone(&others)));
                others
            }
        }
    }

    /// One of their interruptions, with what happened in it.
    pub async fn find(&self, id: &str) -> Option<Interruption> {
        let others = self.others().await;
        let has = |it: &Interruption| it.metadata.name == id || it.spec.instance_id == id;
        let other = others.iter().find(|other| other.list.items.iter().any(has))?;
        let name = other.list.items.iter().find(|it| has(it)).map(|it| it.metadata.name.replace('@', "%40"))?;
        let path = format!("/api/v1/interruptions/{name}?local=true");
        let mut found: Interruption = self.ask(&other.server, &path).await.ok()?;
        found.status.replica = Some(other.status.name.clone());
        Some(found)
    }

    async fn look(&self, shared: &Server) -> Vec<Other> {
        let looked_up = self.clock.timeout(PATIENCE, tokio::net::lookup_host(shared.host())).await;
        let addresses: BTreeSet<SocketAddr> = match looked_up {
            Some(Ok(addresses)) => addresses.collect(),
            Some(Err(error)) => return vec![silent(shared, format!("its name is not resolved: {error}"))],
            None => return vec![silent(shared, "its name is not resolved in time".to_owned())],
        };
        let asking = addresses.into_iter().take(ADDRESSES_MAX).map(|address| self.look_at(Server::at(address)));
        join_all(asking).await.into_iter().flatten().collect()
    }

    /// Nothing where it is this one.
    async fn look_at(&self, server: Server) -> Option<Other> {
        let asked: Result<Declared<OperatorSpec, OperatorStatus>, String> =
            self.ask(&server, "/api/v1/operator?local=true").await;
        let status = match asked {
            Ok(operator) => operator.status.replicas.into_iter().find(|replica| replica.is_self),
            Err(why) => return Some(silent(&server, why)),
        };
        let Some(status) = status else { return Some(silent(&server, "it has no spec.http.replicas".to_owned())) };
        if status.name == self.name {
            return None;
        }
        let path = format!("/api/v1/interruptions?limit={LIMIT}&local=true");
        match self.ask::<InterruptionList>(&server, &path).await {
            Ok(mut list) => {
                list.items.iter_mut().for_each(|it| it.status.replica = Some(status.name.clone()));
                Some(Other { status: ReplicaStatus { is_self: false, ..status }, server, list })
            }
            Err(why) => Some(silent(&server, why)),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, server: &Server, path: &str) -> Result<T, String> {
        let answer = server.ask(path, &self.clock, PATIENCE).await?;
        serde_json::from_value(answer).map_err(|error| format!("it answers as no operator of this version: {error}"))
    }
}

fn silent(server: &Server, why: String) -> Other {
    let status = ReplicaStatus { name: server.url(), message: why, ..ReplicaStatus::default() };
    Other { status, server: server.clone(), list: InterruptionList::default() }
}

/// `own` and those of the others: the open ones by deadline, then those that ended, `limit` at most. Two may have been told of one
/// instance: this one's word counts, unless only the other has it open.
pub fn merged(own: InterruptionList, others: &[Other], limit: usize) -> InterruptionList {
    if others.is_empty() {
        return own;
    }
    let all = own.items.len()
        + own.remaining_item_count
        + others.iter().map(|other| other.list.items.len() + other.list.remaining_item_count).sum::<usize>();
    let (mut items, mut doubles) = (own.items, 0);
    for theirs in others.iter().flat_map(|other| &other.list.items) {
        match items.iter_mut().find(|it| it.metadata.name == theirs.metadata.name) {
            Some(known) => {
                doubles += 1;
                if theirs.status.open && !known.status.open {
                    *known = theirs.clone();
                }
            }
            None => items.push(theirs.clone()),
        }
    }
    items.sort_by(|a, b| order(a).cmp(&order(b)));
    items.truncate(limit);
    InterruptionList { remaining_item_count: all.saturating_sub(doubles + items.len()), items }
}

/// The open ones by deadline, those without one last; all that ended stay as they came.
fn order(it: &Interruption) -> (bool, bool, Option<&str>) {
    let deadline = it.spec.deadline.as_deref().filter(|_| it.status.open);
    (!it.status.open, it.status.open && deadline.is_none(), deadline)
}
