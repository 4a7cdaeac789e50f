//! Which token bucket a request draws on, and how large that bucket is.
//!
//! Source of the ECS numbers: Amazon ECS API reference, "Request throttling for the Amazon ECS API"; of that of describing target
//! groups: Elastic Load Balancing User Guide, "Request throttling for the ELB API". Auto Scaling does not publish its own; what
//! stands here is an assumption, as it is for changing targets. Of SQS "nearly unlimited" is all that is said (SQS Developer
//! Guide, "Amazon SQS message quotas"): its bucket is there for the day on which SQS says that it was too much. `PutEvents` has a
//! quota by Region, of which the smallest stands here (EventBridge User Guide, "EventBridge quotas").

/// A bucket that AWS keeps per account and Region. The category's name is AWS's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// `DescribeClusters` and the like.
    ClusterRead,
    /// `DescribeCapacityProviders`.
    CapacityProviderRead,
    /// `UpdateContainerInstancesState` and the like.
    ClusterResourceModify,
    /// `DescribeContainerInstances`, `ListTasks` and the like.
    ClusterResourceRead,
    /// `DescribeTaskDefinition`.
    TaskDefinitionRead,
    /// `DescribeServices`.
    ServiceRead,
    /// Every Auto Scaling action.
    AutoScaling,
    /// `DescribeTargetGroupAttributes` and the like.
    TargetRead,
    /// `DeregisterTargets`.
    TargetModify,
    /// Every SQS action.
    Messages,
    /// `PutEvents`. Other actions of EventBridge are called by people's commands only.
    Events,
}

/// Every form of Elastic Load Balancing has its version, which Auto Scaling has another of.
const ELB_VERSION: &[u8] = b"&Version=2015-12-01";

impl Category {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::ClusterRead,
        Self::CapacityProviderRead,
        Self::ClusterResourceModify,
        Self::ClusterResourceRead,
        Self::TaskDefinitionRead,
        Self::ServiceRead,
        Self::AutoScaling,
        Self::TargetRead,
        Self::TargetModify,
        Self::Messages,
        Self::Events,
    ];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClusterRead => "cluster_read",
            Self::CapacityProviderRead => "capacity_provider_read",
            Self::ClusterResourceModify => "cluster_resource_modify",
            Self::ClusterResourceRead => "cluster_resource_read",
            Self::TaskDefinitionRead => "task_definition_read",
            Self::ServiceRead => "service_read",
            Self::AutoScaling => "auto_scaling",
            Self::TargetRead => "target_read",
            Self::TargetModify => "target_modify",
            Self::Messages => "messages",
            Self::Events => "events",
        }
    }

    /// How many times its assumed rate a bucket may reach whose size AWS does not publish.
    #[must_use]
    pub const fn growth(self) -> f64 {
        if matches!(self, Self::AutoScaling) { 4.0 } else { 1.0 }
    }

    /// Tokens that a full bucket holds, and tokens that it gains a second.
    #[must_use]
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::ClusterRead | Self::CapacityProviderRead | Self::TaskDefinitionRead => (50, 20),
            Self::ClusterResourceModify => (100, 40),
            Self::ClusterResourceRead | Self::ServiceRead => (100, 20),
            Self::AutoScaling => (50, 10),
            Self::TargetRead => (40, 10),
            Self::TargetModify => (20, 4),
            Self::Messages => (3_000, 3_000),
            Self::Events => (400, 400),
        }
    }

    /// The bucket of a request, by its `X-Amz-Target` header or its form body.
    #[must_use]
    pub fn of(target: Option<&str>, body: Option<&[u8]>) -> Option<Self> {
        match target {
            Some(target) if target.starts_with("AmazonSQS.") => Some(Self::Messages),
            Some("AWSEvents.PutEvents") => Some(Self::Events),
            Some(target) => Self::of_ecs(target.strip_prefix("AmazonEC2ContainerServiceV20141113.")?),
            None => Self::of_form(body?),
        }
    }

    fn of_form(body: &[u8]) -> Option<Self> {
        let action = body.strip_prefix(b"Action=")?;
        match () {
            () if !action.windows(ELB_VERSION.len()).any(|some| some == ELB_VERSION) => Some(Self::AutoScaling),
            () if action.starts_with(b"Describe") => Some(Self::TargetRead),
            () => Some(Self::TargetModify),
        }
    }

    fn of_ecs(action: &str) -> Option<Self> {
        match action {
            "DescribeClusters" | "ListClusters" => Some(Self::ClusterRead),
            "DescribeTaskDefinition" => Some(Self::TaskDefinitionRead),
            "DescribeServices" => Some(Self::ServiceRead),
            "DescribeCapacityProviders" => Some(Self::CapacityProviderRead),
            "UpdateContainerInstancesState"
            | "DeregisterContainerInstance"
            | "PutAttributes"
            | "DeleteAttributes"
            | "StopTask" => Some(Self::ClusterResourceModify),
            "ListContainerInstances" | "DescribeContainerInstances" | "ListTasks" | "DescribeTasks" => {
                Some(Self::ClusterResourceRead)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_draws_on_the_bucket_of_its_action() {
        let ecs = |action: &str| Category::of(Some(&format!("AmazonEC2ContainerServiceV20141113.{action}")), None);
        assert_eq!(ecs("UpdateContainerInstancesState"), Some(Category::ClusterResourceModify));
        assert_eq!(ecs("ListTasks"), Some(Category::ClusterResourceRead));
        assert_eq!(ecs("SomethingNew"), None);
        let events = |action: &str| Category::of(Some(&format!("AWSEvents.{action}")), None);
        assert_eq!((events("PutEvents"), events("PutRule")), (Some(Category::Events), None));
        assert_eq!(Category::of(Some("AmazonSQS.ReceiveMessage"), None), Some(Category::Messages));
        assert_eq!(Category::of(None, Some(b"Action=DetachInstances&Version=2011-01-01")), Some(Category::AutoScaling));
        let elb = |action: &str| Category::of(None, Some(format!("Action={action}&Version=2015-12-01&X=1").as_bytes()));
        assert_eq!(elb("DescribeTargetGroupAttributes"), Some(Category::TargetRead));
        assert_eq!(elb("DeregisterTargets"), Some(Category::TargetModify));
        assert_eq!(Category::of(None, None), None);
    }
}
