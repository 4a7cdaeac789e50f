//! From news to observations: what AWS tells is one more sight of it, in the names that are used in here. What is in no managed
//! cluster is nobody's business.

use crate::ids::{ContainerInstanceArn, TaskArn};
use crate::observe::snapshot::InstanceStatus;
use crate::observe::task::Words;
use crate::observe::{InstanceTold, Observation, Snapshot, TaskTold};
use crate::signal::{ContainerInstanceNews, InstanceState, News, TaskNews};

/// What `news` show of what is known in `snapshot`; `None`: nothing.
pub fn observation(news: News, snapshot: &Snapshot) -> Option<Observation> {
    match news {
        News::ContainerInstance(news) => container_instance(news, snapshot),
        News::Task(news) => task(&news, snapshot),
        News::InstanceState { instance, state, at } => {
            ends(&state).then_some(Observation::Ending { instance, said_at: at })
        }
        News::Launch { group, .. } | News::Termination { group, .. } => Some(Observation::Moved { group }),
        News::LaunchHook { hook, .. } => Some(Observation::Moved { group: hook.group }),
    }
}

fn ends(state: &InstanceState) -> bool {
    use InstanceState::{ShuttingDown, Stopped, Stopping, Terminated};
    matches!(state, Stopping | Stopped | ShuttingDown | Terminated)
}

fn container_instance(news: ContainerInstanceNews, snapshot: &Snapshot) -> Option<Observation> {
    let told = InstanceTold {
        cluster: snapshot.cluster_named(&news.cluster)?.clone(),
        arn: ContainerInstanceArn::from(&news.arn),
        status: news.status.as_deref().map(InstanceStatus::from),
        agent_connected: news.agent_connected,
        version: news.version,
        at: news.at,
    };
    Some(Observation::InstanceTold(news.instance?, told))
}

fn task(news: &TaskNews, snapshot: &Snapshot) -> Option<Observation> {
    let words = Words {
        group: news.group.as_deref(),
        definition: news.definition.as_deref(),
        last_status: Some(news.last_status.as_deref()?),
        stopped_reason: news.stopped_reason.as_deref(),
        stopped_at: news.stopped_at,
        version: news.version,
    };
    Some(Observation::TaskTold(TaskTold {
        cluster: snapshot.cluster_named(&news.cluster)?.clone(),
        host: ContainerInstanceArn::from(news.container_instance.as_deref()?),
        arn: TaskArn::from(&news.arn),
        task: words.at(news.at),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::snapshot::{Cluster, ClusterState};
    use crate::signal::{self, Parsed};
    use serde_json::{Value, json};

    fn heard(kind: &str, detail: Value) -> Option<Observation> {
        let cluster = Cluster {
            region: "us-east-1".into(),
            name: "web".into(),
            state: ClusterState::Unread,
            providers: Default::default(),
        };
        let snapshot = Snapshot { clusters: [("key".into(), cluster)].into(), ..Snapshot::default() };
        let body = json!({"detail-type": kind, "time": "2026-01-02T03:02:03Z", "detail": detail}).to_string();
        match signal::parse(&body, "2026-01-02T03:02:04Z".parse().unwrap()) {
            Ok(Parsed::News(news)) => observation(news, &snapshot),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_end_of_an_instance_is_one_and_its_beginning_is_none() {
        let state = |state: &str| {
            heard("EC2 Instance State-change Notification", json!({"instance-id": "i-0abc", "state": state}))
        };
        for ends in ["stopping", "stopped", "shutting-down", "terminated"] {
            assert!(matches!(state(ends), Some(Observation::Ending { .. })), "{ends}");
        }
        for other in ["pending", "running", "something"] {
            assert!(state(other).is_none(), "{other}");
        }
    }

    #[test]
    fn whatever_groups_tell_of_members_moves_them() {
        let of_group = || json!({"AutoScalingGroupName": "asg", "EC2InstanceId": "i-0abc", "LifecycleHookName": "h"});
        for kind in [
            "EC2 Instance Launch Successful",
            "EC2 Instance Launch Unsuccessful",
            "EC2 Instance Terminate Successful",
            "EC2 Instance Terminate Unsuccessful",
            "EC2 Instance-launch Lifecycle Action",
        ] {
            let heard = heard(kind, of_group());
            assert!(matches!(heard, Some(Observation::Moved { group }) if &*group == "asg"), "{kind}");
        }
    }

    #[test]
    fn what_is_in_no_managed_cluster_is_not_heard() {
        let instance = |cluster: &str| {
            let detail = json!({"clusterArn": cluster, "containerInstanceArn": "arn:1", "ec2InstanceId": "i-0abc"});
            heard("ECS Container Instance State Change", detail)
        };
        let task = |cluster: &str, host: Value| {
            let arns = json!({"clusterArn": cluster, "taskArn": "arn:2", "containerInstanceArn": host,
                "lastStatus": "STOPPED"});
            heard("ECS Task State Change", arns)
        };
        let (ours, theirs) = ("arn:aws:ecs:us-east-1:1:cluster/web", "arn:aws:ecs:us-east-1:1:cluster/other");
        assert!(matches!(instance(ours), Some(Observation::InstanceTold(_, told)) if told.cluster == "key".into()));
        assert!(matches!(task(ours, json!("arn:1")), Some(Observation::TaskTold(told)) if told.task.stopped));
        assert!(instance(theirs).is_none() && task(theirs, json!("arn:1")).is_none());
        assert!(task(ours, Value::Null).is_none(), "it runs on Fargate");
    }
}
