//! What is wrong with a cluster as a whole: tasks that nobody starts again, instances that nobody replaces, replacements that are late.

use jiff::SignedDuration;

use super::finding::{Finding, Severity, Sheet};
use crate::api::StandaloneTasks;
use crate::signal::NOTICE_LEAD;

/// Fewer launches than this say little about the next one.
const LAUNCHES_MIN: usize = 3;

/// What is known of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Its name.
    pub name: String,
    /// Tasks that run and belong to no service.
    pub standalone_tasks: usize,
    /// What the policy does with those.
    pub standalone: StandaloneTasks,
    /// Container instances that are members of no group.
    pub in_no_group: Vec<String>,
    /// Container instances whose agent is disconnected.
    pub disconnected: Vec<String>,
    /// Per group, from the start of a launch to the registration of its instance, as far as both are known.
    pub leads: Vec<(String, Vec<SignedDuration>)>,
}

/// What is wrong with a cluster.
pub fn check(cluster: &ClusterFacts, found: &mut Vec<Finding>) {
    let name = &cluster.name;
    let sheet = &mut Sheet::of(format!("cluster {name}"), found);
    standalone(cluster, sheet);
    let listed = |ids: &[String]| {
        let shown: Vec<&str> = ids.iter().take(5).map(String::as_str).collect();
        let more = ids.len().saturating_sub(shown.len());
        format!("{}{}", shown.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
    };
    sheet.note_if(!cluster.in_no_group.is_empty(), Severity::Warning, "InNoGroup", || {
        (
            format!(
                "{} container instances are members of no group behind a capacity provider: {}",
                cluster.in_no_group.len(),
                listed(&cluster.in_no_group)
            ),
            "nobody replaces them; the operator drains them, and that is all".to_owned(),
            "aws autoscaling attach-instances --instance-ids … --auto-scaling-group-name …, or launch them by a group"
                .to_owned(),
        )
    });
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
}

fn standalone(cluster: &ClusterFacts, sheet: &mut Sheet<'_>) {
    let count = cluster.standalone_tasks;
    let (severity, cost) = match cluster.standalone {
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
    if leads.len() < LAUNCHES_MIN {
        return;
    }
    let mut leads = leads.to_vec();
    leads.sort();
    let at = |part: usize| leads.get((leads.len() * part / 100).min(leads.len() - 1)).copied().unwrap_or_default();
    let (half, most) = (at(50), at(90));
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
