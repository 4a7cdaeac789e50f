//! What ECS tells the event bus (ECS Developer Guide, "Amazon ECS events").

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::describe::{self, Times};
use crate::sim::kernel::{Core, Event};

const SOURCE: &str = "aws.ecs";

impl Cluster {
    pub(super) fn task_changed(&self, id: &str, core: &mut Core) {
        let Some(task) = self.tasks.get(id) else { return };
        let now = core.now;
        core.publish("ECS Task State Change", |names| {
            let mut detail = describe::task(names, self, task, Times::Iso);
            stamp(&mut detail, now);
            Event { source: SOURCE, resources: vec![task.arn.clone()], detail }
        });
    }

    pub(super) fn instance_changed(&self, id: &str, core: &mut Core) {
        let Some(instance) = self.instances.get(id) else { return };
        let now = core.now;
        core.publish("ECS Container Instance State Change", |_| {
            let mut detail = describe::container_instance(self, instance, Times::Iso);
            if let Some(detail) = detail.as_object_mut() {
                detail.insert("clusterArn".to_owned(), json!(self.arn));
            }
            stamp(&mut detail, now);
            Event { source: SOURCE, resources: vec![instance.arn.clone()], detail }
        });
    }

    pub(super) fn service_event(&self, service: &str, level: &str, name: &str, core: &mut Core) {
        let at = core.now;
        core.publish("ECS Service Action", |names| Event {
            source: SOURCE,
            resources: vec![names.service_arn(&self.name, service)],
            detail: json!({
                "eventType": level,
                "eventName": name,
                "clusterArn": self.arn,
                "createdAt": format!("{at:.3}"),
                "reason": "RESOURCE:MEMORY",
            }),
        });
    }
}

fn stamp(detail: &mut Value, now: jiff::Timestamp) {
    if let Some(detail) = detail.as_object_mut() {
        detail.insert("updatedAt".to_owned(), Times::Iso.write(now));
    }
}
