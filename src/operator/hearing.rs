//! From news to observations: what AWS tells is one more sight of it, in the names that are used in here. What is in no managed
//! cluster is nobody's business.

use crate::ids::{ContainerInstanceArn, TaskArn};
use crate::observe::snapshot::InstanceStatus;
use crate::observe::task::Words;
use crate::observe::{InstanceTold, Observation, Snapshot, TaskTold};
use crate::signal::{ContainerInstanceNews, News, TaskNews};

/// What `news` show of what is known in `snapshot`; `None`: nothing.
pub fn observation(news: News, snapshot: &Snapshot) -> Option<Observation> {
    match news {
        News::ContainerInstance(news) => container_instance(news, snapshot),
        News::Task(news) => task(&news, snapshot),
        News::InstanceState { .. } | News::Launch { .. } | News::Termination { .. } | News::LaunchHook { .. } => None,
    }
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
