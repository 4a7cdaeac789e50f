//! Who else drains: managed draining, by a lifecycle hook of ECS's own (ECS Developer Guide, "Managed instance draining"),
//! and the agent on the instance (`ECS_ENABLE_SPOT_INSTANCE_DRAINING`; ECS agent, `agent.go`).

use super::Ecs;
use super::cluster::Cluster;
use super::instance::Status;
use crate::sim::kernel::{Core, EcsTimer, Fact, Host, LifecycleNotice, Purpose};
use crate::sim::spec::MANAGED_HOOK;

impl Ecs {
    /// Managed draining answers a notice as it does a hook; an agent that drains sees it in the metadata.
    pub(super) fn on_notice(&mut self, host: &Host, core: &mut Core) {
        let Some(cluster) = host.cluster.clone() else { return };
        let managed = self.providers.values().any(|p| p.managed_draining && host.group.as_ref() == Some(&p.group));
        if managed {
            let timer = EcsTimer::ManagedDrain { cluster: cluster.clone(), instance: host.id.clone() };
            core.within(Purpose::ManagedDraining, core.params.managed_draining, timer);
        }
        if host.group.as_ref().is_some_and(|group| self.agents_drain.contains(group)) {
            let timer = EcsTimer::AgentDrain { cluster, instance: host.id.clone() };
            core.within(Purpose::Agent, core.params.agent_poll, timer);
        }
    }

    pub(super) fn on_hook(&mut self, notice: &LifecycleNotice, core: &mut Core) {
        if notice.hook != MANAGED_HOOK {
            return;
        }
        let found = self.clusters.values_mut().find(|cluster| cluster.id_on(&notice.instance).is_some());
        // ECS is done at once with an instance that it does not have.
        let Some(cluster) = found else { return core.tell(Fact::LifecycleDone(notice.clone())) };
        cluster.held.insert(notice.instance.clone(), notice.clone());
        let timer = EcsTimer::ManagedDrain { cluster: cluster.name.clone(), instance: notice.instance.clone() };
        core.within(Purpose::ManagedDraining, core.params.managed_draining, timer);
    }
}

impl Cluster {
    /// Drains an instance, unless somebody was faster.
    pub(super) fn drain_by_itself(&mut self, host: &str, core: &mut Core) {
        let Some(id) = self.id_on(host) else { return };
        if self.instances.get(&id).is_some_and(|instance| instance.status == Status::Active && instance.agent_connected)
        {
            self.set_status(&id, Status::Draining, core);
            for service in self.services_on(&[id]) {
                self.wake(&service, core);
            }
        }
        self.release_if_empty(host, core);
    }

    /// Lets Auto Scaling go on once nothing runs on an instance any more.
    pub(super) fn release_if_empty(&mut self, host: &str, core: &mut Core) {
        let empty = self.instance_on(host).is_none_or(|i| i.status == Status::Draining && i.tasks.is_empty());
        if empty {
            self.release(host, core);
        }
    }

    pub(super) fn release(&mut self, host: &str, core: &mut Core) {
        if let Some(notice) = self.held.remove(host) {
            core.tell(Fact::LifecycleDone(notice));
        }
    }
}
