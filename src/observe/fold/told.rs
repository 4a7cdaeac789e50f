//! Brings what an event told into the snapshot. It never undoes what was seen later, and an event that comes twice changes
//! nothing. Nothing is kept of what nobody looks at.

use std::sync::Arc;

use jiff::Timestamp;

use crate::ids::{ClusterKey, ContainerInstanceArn, InstanceId, Region, TaskArn};
use crate::observe::Subject;
use crate::observe::order::Moment;
use crate::observe::snapshot::{ContainerInstance, InstanceStatus, Snapshot};
use crate::observe::task::Task;

/// A container instance as an event shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceTold {
    /// Its cluster.
    pub cluster: ClusterKey,
    /// Its name in ECS.
    pub arn: ContainerInstanceArn,
    /// Whether it takes tasks.
    pub status: Option<InstanceStatus>,
    /// Whether its agent is connected.
    pub agent_connected: Option<bool>,
    /// Counts its changes.
    pub version: Option<i64>,
    /// When it was like that, by AWS's clock.
    pub at: Timestamp,
}

/// A task as an event shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskTold {
    /// Its cluster.
    pub cluster: ClusterKey,
    /// What it runs on.
    pub host: ContainerInstanceArn,
    /// Its own ARN.
    pub arn: TaskArn,
    /// It, seen when it was like that, by AWS's clock.
    pub task: Task,
}

impl Snapshot {
    /// The managed cluster that an ARN names: `arn:…:ecs:<Region>:<account>:cluster/<name>`.
    #[must_use]
    pub fn cluster_named(&self, arn: &str) -> Option<&ClusterKey> {
        let region = Region::from(arn.split(':').nth(3)?);
        let (_, name) = arn.split_once(":cluster/")?;
        let named = self.clusters.iter().find(|(_, cluster)| cluster.region == region && *cluster.name == *name);
        named.map(|(key, _)| key)
    }

    pub(super) fn instance_told(&mut self, id: InstanceId, told: InstanceTold, now: Timestamp) {
        let same = |known: &&ContainerInstance| {
            known.cluster == told.cluster && known.arn.last_segment() == told.arn.last_segment()
        };
        let Some(known) = self.instances.get(&id).filter(same) else { return self.hear_of(id, told) };
        let at = told.at.min(now);
        // What is gone does not come back under the same name.
        if known.gone_at.is_some() || !told.moment(at).is_news_to(known.moment()) {
            return;
        }
        match told.status {
            Some(InstanceStatus::Inactive) => self.note_end(&id, now),
            Some(InstanceStatus::Draining) => self.note_drain(&id),
            _ => {}
        }
        self.instances.get_mut(&id).into_iter().for_each(|known| known.take_in(&told, at, now));
        self.told.insert(Subject::Instance(id), at);
    }

    /// An event does not show the attribute that keeps us away from an instance, so that one has to be looked at.
    fn hear_of(&mut self, id: InstanceId, told: InstanceTold) {
        if matches!(told.status, Some(InstanceStatus::Active | InstanceStatus::Draining)) {
            self.heard_of.insert(id, told.cluster);
        }
    }

    pub(super) fn task_told(&mut self, told: TaskTold, now: Timestamp) {
        let TaskTold { cluster, host, arn, task } = told;
        let Some(id) = self.instance_of.get(host.last_segment()) else { return };
        let subject = Subject::Tasks(id.clone());
        let managed = self.instances.get(id).is_some_and(|instance| instance.cluster == cluster);
        let Some(of) = self.tasks.get_mut(id).filter(|_| managed) else { return };
        let mut task = Task { observed_at: task.observed_at.min(now), ..task };
        match of.tasks.get(&arn) {
            Some(known) if !task.moment().is_news_to(known.moment()) => return,
            Some(known) => task.keep(known),
            // What nobody has asked for in an hour is an instance that lives on: its tasks come and go for ever.
            None if !self.asked.contains_key(&subject) => return,
            _ => {}
        }
        self.told.insert(subject, task.observed_at);
        of.tasks.insert(arn, task);
    }
}

impl InstanceTold {
    fn moment(&self, at: Timestamp) -> Moment {
        Moment { version: self.version, at }
    }
}

impl ContainerInstance {
    /// Where this sight of it stands among others.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment { version: self.version, at: self.observed_at }
    }

    fn take_in(&mut self, told: &InstanceTold, at: Timestamp, now: Timestamp) {
        if let Some(status) = &told.status {
            self.status = status.clone();
            let drains = self.status == InstanceStatus::Draining;
            self.draining_since = drains.then(|| self.draining_since.unwrap_or(at));
        }
        match told.agent_connected {
            Some(true) => self.disconnected_since = None,
            Some(false) => self.disconnected_since = self.disconnected_since.or(Some(at)),
            None => {}
        }
        if self.status == InstanceStatus::Inactive {
            self.gone_at = Some(now);
        }
        self.version = told.version.or(self.version);
        self.observed_at = self.observed_at.max(at);
    }
}

impl Task {
    /// What an event does not tell stays as it was known.
    fn keep(&mut self, known: &Self) {
        self.endpoints.clone_from(&known.endpoints);
        if self.definition.is_empty() {
            self.definition = Arc::clone(&known.definition);
        }
    }

    /// Where this sight of it stands among others.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment { version: self.version, at: self.observed_at }
    }
}

#[cfg(test)]
mod tests;
