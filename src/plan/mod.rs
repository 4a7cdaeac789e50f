//! Decides what to do: one synchronous function of what was observed, the cases, the policy and the time.
//!
//! It does no IO, reads no clock, draws no randomness and knows no AWS type (`tests/tidy.rs` holds it to that). Calling it
//! twice on the same input changes nothing: what it asked for is in the cases and in the snapshot by then.

mod attempt;
mod base;
mod bases;
mod batch;
mod budget;
mod call;
mod case;
mod case_id;
mod cases;
mod closing;
mod debt;
mod deed;
mod draft;
mod drain;
mod fallback;
mod finding;
mod handover;
mod hook;
mod launch;
mod listing;
mod locate;
mod loss;
mod mark;
mod orphan;
mod pace;
mod phase;
mod policy;
mod pools;
mod reason;
mod record;
mod replacement;
mod report;
mod returning;
mod risk;
mod scene;
mod step;
mod stopping;
mod targets;
mod tasks;
mod warning;
mod watch;
mod way;

use jiff::Timestamp;

pub use crate::api::Outcome;
pub use attempt::{Attempt, Setback};
pub use call::{Call, Drained, Held, Stopped, Way};
pub use case::{Case, Place};
pub use case_id::CaseId;
pub use cases::{Admission, Cases};
pub use deed::Deed;
pub use pace::CROWD;
pub use phase::Phase;
pub use policy::{Policies, Rules};
pub use reason::Reason;
pub use report::Report;
pub use risk::Risk;
pub use step::{Dismissal, Plan, Step};
pub use tasks::{Tally, TaskEnd, tally, task_ends};

use crate::api::Mode;
use crate::observe::Snapshot;
use crate::signal::SignalKind;
use closing::Standing;
use debt::Passing;
use draft::Draft;
use locate::Whereabouts;
use scene::Scene;

/// Decides what is to be done now, and when to think again at the latest.
pub fn plan(snapshot: &Snapshot, cases: &Cases, policies: &Policies, now: Timestamp) -> Plan {
    let drains = |case: &&Case| !case.is_planned() && case.attempt(&Deed::Drain).is_in_flight();
    let drains = cases.iter().filter(drains).count();
    let scene = Scene { snapshot, cases, policies, now, drains };
    let mut draft = Draft::default();
    watch::clusters(scene, &mut draft);
    watch::hooks(scene, &mut draft);
    watch::unlisted(scene, &mut draft);
    watch::heard_of(scene, &mut draft);
    finding::held_instances(scene, &mut draft);
    finding::marked_instances(scene, &mut draft);
    finding::drained_by_others(scene, &mut draft);
    loss::tell(scene, &mut draft);
    for case in cases.iter() {
        consider(scene, case, &mut draft);
    }
    replacement::pair(scene, &mut draft);
    stopping::stop(scene, &mut draft);
    base::lower(scene, &mut draft);
    watch::newcomers(scene, &mut draft);
    listing::settle(scene, &mut draft);
    draft.finish()
}

fn consider(scene: Scene<'_>, case: &Case, draft: &mut Draft) {
    match &case.place {
        Some(place) => proceed(scene, case, place, draft),
        None => identify(scene, case, draft),
    }
}

/// A new case: finds out whose instance it is, and whether anything may be done about it.
fn identify(scene: Scene<'_>, case: &Case, draft: &mut Draft) {
    if scene.now >= case.history_from && !returning::is_in_hand(scene, case) {
        return draft.step(Step::Dismiss { case: case.id.clone(), why: Dismissal::Expired });
    }
    draft.wake_at(case.history_from);
    let place = match locate::whereabouts(scene, case, draft) {
        Whereabouts::Managed(place) => place,
        Whereabouts::Nowhere(why) => return draft.step(Step::Dismiss { case: case.id.clone(), why }),
        Whereabouts::Undecided(reason) => return draft.report.add(&case.id, reason),
    };
    let rules = scene.policies.rules(&place.cluster, place.provider.as_ref());
    if scene.policies.is_leaving(&place.cluster) && !case.kind.is_settlement() {
        return draft.step(Step::Dismiss { case: case.id.clone(), why: Dismissal::Unmanaged });
    }
    if let Some(why) = exempt(scene, case, &rules) {
        return draft.step(Step::Dismiss { case: case.id.clone(), why });
    }
    draft.step(Step::Identify { case: case.id.clone(), place: place.clone(), mode: rules.mode });
    match rules.mode {
        Mode::Enforce => proceed(scene, case, &place, draft),
        Mode::DryRun => rehearse(scene, case, &place, draft),
        Mode::Paused => draft.step(Step::Dismiss { case: case.id.clone(), why: Dismissal::Paused }),
    }
}

