//! The calls that decrement: the group loses an instance and wants one less.

use super::leave::{Desired, leave, left};
use super::{Actor, Answer, Answers};
use crate::ids::{GroupKey, InstanceId};
use crate::plan::{CaseId, Deed, Way};

/// Makes `group` lose `instance` and want one less.
pub async fn give_back(actor: &Actor, way: Way, group: &GroupKey, case: &CaseId, instance: &InstanceId) -> Answers {
    let instances = std::slice::from_ref(instance);
    let result = leave(actor, way, group, instances, Desired::Decremented).await;
    Answers {
        seen: result.iter().map(|_| left(way, group, instances)).collect(),
        cases: vec![Answer { case: case.clone(), deed: Deed::GiveBack, result }],
        ..Answers::default()
    }
}
