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

    pub fn target_group_arn(&self, cluster: &str, service: &str) -> String {
        let name = balanced_name(service);
        self.arn("elasticloadbalancing", &format!("targetgroup/{name}/{:016x}", digest(&[cluster, service])))
    }

    pub fn load_balancer_arn(&self, cluster: &str) -> String {
        let name = balanced_name(cluster);
        self.arn("elasticloadbalancing", &format!("loadbalancer/app/{name}/{:016x}", digest(&[cluster])))
    }

    pub fn queue_arn(&self, queue: &str) -> String {
        self.arn("sqs", queue)
    }

    pub fn queue_url(&self, queue: &str) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{queue}", self.region, self.account)
    }
}

/// What a target group or a load balancer is called that goes with something of this name: 32 letters, digits and
/// hyphens at most, with no hyphen at either end (ELB API reference, `CreateTargetGroup`).
pub fn balanced_name(name: &str) -> String {
    let fitting = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(32);
    fitting.collect::<String>().trim_matches('-').to_owned()
}

/// A number that names alone decide, by FNV-1a: drawing it would change what is drawn after it.
fn digest(names: &[&str]) -> u64 {
    let bytes = names.iter().flat_map(|name| name.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The last part of an ARN of SQS or SNS, which stands behind a colon, or the name itself where it is none.
pub fn resource(name_or_arn: &str) -> &str {
    name_or_arn.rsplit(':').next().unwrap_or(name_or_arn)
}

/// The last part of an ARN, or the name itself where it is none.
pub fn short(name_or_arn: &str) -> &str {
    name_or_arn.rsplit('/').next().unwrap_or(name_or_arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_target_group_fits_and_its_number_tells_what_is_cut_off() {
        let names = Names { account: "1".into(), region: "r".into() };
        let arns = ["a", "b"].map(|end| names.target_group_arn("web", &format!("_{}{end}", "x".repeat(40))));
        let expected = format!("arn:aws:elasticloadbalancing:r:1:targetgroup/{}/", "x".repeat(31));
        assert!(arns.iter().all(|arn| arn.len() == expected.len() + 16 && arn.starts_with(&expected)), "{arns:?}");
        assert_ne!(arns[0], arns[1]);
        assert_ne!(names.target_group_arn("a", "bc"), names.target_group_arn("ab", "c"));
    }
}
