//! Names of things in AWS, each a type of its own so that one cannot stand where another belongs.
//!
//! They hold what AWS or a person wrote and check nothing; cloning one is cheap.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as AWS writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: AsRef<str>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.as_ref().into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name!(
    /// An EC2 instance id, `i-…`.
    InstanceId
);
name!(
    /// The ARN of an ECS container instance.
    ContainerInstanceArn
);
name!(
    /// The ARN of an ECS task.
    TaskArn
);
name!(
    /// The ARN of a load balancer's target group.
    TargetGroupArn
);
name!(
    /// `metadata.name` of the `SpotCluster` that manages an ECS cluster: unique in one operator, whatever Region or account.
    ClusterKey
);
name!(
    /// The name of an ECS capacity provider.
    CapacityProviderName
);
name!(
    /// An AWS Region, as `us-east-1`.
    Region
);
name!(
    /// The URL of an SQS queue.
    QueueUrl
);

impl ContainerInstanceArn {
    /// The part that names the container instance, whichever form the ARN has.
    #[must_use]
    pub fn last_segment(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }
}

/// An Auto Scaling group. Its name is unique within a Region only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GroupKey {
    /// Where the group lives.
    pub region: Region,
    /// The name of the group.
    pub name: Arc<str>,
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
