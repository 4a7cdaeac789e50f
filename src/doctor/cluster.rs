//! What is wrong with a cluster as a whole: tasks that nobody starts again, instances that nobody replaces, replacements that are late.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::finding::{Finding, Severity, Sheet};
use crate::api::StandaloneTasks;
use crate::signal::NOTICE_LEAD;

/// Fewer launches, or pulls, than this say little about the next one.
const SEEN_MIN: usize = 3;

/// What is known of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Its name.
    pub name: String,
    /// Tasks that run and belong to no service, each with what the policy does with it.
    pub standalone: Vec<StandaloneTasks>,
    /// Container instances that are members of no group.
    pub in_no_group: Vec<String>,
    /// Groups that launched container instances and have no capacity provider in this cluster.
    pub without_provider: BTreeSet<String>,
    /// Container instances whose agent is disconnected.
    pub disconnected: Vec<String>,
    /// Per group, from the start of a launch to the registration of its instance, as far as both are known.
    pub leads: BTreeMap<String, Vec<SignedDuration>>,
    /// Per service, how long the pull of its images took, task by task.
    pub pulls: BTreeMap<String, Vec<SignedDuration>>,
}

/// What is wrong with a cluster.
pub fn check(cluster: &ClusterFacts, found: &mut Vec<Finding>) {
    let name = &cluster.name;
    let sheet = &mut Sheet::of(format!("cluster {name}"), found);
    for rule in [StandaloneTasks::Leave, StandaloneTasks::Latest, StandaloneTasks::Now] {
        standalone(cluster.standalone.iter().filter(|its| **its == rule).count(), rule, sheet);
    }
    let listed = |ids: &[String]| {
        let shown: Vec<&str> = ids.iter().take(5).map(String::as_str).collect();
        let more = ids.len().saturating_sub(shown.len());
        format!("{}{}", shown.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
    };
    sheet.note_if(!cluster.in_no_group.is_empty(), Severity::Warning, "InNoGroup", || {
        (
            format!(
                "{} container instances are members of no Auto Scaling group: {}",
                cluster.in_no_group.len(),
                listed(&cluster.in_no_group)
            ),
            "nobody replaces them; the operator drains them, and that is all".to_owned(),
            "aws autoscaling attach-instances --instance-ids … --auto-scaling-group-name …, or launch them by a group"
                .to_owned(),
        )
    });
    for group in &cluster.without_provider {
        sheet.note(
            Severity::Warning,
            "NoCapacityProvider",
            (
                format!("container instances of the group {group} belong to no capacity provider of the cluster"),
                "they are drained, and no replacement is asked for: their group launches one only when they are gone"
                    .to_owned(),
                format!("aws ecs create-capacity-provider … for {group}, and aws ecs put-cluster-capacity-providers …"),
            ),
        );
    }
    sheet.note_if(!cluster.disconnected.is_empty(), Severity::Warning, "AgentDisconnected", || {
        (
            format!(
                "the agent of {} container instances is disconnected: {}",
                cluster.disconnected.len(),
                listed(&cluster.disconnected)
            ),
            "ECS cannot stop their tasks, so that these are killed with their instance".to_owned(),
            "restart the ECS agent there, or terminate the instance".to_owned(),
        )
    });
    for (group, leads) in &cluster.leads {
        lead(group, leads, found);
    }
    let usual = cluster.leads.values().filter_map(|leads| quantile(leads, 50)).min().unwrap_or_default();
    for (service, pulls) in &cluster.pulls {
        pull(&format!("service {service} of cluster {name}"), pulls, usual, found);
    }
}

/// What so many of 100 are within; `None` of too few to tell.
fn quantile(times: &[SignedDuration], part: usize) -> Option<SignedDuration> {
    let mut times = times.to_vec();
    times.sort();
    let at = (times.len() * part / 100).min(times.len().checked_sub(1)?);
    times.get(at).copied().filter(|_| times.len() >= SEEN_MIN)
}

fn standalone(count: usize, rule: StandaloneTasks, sheet: &mut Sheet<'_>) {
    let (severity, cost) = match rule {
        StandaloneTasks::Leave => (
            Severity::Critical,
            "they are killed with their instance, as the policy says, and nobody starts them again",
        ),
        StandaloneTasks::Latest => {
            (Severity::Warning, "they get SIGTERM as late as their stopTimeout allows, and nobody starts them again")
        }
        StandaloneTasks::Now => (Severity::Warning, "they get SIGTERM at the notice, and nobody starts them again"),
    };
    sheet.note_if(count > 0, severity, "StandaloneTasks", || {
        (
            format!("{count} tasks belong to no service"),
            cost.to_owned(),
            "let what starts them look for their end, or run them as a service".to_owned(),
        )
    });
}

fn lead(group: &str, leads: &[SignedDuration], found: &mut Vec<Finding>) {
    let (Some(half), Some(most)) = (quantile(leads, 50), quantile(leads, 90)) else { return };
    let words = format!(
        "from launch to registration: half within {} s, 90 of 100 within {} s (of {} launches)",
        half.as_secs(),
        most.as_secs(),
        leads.len()
    );
    let mend = "a smaller AMI, a warm pool, or images that are pulled beforehand; `headroom` covers what stays";
    let sheet = &mut Sheet::of(format!("group {group}"), found);
    let (severity, check, cost) = match () {
        () if half >= NOTICE_LEAD => (
            Severity::Critical,
            "LeadTimeBeyondNotice",
            "replacements register after the instance is gone, in most cases",
        ),
        () if most >= NOTICE_LEAD => {
            (Severity::Warning, "LeadTimeBeyondNotice", "one replacement in ten registers after the instance is gone")
        }
        () => {
            (Severity::Note, "LeadTime", "replacements register before the instance is gone, if the pool has capacity")
        }
    };
    let mend = if severity == Severity::Note { "none is needed" } else { mend };
    sheet.note(severity, check, (words, cost.to_owned(), mend.to_owned()));
}

/// `usual` is what a replacement usually takes to register.
fn pull(service: &str, pulls: &[SignedDuration], usual: SignedDuration, found: &mut Vec<Finding>) {
    let Some(most) = quantile(pulls, 90) else { return };
    // A replacement that is late by itself has been told of.
    if usual >= NOTICE_LEAD || usual + most < NOTICE_LEAD {
        return;
    }
    let severity = if most >= NOTICE_LEAD { Severity::Critical } else { Severity::Warning };
    let words = format!(
        "its images take up to {} s to pull (90 of 100, of {} tasks), after {} s until a replacement has registered",
        most.as_secs(),
        pulls.len(),
        usual.as_secs()
    );
    let cost = "its tasks run on the replacement only after the instance is gone".to_owned();
    let mend = "smaller images, a registry in the same Region, ECS_IMAGE_PULL_BEHAVIOR=prefer-cached with images in the AMI, or \
                `headroom`: instances that have pulled them before";
    Sheet::of(service, found).note(severity, "ImagesPulledTooSlowly", (words, cost, mend.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(facts: &ClusterFacts) -> Vec<(Severity, &'static str)> {
        let mut found = Vec::new();
        check(facts, &mut found);
        found.into_iter().map(|finding| (finding.severity, finding.check)).collect()
    }

    fn with(leads: i64, pulls: [i64; 4]) -> ClusterFacts {
        let seconds = SignedDuration::from_secs;
        ClusterFacts {
            name: "web".to_owned(),
            leads: [("asg".to_owned(), vec![seconds(leads); 3])].into(),
            pulls: [("app".to_owned(), pulls.map(seconds).to_vec())].into(),
            ..ClusterFacts::default()
        }
    }

    #[test]
    fn images_that_come_too_late_are_told_of() {
        let lead = (Severity::Note, "LeadTime");
        assert_eq!(checks(&with(60, [5, 5, 5, 59])), [lead]);
        assert_eq!(checks(&with(60, [5, 5, 5, 60])), [lead, (Severity::Warning, "ImagesPulledTooSlowly")]);
        assert_eq!(checks(&with(60, [5, 5, 5, 120])), [lead, (Severity::Critical, "ImagesPulledTooSlowly")]);
        assert_eq!(checks(&with(120, [5, 5, 5, 5])), [(Severity::Critical, "LeadTimeBeyondNotice")]);
        let few = ClusterFacts { pulls: [("app".to_owned(), vec![NOTICE_LEAD; 2])].into(), ..with(60, [0; 4]) };
        assert_eq!(checks(&few), [lead]);
    }

    #[test]
    fn tasks_of_no_service_count_by_what_the_policy_does_with_them() {
        let facts = ClusterFacts {
            standalone: vec![StandaloneTasks::Leave, StandaloneTasks::Now, StandaloneTasks::Now],
            ..ClusterFacts::default()
        };
        assert_eq!(checks(&facts), [(Severity::Critical, "StandaloneTasks"), (Severity::Warning, "StandaloneTasks")]);
    }
}
