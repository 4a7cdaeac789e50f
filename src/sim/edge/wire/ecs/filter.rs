//! The cluster query language, as far as the model knows it (ECS Developer Guide, "Cluster query language"): comparisons of
//! `ec2InstanceId`, `agentConnected`, `runningTasksCount` and `attribute:NAME`, joined by `and`.

use crate::sim::ecs::ContainerInstance;
use crate::sim::kernel::Fault;

/// All of its comparisons have to hold.
#[derive(Debug)]
pub struct Filter(Vec<Comparison>);

#[derive(Debug)]
struct Comparison {
    field: String,
    operator: Operator,
    /// One, or those of a list.
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// Longer ones first: `>=` begins like `>`.
const OPERATORS: [(&str, Operator); 9] = [
    ("!=", Operator::NotIn),
    ("==", Operator::In),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    (">", Operator::Above),
    ("<", Operator::Below),
    (" not_in ", Operator::NotIn),
    (" !in ", Operator::NotIn),
    (" in ", Operator::In),
];

impl Filter {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let refused = || Fault::invalid_parameter(format!("Invalid filter expression: {text}"));
        let comparisons = text.split(" and ").map(|part| Comparison::parse(part.trim()).ok_or_else(refused));
        Ok(Self(comparisons.collect::<Result<_, _>>()?))
    }

    pub fn takes(&self, instance: &ContainerInstance) -> bool {
        self.0.iter().all(|comparison| comparison.holds(instance))
    }
}

impl Comparison {
    fn parse(text: &str) -> Option<Self> {
        let (sign, operator) = OPERATORS.into_iter().find(|(sign, _)| text.contains(sign))?;
        let (field, value) = text.split_once(sign)?;
        let (field, value) = (field.trim().to_owned(), value.trim());
        let list = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let values: Vec<String> = list.unwrap_or(value).split(',').map(|value| value.trim().to_owned()).collect();
        let known = ["ec2InstanceId", "agentConnected", "runningTasksCount"].contains(&field.as_str());
        let complete = values.iter().all(|value| !value.is_empty());
        (complete && (known || field.starts_with("attribute:"))).then_some(Self { field, operator, values })
    }

    fn holds(&self, instance: &ContainerInstance) -> bool {
        let actual = match self.field.as_str() {
            "ec2InstanceId" => Some(instance.host.id.clone()),
            "agentConnected" => Some(instance.agent_connected.to_string()),
            "runningTasksCount" => Some(instance.tasks.len().to_string()),
            other => other.strip_prefix("attribute:").and_then(|name| instance.attributes.get(name)?.clone()),
        };
        let Some(actual) = actual else { return self.operator == Operator::NotIn };
        let number = |text: &str| text.parse::<f64>().ok();
        let bound = self.values.first().and_then(|value| number(value));
        let compared = |test: fn(&f64, &f64) -> bool| number(&actual).zip(bound).is_some_and(|(a, b)| test(&a, &b));
        match self.operator {
            Operator::In => self.values.contains(&actual),
            Operator::NotIn => !self.values.contains(&actual),
            Operator::AtLeast => compared(f64::ge),
            Operator::AtMost => compared(f64::le),
            Operator::Above => compared(f64::gt),
            Operator::Below => compared(f64::lt),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::Host;

    fn instance() -> ContainerInstance {
        let host = Host {
            id: "i-a".into(),
            zone: "us-east-1a".into(),
            instance_type: "m5.large".into(),
            spot: true,
            group: None,
            cluster: None,
        };
        ContainerInstance::new("arn:x/1".into(), host, None, jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn what_is_understood_is_compared_and_what_is_not_refused() {
        for (filter, expected) in [
            ("ec2InstanceId in [i-a, i-b]", true),
            ("ec2InstanceId == i-b", false),
            ("ec2InstanceId != i-b", true),
            ("agentConnected == true", true),
            ("runningTasksCount > 0", false),
            ("runningTasksCount <= 0 and agentConnected == true", true),
            ("attribute:ecs.instance-type == m5.large", true),
            ("attribute:ecs.instance-type in [c5.large]", false),
            ("attribute:missing != x", true),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().takes(&instance()), expected, "{filter}");
        }
        for filter in ["nonsense", "field == x", "ec2InstanceId ==", "ec2InstanceId in []"] {
            assert!(Filter::parse(filter).is_err(), "{filter}");
        }
    }
}
