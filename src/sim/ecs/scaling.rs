//! Managed scaling and managed termination protection (ECS Developer Guide, "Cluster auto scaling"): every minute the
//! reservation is measured, and alarms on it move the group's desired capacity.
//!
//! The reservation is the instances needed in percent of those there: M / N x 100. N are the ACTIVE instances; M those of
//! them with a task that is no daemon's, and as many more as the waiting tasks fill.

use std::collections::BTreeMap;

use super::Ecs;
use super::cluster::Cluster;
use super::instance::{ContainerInstance, capacity};
use super::provider::CapacityProvider;
use super::task::TaskStatus;
use crate::sim::kernel::{Core, EcsTimer, Fact, later};
use crate::sim::spec::Need;

/// From nothing two instances are asked for first: the reservation then counts as 200.
const FROM_NOTHING: u32 = 200;

impl Ecs {
    /// Lets ECS measure a capacity provider from now on, if there is anything to measure it for.
    pub fn start_measuring(&mut self, name: &str, core: &mut Core) {
        let Some(provider) = self.providers.get_mut(name) else { return };
        if provider.needs_measuring() && !std::mem::replace(&mut provider.measured, true) {
            core.after(core.params.scaling_period, EcsTimer::Measure { provider: name.to_owned() });
        }
    }

    pub(super) fn measure(&mut self, name: &str, core: &mut Core) {
        let Self { clusters, providers, .. } = self;
        let Some(provider) = providers.get_mut(name) else { return };
        provider.measured = false;
        let Some(cluster) = clusters.values().find(|cluster| cluster.providers.contains(&provider.name)) else {
            return;
        };
        if provider.managed_termination_protection {
            protect(provider, cluster, core);
        }
        if provider.managed_scaling {
            scale(provider, cluster, core);
        }
        self.start_measuring(name, core);
    }

    pub(super) fn on_desired(&mut self, group: &str, desired: u32) {
        self.providers.values_mut().filter(|p| p.group == group).for_each(|provider| provider.desired = desired);
    }
}

fn scale(provider: &mut CapacityProvider, cluster: &Cluster, core: &mut Core) {
    let there = count(instances(provider, cluster).count());
    let needed =
        count(instances(provider, cluster).filter(|i| is_busy(i, cluster)).count()) + missing(provider, cluster);
    let reservation = match (needed, there) {
        (0, 0) => 100,
        (_, 0) => FROM_NOTHING,
        _ => needed.saturating_mul(100) / there,
    };
    let target = provider.scaling.target.clamp(1, 100);
    let alarms = &mut provider.alarms;
    alarms.reservation = Some(reservation);
    alarms.above = if reservation > target { alarms.above + 1 } else { 0 };
    alarms.below = if reservation < target { alarms.below + 1 } else { 0 };
    let wanted = needed.saturating_mul(100).div_ceil(target);
    let wanted = if there == 0 && needed > 0 { wanted.max(2) } else { wanted };
    let desired = provider.desired;
    let is_warm = alarms.warm_at.is_none_or(|at| at <= core.now);
    if alarms.above >= core.params.scale_out_after && wanted > desired && is_warm {
        let step = (wanted - desired).clamp(provider.scaling.step_min, provider.scaling.step_max);
        alarms.warm_at = Some(later(core.now, provider.scaling.warmup));
        core.tell(Fact::CapacityWanted { group: provider.group.clone(), desired: desired.saturating_add(step) });
    } else if alarms.below >= core.params.scale_in_after && wanted < desired {
        alarms.below = 0;
        // Half of what is there at once, at most.
        core.tell(Fact::CapacityWanted { group: provider.group.clone(), desired: wanted.max(desired.div_ceil(2)) });
    }
}

/// How many instances the tasks fill that wait for capacity: the most that one kind of task needs by itself (AWS Containers
/// Blog, "Deep Dive on Amazon ECS Cluster Auto Scaling"). A task that is too large for an instance is left out.
fn missing(provider: &CapacityProvider, cluster: &Cluster) -> u32 {
    let room = capacity(&provider.instance_type);
    let mut waiting: BTreeMap<&str, (Need, u32)> = BTreeMap::new();
    let tasks = cluster.tasks.values().filter(|task| task.status == TaskStatus::Provisioning && task.is_wanted());
    for task in tasks.filter(|task| task.provider.as_ref() == Some(&provider.name)) {
        waiting.entry(&task.spec.family).or_insert((task.spec.need(), 0)).1 += 1;
    }
    let fill = |(need, count): &(Need, u32)| {
        let fit = (room.cpu / need.cpu.max(1)).min(room.memory / need.memory.max(1));
        if fit == 0 { 0 } else { count.div_ceil(fit) }
    };
    waiting.values().map(fill).max().unwrap_or(0)
}

/// Instances with a task that is no daemon's are kept from scale-in, and the others are not: a group that they join
/// protects them at first.
fn protect(provider: &mut CapacityProvider, cluster: &Cluster, core: &mut Core) {
    let mut wanted: BTreeMap<String, bool> =
        instances(provider, cluster).map(|i| (i.host.id.clone(), is_busy(i, cluster))).collect();
    // What takes no tasks any more is not kept.
    let left = provider.protected.iter().filter(|(id, protected)| **protected && !wanted.contains_key(*id));
    let left: Vec<String> = left.map(|(id, _)| id.clone()).collect();
    wanted.extend(left.into_iter().map(|id| (id, false)));
    for protected in [true, false] {
        let changed =
            wanted.iter().filter(|(id, wish)| **wish == protected && provider.protected.get(*id) != Some(*wish));
        let instances: Vec<String> = changed.map(|(id, _)| id.clone()).collect();
        if !instances.is_empty() {
            core.tell(Fact::ProtectionWanted { group: provider.group.clone(), instances, protected });
        }
    }
    provider.protected = wanted;
}

fn instances<'a>(provider: &'a CapacityProvider, cluster: &'a Cluster) -> impl Iterator<Item = &'a ContainerInstance> {
    let of_provider = |i: &&ContainerInstance| i.takes_tasks() && i.provider.as_ref() == Some(&provider.name);
    cluster.instances.values().filter(of_provider)
}

fn is_busy(instance: &ContainerInstance, cluster: &Cluster) -> bool {
    instance.tasks.iter().filter_map(|id| cluster.tasks.get(id)).any(|task| !task.is_daemon)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
