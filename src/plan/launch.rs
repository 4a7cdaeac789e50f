//! One more instance for a group, by `LaunchInstances`: in which zone, and where it cannot be had.

use std::sync::Arc;

use super::attempt::Attempt;
use super::call::Call;
use super::case::{Case, Place};
use super::deed::Deed;
use super::draft::Draft;
use super::reason::Reason;
use super::scene::Scene;
use crate::ids::GroupKey;
use crate::observe::snapshot::Group;

/// After so many failures in a row no more is asked for.
const FAILURES_MAX: u32 = 6;

/// Why AWS would refuse to launch one more in this group (EC2 Auto Scaling API reference, `LaunchInstances`).
pub fn refusal(group: &Group) -> Option<Reason> {
    if group.desired.saturating_add(1) > group.max {
        return Some(Reason::AtMaxSize(group.max));
    }
    group.launch_refusal.map(|why| Reason::LaunchRefused(why.to_owned()))
}

/// Whether AWS has refused for good, or often enough.
pub fn is_refused(attempt: &Attempt) -> bool {
    attempt.is_final() || attempt.failures() >= FAILURES_MAX
}

/// Asks for one more instance, in the zone that promises most.
pub fn request(
    scene: Scene<'_>,
    case: &Case,
    place: &Place,
    (key, group): (&GroupKey, &Group),
    deed: Deed,
    draft: &mut Draft,
) {
    let Some(zone) = zone(scene, place, key, group) else {
        return draft.report.add(&case.id, Reason::LaunchRefused("the group has no zones".to_owned()));
    };
    let attempt = case.attempt(&deed);
    // As long as AWS has not said that there is none, what was asked for before may have come.
    let known = |(zone, _): &(Arc<str>, String)| !scene.cases.pools.is_avoided(key, zone, scene.now);
    let again = case.launching.clone().filter(|asked| attempt.is_lost() || attempt.failures() > 0 && known(asked));
    let (zone, token) = again.unwrap_or_else(|| {
        let token = token(case, &deed, &zone, attempt.failures());
        (zone, token)
    });
    draft.batches.call(Call::Launch { group: key.clone(), case: case.id.clone(), token, deed, zone });
}

/// The same wish has the same token, also after a restart and after an answer that was lost: AWS gives the same answer for 8 h.
/// It has 64 characters at most.
fn token(case: &Case, deed: &Deed, zone: &str, failures: u32) -> String {
    let elsewhere = if *deed == Deed::FallBack { "/elsewhere" } else { "" };
    let token = format!("{}/{zone}/{failures}{elsewhere}", case.instance);
    token.chars().filter(|c| c.is_ascii_alphanumeric() || "-_/".contains(*c)).take(64).collect()
}

/// Not where capacity has just been lost, nor where this instance is about to be; else where the group has fewest.
fn zone(scene: Scene<'_>, place: &Place, key: &GroupKey, group: &Group) -> Option<Arc<str>> {
    let members = |zone: &Arc<str>| {
        group.members.values().filter(|member| member.availability_zone.as_ref() == Some(zone)).count()
    };
    let rank = |zone: &&Arc<str>| {
        let avoided = scene.cases.pools.is_avoided(key, zone, scene.now);
        (avoided, place.availability_zone.as_ref() == Some(*zone), members(zone), Arc::clone(zone))
    };
    group.zones.iter().min_by_key(rank).cloned()
}