fn exempt(scene: Scene<'_>, case: &Case, rules: &Rules) -> Option<Dismissal> {
    let ignored = scene.snapshot.instances.get(&case.instance).is_some_and(|instance| instance.ignored);
    match () {
        () if ignored => Some(Dismissal::Ignored),
        () if !rules.managed => Some(Dismissal::Unmanaged),
        () if case.kinds.iter().any(|kind| rules.heeds(*kind, &case.hooks)) => None,
        () if case.kind == SignalKind::TerminateHook => Some(Dismissal::OthersHook),
        () => Some(Dismissal::SignalDisabled),
    }
}

fn proceed(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    let rules = scene.policies.rules(&place.cluster, place.provider.as_ref());
    if mark::is_taken_over(scene, case) {
        return draft.step(Step::Dismiss { case: case.id.clone(), why: Dismissal::Duplicate });
    }
    if scene.policies.is_leaving(&place.cluster) && handover::waits_its_turn(scene, case) {
        return draft.step(Step::Dismiss { case: case.id.clone(), why: Dismissal::Unmanaged });
    }
    match closing::judge(scene, case, place, &rules, draft) {
        Standing::Open => {}
        Standing::Counting => return watch::last_tasks(scene, case, place, draft),
        Standing::Awaiting => {
            replacement::confirm(scene, case, &rules, draft);
            return watch::case(scene, case, place, draft);
        }
        Standing::Ended(Outcome::Returned) if returning::is_set_back(scene, case, draft) => return,
        Standing::Ended(Outcome::Returned) if orphan::is_taken_home(scene, case, place, draft) => return,
        Standing::Ended(Outcome::Returned) if mark::is_being_settled(scene, case, draft) => return,
        Standing::Ended(_) if !fallback::is_settled(scene, case, draft) => {
            return watch::elsewhere(scene, case, place, draft);
        }
        Standing::Ended(outcome) => {
            return match debt::pass_on(scene, case, draft) {
                Passing::Passed | Passing::Nothing => draft.step(Step::Close { case: case.id.clone(), outcome }),
                Passing::NotYet => watch::payers(scene, place, draft),
            };
        }
    }
    record::note(case, draft);
    if debt::is_stranded(scene, case) {
        debt::hand_on(scene, case, place, draft);
    }
    if handover::stays(scene, case, place, &rules, draft) {
        return;
    }
    let held = handover::is_held(scene, case, &rules);
    if held {
        draft.report.add(&case.id, Reason::NotEnforced(rules.mode));
    } else if case.is_planned() {
        handover::proceed(scene, case, place, &rules, draft);
    } else {
        replacement::request(scene, case, place, &rules, draft);
        fallback::request(scene, case, place, &rules, draft);
        drain::request(scene, case, place, draft);
        if !pace::drains_press(scene, case, draft) {
            mark::request(scene, case, draft);
        }
    }
    hook::attend(scene, case, place, &rules, draft);
    replacement::confirm(scene, case, &rules, draft);
    tasks::follow(scene, case, &rules, draft);
    watch::elsewhere(scene, case, place, draft);
    if !held {
        warning::warn(scene, case, &rules, draft);
    }
    watch::case(scene, case, place, draft);
}

/// What would be done, for a cluster in dry-run.
fn rehearse(scene: Scene<'_>, case: &Case, place: &Place, draft: &mut Draft) {
    let rules = scene.policies.rules(&place.cluster, place.provider.as_ref());
    let mut imagined = Draft::default();
    if case.is_planned() {
        handover::proceed(scene, case, place, &rules, &mut imagined);
    } else {
        replacement::request(scene, case, place, &rules, &mut imagined);
        drain::request(scene, case, place, &mut imagined);
    }
    let Draft { steps, batches, report, .. } = imagined;
    let would = batches.calls().into_iter().map(Step::Call).chain(steps).filter(Step::changes_aws).collect();
    let reasons = report.of(&case.id).to_vec();
    draft.step(Step::Rehearse { case: case.id.clone(), would, reasons });
    draft.step(Step::Dismiss { case: case.id.clone(), why: Dismissal::DryRun });
}

#[cfg(test)]
mod tests;
