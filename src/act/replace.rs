//! The calls that make a group replace instances: it loses them, wants as many as before, and launches others at once.

use super::leave::{Desired, leave, left};
use super::{Actor, Answer, Answers, halves};
use crate::aws::Failure;
use crate::ids::{GroupKey, InstanceId};
use crate::plan::{CaseId, Way};

/// Makes `group` lose `instances`.
///
/// Auto Scaling refuses a batch as a whole when one instance is in the wrong state, so a refused batch is halved until the
/// culprits stand alone.
pub async fn replace(actor: &Actor, way: Way, group: &GroupKey, instances: &[(CaseId, InstanceId)]) -> Answers {
    let mut answers = Answers::default();
    let mut batches = vec![instances];
    while let Some(batch) = batches.pop() {
        let ids: Vec<InstanceId> = batch.iter().map(|(_, instance)| instance.clone()).collect();
        let result = leave(actor, way, group, &ids, Desired::Kept).await;
        if let Some([first, second]) = result.as_ref().err().and_then(|failure| halves(failure, batch)) {
            batches.extend([second, first]);
            continue;
        }
        let seen = result.iter().map(|_| left(way, group, &ids)).collect();
        answers.absorb(Answers { seen, ..answered(way, batch, &result) });
    }
    answers
}

fn answered(way: Way, batch: &[(CaseId, InstanceId)], result: &Result<Option<String>, Failure>) -> Answers {
    let answer = |case: &CaseId| Answer { case: case.clone(), deed: way.deed(), result: result.clone() };
    Answers { cases: batch.iter().map(|(case, _)| answer(case)).collect(), ..Answers::default() }
}
