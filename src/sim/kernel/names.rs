//! Names in the form that AWS gives them.

use super::dice::{Dice, Purpose};

/// The account and Region that everything lives in.
#[derive(Clone, Debug)]
pub struct Names {
    pub account: String,
    pub region: String,
}

impl Names {
    pub fn instance_id(dice: &mut Dice) -> String {
        format!("i-0{}", dice.hex(Purpose::ResourceIds, 16))
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }

    pub fn cluster_arn(&self, cluster: &str) -> String {
        self.arn("ecs", &format!("cluster/{cluster}"))
    }

    pub fn capacity_provider_arn(&self, provider: &str) -> String {
        self.arn("ecs", &format!("capacity-provider/{provider}"))
    }

    pub fn container_instance_arn(&self, cluster: &str, dice: &mut Dice) -> String {
        self.arn("ecs", &format!("container-instance/{cluster}/{}", dice.hex(Purpose::ResourceIds, 32)))
    }

    pub fn task_arn(&self, cluster: &str, dice: &mut Dice) -> String {
        self.arn("ecs", &format!("task/{cluster}/{}", dice.hex(Purpose::ResourceIds, 32)))
    }

    pub fn service_arn(&self, cluster: &str, service: &str) -> String {
        self.arn("ecs", &format!("service/{cluster}/{service}"))
    }

    pub fn task_definition_arn(&self, family: &str) -> String {
        self.arn("ecs", &format!("task-definition/{family}:1"))
    }

    pub fn group_arn(&self, group: &str, dice: &mut Dice) -> String {
        let id = dice.uuid(Purpose::ResourceIds);
        self.arn("autoscaling", &format!("autoScalingGroup:{id}:autoScalingGroupName/{group}"))
    }

    pub fn topic_arn(&self, topic: &str) -> String {
        self.arn("sns", topic)
    }

    pub fn rule_arn(&self, rule: &str) -> String {
        self.arn("events", &format!("rule/{rule}"))
    }

    /// In the form that most of EC2's events have.
    pub fn instance_arn(&self, instance: &str) -> String {
        self.arn("ec2", &format!("instance/{instance}"))
    }

    pub fn queue_arn(&self, queue: &str) -> String {
        self.arn("sqs", queue)
    }

    pub fn queue_url(&self, queue: &str) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{queue}", self.region, self.account)
    }
}

/// The last part of an ARN of SQS or SNS, which stands behind a colon, or the name itself where it is none.
pub fn resource(name_or_arn: &str) -> &str {
    name_or_arn.rsplit(':').next().unwrap_or(name_or_arn)
}

/// The last part of an ARN, or the name itself where it is none.
pub fn short(name_or_arn: &str) -> &str {
    name_or_arn.rsplit('/').next().unwrap_or(name_or_arn)
}
