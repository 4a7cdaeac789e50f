//! What there is in a drawn account.

use super::lots::Lots;
use crate::api::{
    ScenarioGroup, ScenarioHook, ScenarioHookTarget, ScenarioLaunch, ScenarioPool, ScenarioProcess, ScenarioScaling,
    ScenarioService, ScenarioTask,
};

pub fn group(lots: &mut Lots, number: u32) -> ScenarioGroup {
    let desired = lots.between(1, 8);
    let managed_scaling = lots.chance(20);
    ScenarioGroup {
        min: lots.below(desired + 1),
        max: lots.chance(50).then_some(desired),
        zones: ["us-east-1a", "us-east-1b"].iter().take(lots.between(1, 2) as usize).map(ToString::to_string).collect(),
        instance_types: ["m5.large", "c5.large"]
            .iter()
            .take(lots.between(1, 2) as usize)
            .map(ToString::to_string)
            .collect(),
        on_demand_base: if lots.chance(10) { lots.between(1, desired) } else { 0 },
        capacity_rebalance: lots.chance(15),
        suspended: suspended(lots),
        hooks: hooks(lots),
        standby: u32::from(lots.chance(15)),
        refreshing: lots.chance(6),
        managed_scaling: managed_scaling.then(ScenarioScaling::default),
        managed_draining: lots.chance(25),
        managed_termination_protection: managed_scaling && lots.chance(50),
        agent_draining: lots.chance(15),
        ..ScenarioGroup::plain(&format!("spot-{number}"), desired)
    }
}

fn suspended(lots: &mut Lots) -> Vec<ScenarioProcess> {
    let chances = [
        (ScenarioProcess::Launch, 8),
        (ScenarioProcess::Terminate, 6),
        (ScenarioProcess::HealthCheck, 3),
        (ScenarioProcess::ReplaceUnhealthy, 3),
        (ScenarioProcess::AlarmNotification, 3),
    ];
    chances.into_iter().filter(|(_, percent)| lots.chance(*percent)).map(|(process, _)| process).collect()
}

fn hooks(lots: &mut Lots) -> Vec<ScenarioHook> {
    let count = if lots.chance(30) { lots.between(1, 2) } else { 0 };
    let targets = [
        ScenarioHookTarget::EventBridge,
        ScenarioHookTarget::Queue,
        ScenarioHookTarget::Topic,
        ScenarioHookTarget::RawTopic,
    ];
    (0..count)
        .map(|number| ScenarioHook {
            name: format!("hook-{number}"),
            launching: lots.chance(25),
            heartbeat: lots.secs(30, 200),
            continues: lots.chance(60),
            target: lots.one_of(&targets, ScenarioHookTarget::Queue),
        })
        .map(|hook| if hook.continues && !hook.launching && hook.name == "hook-0" { ours(hook) } else { hook })
        // What nobody lets go on is launched for ever in vain.
        .map(|hook| ScenarioHook { continues: hook.continues || hook.launching, ..hook })
        .collect()
}

/// One that the operator completes.
fn ours(hook: ScenarioHook) -> ScenarioHook {
    ScenarioHook { name: "ecs-spot-operator-drain".to_owned(), ..hook }
}

pub fn pools(lots: &mut Lots, groups: &[ScenarioGroup]) -> Vec<ScenarioPool> {
    let mut pools: Vec<ScenarioPool> = Vec::new();
    let limited = lots.chance(20);
    for group in groups.iter().filter(|_| limited) {
        let zone = group.zones.first().cloned().unwrap_or_default();
        let instance_type = group.instance_types.first().cloned().unwrap_or_default();
        if pools.iter().all(|pool| (&pool.zone, &pool.instance_type) != (&zone, &instance_type)) {
            pools.push(ScenarioPool { instance_type, zone, capacity: group.desired + lots.below(3) });
        }
    }
    pools
}

pub fn service(lots: &mut Lots, groups: &[ScenarioGroup], number: u32) -> ScenarioService {
    let launch = lots.one_of(&[ScenarioLaunch::FargateSpot, ScenarioLaunch::Fargate], ScenarioLaunch::Ec2);
    let launch = if lots.chance(15) { launch } else { ScenarioLaunch::Ec2 };
    let with_providers = launch == ScenarioLaunch::Ec2 && lots.chance(70);
    let providers = groups.iter().map(|group| group.capacity_provider.clone());
    ScenarioService {
        name: format!("service-{number}"),
        desired: lots.between(0, 8),
        daemon: launch == ScenarioLaunch::Ec2 && lots.chance(15),
        minimum_healthy_percent: lots.one_of(&[0, 0, 50, 75, 100], 50),
        maximum_percent: lots.one_of(&[100, 150, 200], 200),
        deregistration_delay: lots.chance(40).then(|| lots.secs(0, 60)),
        launch,
        capacity_providers: providers.filter(|_| with_providers).collect(),
        protected_for: lots.chance(10).then(|| lots.secs(30, 600)),
        task: task(lots),
    }
}

pub fn task(lots: &mut Lots) -> ScenarioTask {
    ScenarioTask { cpu: lots.between(64, 512), memory: lots.between(64, 1024), stop_timeout: lots.secs(2, 60) }
}
