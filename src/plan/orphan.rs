//! An orphan: an instance that was detached and that EC2 did not take after all. It costs money in no group.
//!
//! Its group takes it back and terminates it, with decrement, so that nothing is left over and the group wants what it wanted.
//! That is left to a person where the group has no room for it, or where the instance has tasks.

use super::attempt::Attempt;
use super::call::{Call, Way};
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::pace::{SOON, due, retry_now};
use super::reason::Reason;
use super::scene::Scene;
use super::{debt, tasks};
use crate::ids::GroupKey;
use crate::observe::Subject;

/// After so many failures a person has to do it.
const FAILURES_MAX: u32 = 3;

/// Has an orphan taken back and terminated. True while that is under way.
pub fn is_taken_home(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) -> bool {
    let Some(key) = place.group.as_ref().filter(|_| case.attempt(&Deed::Detach).is_accepted()) else { return false };
    if case.attempt(&Deed::GiveBack).is_accepted() || !tasks::all_stopped(scene.snapshot, case) {
        return false;
    }
    let attempt = case.attempt(&Deed::Attach);
    match attempt {
        Attempt::InFlight { .. } => {}
        Attempt::Accepted { .. } => return ends(scene, case, key, draft),
        Attempt::Failed { failures, .. } if *failures >= FAILURES_MAX => return false,
        Attempt::Failed { .. } if !retry_now(scene, attempt, draft) => {}
        // Its end can pay for one instance only: the debt passes to another, and this one is left to a person.
        Attempt::None if debt::owes(scene, case) => return false,
        Attempt::None | Attempt::Failed { .. } => return attach(scene, case, key, draft),
    }
    draft.report.add(&case.id, Reason::GoesHome);
    true
}

fn attach(scene: Scene<'_>, case: &Case, key: &GroupKey, draft: &mut Draft) -> bool {
    let Some(group) = scene.snapshot.groups.get(key) else { return false };
    let tried_at = if let Attempt::Failed { at, .. } = case.attempt(&Deed::Attach) { Some(*at) } else { None };
    if group.observed_at <= tried_at.unwrap_or(case.received_at) {
        return look(scene, case, key, draft);
    }
    if group.members.contains_key(&case.instance) {
        // The answer was lost; or somebody else has attached it, and has their reasons.
        return tried_at.is_some() && ends(scene, case, key, draft);
    }
    let room = group.desired < group.max;
    if room {
        let (group, case, instance) = (key.clone(), case.id.clone(), case.instance.clone());
        draft.batches.call(Call::Attach { group, case, instance });
    }
    room
}

/// It is a member again, or about to be: its group loses it for good.
fn ends(scene: Scene<'_>, case: &Case, key: &GroupKey, draft: &mut Draft) -> bool {
    debt::give_back(scene, case, key, Way::Terminate, draft);
    look(scene, case, key, draft)
}

fn look(scene: Scene<'_>, case: &Case, key: &GroupKey, draft: &mut Draft) -> bool {
    if due(scene, &Subject::Group(key.clone()), SOON, draft) {
        draft.batches.group(key);
    }
    draft.report.add(&case.id, Reason::GoesHome);
    true
}
