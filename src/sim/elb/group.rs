//! A target group and its targets. A target that drains is gone after the deregistration delay, which whoever looks works
//! out: nothing is planned for that moment.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::sim::kernel::{Core, Fact, Names, Target, balanced_name, later};
use crate::sim::spec::CONTAINER_PORT;

/// The states of a target that the model knows (ELB API reference, `TargetHealth`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Healthy,
    Draining,
    NotRegistered,
}

/// A target group of type `instance`.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    pub name: String,
    pub arn: String,
    /// The load balancer that sends its targets requests.
    pub load_balancer: String,
    /// Where requests go to on an instance that was registered without a port.
    pub port: u16,
    /// The deregistration delay.
    pub delay: Duration,
    /// By instance and port: since when it drains.
    targets: BTreeMap<(String, u16), Option<Timestamp>>,
}

impl TargetGroup {
    pub fn new(cluster: &str, service: &str, delay: Duration, names: &Names) -> Self {
        Self {
            name: balanced_name(service),
            arn: names.target_group_arn(cluster, service),
            load_balancer: names.load_balancer_arn(cluster),
            port: CONTAINER_PORT,
            delay,
            targets: BTreeMap::new(),
        }
    }

    /// Its targets, those that drain included, in order.
    pub fn targets(&self, now: Timestamp) -> impl Iterator<Item = (&str, u16, Health)> {
        let all = self.targets.iter().map(move |((id, port), since)| (id.as_str(), *port, self.seen(*since, now)));
        all.filter(|(_, _, health)| *health != Health::NotRegistered)
    }

    pub fn health(&self, instance: &str, port: u16, now: Timestamp) -> Health {
        let since = self.targets.get(&(instance.to_owned(), port));
        since.map_or(Health::NotRegistered, |since| self.seen(*since, now))
    }

    fn seen(&self, draining_since: Option<Timestamp>, now: Timestamp) -> Health {
        match draining_since {
            None => Health::Healthy,
            Some(since) if now < later(since, self.delay) => Health::Draining,
            Some(_) => Health::NotRegistered,
        }
    }

    /// Registers a target, also one that drains.
    pub fn register(&mut self, target: &Target, core: &mut Core) {
        let (now, delay) = (core.now, self.delay);
        self.targets.retain(|_, since| since.is_none_or(|since| now < later(since, delay)));
        self.targets.insert(key(target), None);
        core.tell(Fact::TargetRegistered(target.clone()));
    }

    /// Lets a target drain. One that drains already goes on, and one that is not registered is no error (ELB API reference,
    /// `DeregisterTargets`).
    pub fn deregister(&mut self, target: &Target, core: &mut Core) {
        if let Some(since @ None) = self.targets.get_mut(&key(target)) {
            *since = Some(core.now);
            core.tell(Fact::TargetDraining(target.clone()));
        }
    }

    /// Nobody answers at a target any more. Where no connection is left its deregistration is complete at once (Application
    /// Load Balancers User Guide, "Deregistration delay").
    pub fn lose(&mut self, target: &Target) {
        self.targets.remove(&key(target));
    }

    pub fn lose_instance(&mut self, instance: &str) {
        self.targets.retain(|(id, _), _| id != instance);
    }
}

fn key(target: &Target) -> (String, u16) {
    (target.instance.clone(), target.port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::spec::Params;

    #[test]
    fn draining_begins_once_and_ends_after_the_delay() {
        let names = Names { account: "1".into(), region: "r".into() };
        let mut core = Core::new(Timestamp::UNIX_EPOCH, Params::default(), names.clone(), 1);
        let mut group = TargetGroup::new("web", "app", Duration::from_secs(10), &names);
        let target = Target { group: group.arn.clone(), instance: "i-1".into(), port: 32_768 };
        group.deregister(&target, &mut core);
        assert!(core.facts.is_empty(), "there is nothing to drain");
        group.register(&target, &mut core);
        let mut seen = Vec::new();
        for second in [0, 6, 10] {
            core.now = Timestamp::from_second(second).unwrap();
            group.deregister(&target, &mut core);
            seen.push((group.health("i-1", 32_768, core.now), group.targets(core.now).count()));
        }
        assert_eq!(seen, [(Health::Draining, 1), (Health::Draining, 1), (Health::NotRegistered, 0)]);
        assert_eq!(core.facts.len(), 2, "registered, and draining once");
        group.register(&target, &mut core);
        assert_eq!(group.health("i-1", 32_768, core.now), Health::Healthy);
        group.lose(&target);
        assert_eq!(group.targets(core.now).count(), 0);
    }
}
