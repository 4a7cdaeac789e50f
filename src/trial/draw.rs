//! Draws a scenario from a seed: every size and every rate is itself drawn, and some are zero, so that many seeds explore
//! corners that no one would write down.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::api::{
    HumanDuration, ScenarioAction, ScenarioCluster, ScenarioGroup, ScenarioInterruption, ScenarioOperator,
    ScenarioService, ScenarioSpec, ScenarioTask,
};

/// Interruptions come in the first minutes; what follows is time to converge.
const EVENTFUL_SECS: u32 = 300;
const CONVERGING_SECS: u32 = 1500;

struct Draw(ChaCha8Rng);

impl Draw {
    fn below(&mut self, limit: u32) -> u32 {
        self.0.next_u32() % limit.max(1)
    }

    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn one_of<T: Copy>(&mut self, choices: &[T], otherwise: T) -> T {
        let index = self.below(u32::try_from(choices.len()).unwrap_or(1));
        choices.get(index as usize).copied().unwrap_or(otherwise)
    }

    fn secs(&mut self, low: u32, high: u32) -> HumanDuration {
        HumanDuration::from_secs(self.between(low, high))
    }
}

/// The scenario of a seed.
#[must_use]
pub fn scenario(seed: u64) -> ScenarioSpec {
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(seed));
    let groups: Vec<ScenarioGroup> = (0..draw.between(1, 3)).map(|number| group(&mut draw, number)).collect();
    let services = (0..draw.below(4)).map(|number| service(&mut draw, &groups, number)).collect();
    let standalone = (0..draw.below(3)).map(|_| task(&mut draw)).collect();
    let storms = draw.below(5);
    let interruptions = (0..storms).map(|_| interruption(&mut draw, &groups)).collect();
    ScenarioSpec {
        description: format!("drawn from the seed {seed}"),
        duration: HumanDuration::from_secs(EVENTFUL_SECS + CONVERGING_SECS),
        clusters: vec![ScenarioCluster { name: "web".to_owned(), groups, services, standalone }],
        interruptions,
        operators: operators(&mut draw),
        spot_clusters: Vec::new(),
    }
}

fn group(draw: &mut Draw, number: u32) -> ScenarioGroup {
    let desired = draw.between(1, 8);
    ScenarioGroup {
        capacity_provider: format!("spot-{number}"),
        desired,
        min: draw.below(desired + 1),
        max: draw.chance(50).then_some(desired),
        zones: ["us-east-1a", "us-east-1b"].iter().take(draw.between(1, 2) as usize).map(ToString::to_string).collect(),
        instance_types: vec!["m5.large".to_owned()],
        capacity_rebalance: draw.chance(15),
        launch_suspended: draw.chance(10),
    }
}

fn service(draw: &mut Draw, groups: &[ScenarioGroup], number: u32) -> ScenarioService {
    let with_providers = draw.chance(70);
    let providers = groups.iter().map(|group| group.capacity_provider.clone());
    ScenarioService {
        name: format!("service-{number}"),
        desired: draw.between(0, 8),
        minimum_healthy_percent: draw.one_of(&[0, 50, 75, 100], 50),
        maximum_percent: draw.one_of(&[100, 150, 200], 200),
        deregistration_delay: draw.chance(40).then(|| draw.secs(0, 60)),
        capacity_providers: providers.filter(|_| with_providers).collect(),
        task: task(draw),
    }
}

fn task(draw: &mut Draw) -> ScenarioTask {
    ScenarioTask { cpu: draw.between(64, 512), memory: draw.between(64, 1024), stop_timeout: draw.secs(2, 60) }
}

fn interruption(draw: &mut Draw, groups: &[ScenarioGroup]) -> ScenarioInterruption {
    let group = draw.below(u32::try_from(groups.len()).unwrap_or(1)) as usize;
    let action = draw.one_of(&[ScenarioAction::Stop, ScenarioAction::Hibernate], ScenarioAction::Terminate);
    ScenarioInterruption {
        after: draw.secs(1, EVENTFUL_SECS),
        capacity_provider: groups.get(group).map(|group| group.capacity_provider.clone()).unwrap_or_default(),
        count: draw.between(1, 4),
        action: if draw.chance(20) { action } else { ScenarioAction::Terminate },
        notice: HumanDuration::from_secs(draw.one_of(&[120, 120, 120, 60, 20, 1], 120)),
        cancelled_after: draw.chance(10).then(|| draw.secs(1, 100)),
        every: None,
    }
}

/// One operator from start to end, or several that come, go and crash; the last one stays.
fn operators(draw: &mut Draw) -> Vec<ScenarioOperator> {
    let leavers = draw.below(3);
    let mut operators: Vec<ScenarioOperator> = (0..leavers).map(|_| leaver(draw)).collect();
    operators.push(ScenarioOperator { starts_after: draw.secs(0, 100), ..ScenarioOperator::default() });
    operators
}

fn leaver(draw: &mut Draw) -> ScenarioOperator {
    let starts_after = draw.secs(0, 200);
    let leaves_after = Some(draw.secs(200, 400));
    let crashes = draw.chance(50);
    ScenarioOperator {
        starts_after,
        stops_after: leaves_after.filter(|_| !crashes),
        crashes_after: leaves_after.filter(|_| crashes),
    }
}
