//! ARNs that have to be written before the thing that they name is there.

use crate::ids::{QueueUrl, Region};

/// Where the things of one account and Region are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The Region.
    pub region: Region,
    /// The account's number.
    pub account: String,
}

impl Home {
    /// Where a queue is, and its name: `https://host/<account>/<name>`.
    #[must_use]
    pub fn of_queue(url: &QueueUrl, region: &Region) -> Option<(Self, String)> {
        let path = url.as_str().split_once("://")?.1.split_once('/')?.1;
        let (account, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
        let account = account.rsplit('/').next().unwrap_or_default();
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        is_account.then(|| (Self { region: region.clone(), account: account.to_owned() }, name.to_owned()))
    }

    /// The ARN of `resource` of `service` there.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let partition = match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        format!("arn:{partition}:{service}:{}:{}:{resource}", self.region, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queues_url_tells_account_and_name() {
        let home = |url: &str| Home::of_queue(&url.into(), &"us-east-1".into());
        let (found, name) = home("https://sqs.us-east-1.amazonaws.com/123456789012/spot-events").unwrap();
        assert_eq!((found.account.as_str(), name.as_str()), ("123456789012", "spot-events"));
        assert_eq!(found.arn("sqs", &name), "arn:aws:sqs:us-east-1:123456789012:spot-events");
        assert!(home("http://localhost:4566/queue/us-east-1/000000000000/x").is_some_and(|(_, name)| name == "x"));
        assert!(home("https://sqs.us-east-1.amazonaws.com/spot-events").is_none());
    }

    #[test]
    fn other_partitions_have_arns_of_their_own() {
        let home = |region: &str| Home { region: region.into(), account: "1".to_owned() };
        assert_eq!(home("cn-north-1").arn("sqs", "q"), "arn:aws-cn:sqs:cn-north-1:1:q");
        assert_eq!(home("us-gov-west-1").arn("sqs", "q"), "arn:aws-us-gov:sqs:us-gov-west-1:1:q");
    }
}
