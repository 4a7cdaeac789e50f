//! The manifests in force, and what came of the last attempt to change them.
//!
//! A change is taken over as a whole or not at all. Who reads manifests from where is not known here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::settings::Settings;
use crate::api::{Change, Http, Manifests, Problem, Problems, changes};
use crate::clock::Clock;
use crate::ids::{ClusterKey, Region};
use crate::observe::Address;

/// So many names of clusters are remembered.
const NAMES_MAX: usize = 10_000;

/// So many changes are named in the log.
const NAMED_MAX: usize = 20;

/// The manifests in force.
#[derive(Debug)]
pub struct Configuration {
    state: Mutex<InForce>,
    settings: watch::Sender<Settings>,
    /// What the HTTP server was started with.
    http: Http,
    region: Region,
    clock: Clock,
}

/// What is in force, and what was refused.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The manifests.
    pub manifests: Arc<Manifests>,
    /// Every cluster that was ever declared, by its name.
    places: BTreeMap<ClusterKey, Address>,
    /// Counts the changes that were taken over, from 1.
    pub generation: u64,
    /// Since when they are in force.
    pub since: Timestamp,
    /// Since when there is a configuration at all.
    pub began: Timestamp,
    /// Since when no attempt to change them was refused.
    pub accepted_since: Timestamp,
    /// Why the last attempt to change them was refused, if it was.
    pub refused: Option<Refused>,
    /// What only a restart takes over.
    pub awaits_restart: Vec<String>,
}

/// An attempt to change the manifests that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Since when it is.
    pub since: Timestamp,
    /// Why.
    pub why: Problems,
}

impl Configuration {
    /// `manifests` are in force, for an operator whose own Region is `region`.
    ///
    /// # Errors
    /// Two of the clusters turn out to be the same.
    pub fn new(manifests: Manifests, region: &Region, clock: &Clock) -> Result<Self, Problems> {
        let settings = Settings::checked(&manifests, region)?;
        let http = manifests.operator.spec.http.clone();
        let state = InForce {
            manifests: Arc::new(manifests),
            places: settings.addresses(),
            generation: 1,
            since: clock.now(),
            began: clock.now(),
            accepted_since: clock.now(),
            refused: None,
            awaits_restart: Vec::new(),
        };
        let (settings, _) = watch::channel(settings);
        Ok(Self { state: Mutex::new(state), settings, http, region: region.clone(), clock: clock.clone() })
    }

    /// The operator's own Region.
    #[must_use]
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// What is in force now.
    #[must_use]
    pub fn in_force(&self) -> InForce {
        self.lock().clone()
    }

    /// The settings, now and whenever they change.
    #[must_use]
    pub fn settings(&self) -> watch::Receiver<Settings> {
        self.settings.subscribe()
    }

    /// Takes over what was read, or notes why not: what was in force before stays so then.
    pub fn offer(&self, read: Result<Manifests, Problems>) {
        let checked = read.and_then(|manifests| {
            let settings = Settings::checked(&manifests, &self.region)?;
            self.stays_what_it_is(&settings)?;
            Ok((settings, manifests))
        });
        match checked {
            Ok((settings, manifests)) => self.accept(settings, manifests),
            Err(why) => self.refuse(why),
        }
    }

    /// What goes on in a cluster is known by its name, also after it has gone from the manifests: another cluster by that name would be
    /// taken for it, and by two names it would be two.
    fn stays_what_it_is(&self, settings: &Settings) -> Result<(), Problems> {
        let known = &self.lock().places;
        let refused = settings.addresses().into_iter().filter_map(|(key, address)| {
            let before = known.iter().find(|(name, place)| (**name == key) != place.is_same_place(&address))?;
            Some(Problem::with_file("the manifests", moved(&key, &address, before)))
        });
        let mut refused: Vec<Problem> = refused.collect();
        if known.len() > NAMES_MAX {
            let message =
                format!("more than {NAMES_MAX} names of clusters have come and gone: start the operator anew");
            refused.push(Problem::with_file("the manifests", message));
        }
        if refused.is_empty() { Ok(()) } else { Err(Problems(refused)) }
    }

    fn accept(&self, settings: Settings, manifests: Manifests) {
        let mut state = self.lock();
        let was_refused = state.refused.take().is_some();
        if was_refused {
            state.accepted_since = self.clock.now();
        }
        let changes = changes(&state.manifests, &manifests);
        if changes.is_empty() {
            if was_refused {
                let generation = state.generation;
                tracing::info!(event = "config.accepted", generation, "the manifests are as they are in force again");
            }
            return;
        }
        state.generation += 1;
        state.since = self.clock.now();
        state.awaits_restart = match manifests.operator.spec.http == self.http {
            true => Vec::new(),
            false => vec!["spec.http".to_owned()],
        };
        let (generation, count) = (state.generation, changes.len());
        let named: Vec<String> = changes.iter().take(NAMED_MAX).map(Change::to_string).collect();
        state.manifests = Arc::new(manifests);
        state.places.extend(settings.addresses());
        drop(state);
        tracing::info!(
            event = "config.accepted",
            generation,
            count,
            changes = named.join("; "),
            "manifests changed, generation {generation}: {}",
            named.join("; ")
        );
        self.settings.send_replace(settings);
    }

    fn refuse(&self, why: Problems) {
        let mut state = self.lock();
        if state.refused.as_ref().is_some_and(|refused| refused.why == why) {
            return;
        }
        let (count, first) = (why.0.len(), why.0.first().map(ToString::to_string).unwrap_or_default());
        state.refused = Some(Refused { since: self.clock.now(), why });
        tracing::warn!(
            event = "config.refused",
            generation = state.generation,
            count,
            reason = first,
            "the changed manifests are refused as a whole, those of generation {} stay in force: {first}",
            state.generation
        );
    }

    fn lock(&self) -> MutexGuard<'_, InForce> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn moved(key: &ClusterKey, address: &Address, (name, place): (&ClusterKey, &Address)) -> String {
    let mend = "or start the operator anew";
    match name == key {
        true => format!(
            "SpotCluster `{key}` is for the ECS cluster `{}` in {}, and cannot become one for `{}` in {} while the operator runs: give \
             that one another name, {mend}",
            place.name(),
            place.region,
            address.name(),
            address.region
        ),
        false => format!(
            "the ECS cluster `{}` in {} is known as SpotCluster `{name}`, and cannot become `{key}` while the operator runs: keep its \
             name, {mend}",
            place.name(),
            place.region
        ),
    }
}
