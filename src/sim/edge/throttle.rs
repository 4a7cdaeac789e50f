//! AWS's token buckets: one a category of actions, shared by everybody in the account and Region.
//!
//! Source of the ECS numbers: Amazon ECS API reference, "Request throttling for the Amazon ECS API". A request costs a
//! token, whatever its size. SQS's standard queues have no bucket that matters, and Elastic Load Balancing's are not modelled.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::sim::kernel::{Core, Fact, Fault, Purpose};
use crate::sim::spec::{BucketSize, Category, Neighbour, Throttling};

impl Category {
    fn of(service: &str, action: &str) -> Option<Self> {
        match (service, action) {
            ("autoscaling", _) => Some(Self::AutoScaling),
            ("ecs", "DescribeClusters" | "ListClusters") => Some(Self::ClusterRead),
            ("ecs", "DescribeCapacityProviders") => Some(Self::CapacityProviderRead),
            (
                "ecs",
                "UpdateContainerInstancesState"
                | "DeregisterContainerInstance"
                | "PutAttributes"
                | "DeleteAttributes"
                | "StopTask"
                | "StartTask"
                | "RunTask",
            ) => Some(Self::ClusterResourceModify),
            (
                "ecs",
                "ListContainerInstances"
                | "DescribeContainerInstances"
                | "ListTasks"
                | "DescribeTasks"
                | "ListAttributes",
            ) => Some(Self::ClusterResourceRead),
            ("ecs", "DescribeServices" | "ListServices") => Some(Self::ServiceRead),
            ("ecs", "UpdateService") => Some(Self::ServiceModify),
            ("ecs", "UpdateCapacityProvider") => Some(Self::CapacityProviderModify),
            ("ecs", "DescribeTaskDefinition") => Some(Self::TaskDefinitionRead),
            ("ecs", "UpdateTaskProtection" | "GetTaskProtection") => Some(Self::TaskProtection),
            _ => None,
        }
    }

    const fn size(self, throttling: &Throttling) -> BucketSize {
        match self {
            Self::ClusterRead | Self::CapacityProviderRead | Self::TaskDefinitionRead => BucketSize::of(50, 20),
            Self::ClusterResourceModify => BucketSize::of(100, 40),
            Self::ClusterResourceRead | Self::ServiceRead => BucketSize::of(100, 20),
            Self::ServiceModify => BucketSize::of(50, 5),
            Self::CapacityProviderModify => BucketSize::of(10, 1),
            Self::TaskProtection => BucketSize::of(200, 80),
            Self::AutoScaling => throttling.auto_scaling,
        }
    }

    fn refusal(self, throttling: &Throttling) -> Fault {
        let code = match self {
            Self::AutoScaling if throttling.documented_name => "RateExceeded",
            Self::AutoScaling => "Throttling",
            _ => "ThrottlingException",
        };
        Fault::sender(code, "Rate exceeded")
    }
}

/// What a bucket held when somebody last looked.
#[derive(Clone, Copy, Debug)]
struct Level {
    tokens: f64,
    at: Timestamp,
}

/// The buckets. One that nobody has drawn on is full.
#[derive(Debug, Default)]
pub struct Buckets(BTreeMap<Category, Level>);

impl Buckets {
    /// Takes a token for a request; the error where there is none.
    pub fn draw(&mut self, service: &str, action: &str, core: &mut Core) -> Option<Fault> {
        let category = Category::of(service, action).filter(|_| core.faults.throttling.enabled)?;
        let (size, taken) = (category.size(&core.faults.throttling), taken_by_others(category, core));
        let level = self.0.entry(category).or_insert(Level { tokens: f64::from(size.burst), at: core.started });
        let net = f64::from(size.per_second) - f64::from(taken);
        let seconds = core.now.duration_since(level.at).as_secs_f64();
        level.tokens = (level.tokens + net * seconds).clamp(0.0, f64::from(size.burst));
        level.at = core.now;
        if level.tokens >= 1.0 {
            level.tokens -= 1.0;
            return None;
        }
        if net < 0.0 && core.dice.chance(Purpose::Throttling, f64::from(size.per_second) / f64::from(taken)) {
            return None;
        }
        core.tell(Fact::Struck { fault: "throttled", object: format!("{service}.{action}") });
        Some(category.refusal(&core.faults.throttling))
    }
}

/// What neighbours ask for a second. Where that is more than a bucket gains, it runs empty, and from then on every
/// request, the neighbours' or another, gets a token as often as there are tokens for all of theirs.
fn taken_by_others(category: Category, core: &Core) -> u32 {
    let elapsed = core.elapsed();
    let draws = |n: &&Neighbour| n.category == category && n.window.contains(elapsed);
    let neighbours = core.faults.throttling.neighbours.iter().filter(draws);
    neighbours.fold(0, |sum, neighbour| sum.saturating_add(neighbour.tokens_per_second))
}
