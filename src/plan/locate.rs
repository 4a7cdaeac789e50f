//! Whose instance is it? Most notices of an account are about instances that are in no managed cluster.
//!
//! The index answers for known ones. For others Auto Scaling is asked, and ECS only about the clusters of the group it names.

use jiff::SignedDuration;

use super::case::{Case, Place};
use super::draft::Draft;
use super::pace::{SOON, due};
use super::reason::Reason;
use super::scene::Scene;
use super::step::Dismissal;
use crate::ids::{CapacityProviderName, ClusterKey, GroupKey, InstanceId};
use crate::observe::Subject;
use crate::observe::snapshot::{Behind, ClusterState};

/// That a member which may just have registered is missing is believed only of an answer that is asked for so long after the
/// notice; it is asked about every second until then. ECS is eventually consistent (ECS API reference,
/// `DescribeContainerInstances`), for how long it does not say.
const NOT_BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(5);

/// Why an instance that stands here has no group that could replace it.
pub fn without_group(scene: Scene<'_>, place: &Place) -> Reason {
    let cluster = scene.snapshot.clusters.get(&place.cluster);
    match cluster.zip(place.provider.as_ref()).and_then(|(cluster, provider)| cluster.providers.get(provider)) {
        Some(Behind::ManagedInstances) => Reason::ManagedInstances,
        _ => Reason::NotInGroup,
    }
}

/// Where an instance stands.
pub enum Whereabouts {
    /// In a managed cluster.
    Managed(Place),
    /// In none.
    Nowhere(Dismissal),
    /// That is being asked.
    Undecided(Reason),
}

/// Finds out, as far as that is known now, and asks for what is missing.
pub fn whereabouts(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Whereabouts {
    match scene.snapshot.instances.get(&case.instance) {
        Some(instance) if instance.gone_at.is_some() && case.hooks.is_empty() => {
            gone(scene, case, &instance.cluster, draft)
        }
        Some(instance) => match place(scene, &case.instance, &instance.cluster, instance.provider.as_ref(), None) {
            // Its group may be one that is about to be known, and nothing presses.
            Some(place) if place.group.is_none() && case.is_planned() && is_unread(scene, &place.cluster) => {
                Whereabouts::Undecided(Reason::ClusterUnread(place.cluster))
            }
            Some(place) => Whereabouts::Managed(place),
            None => Whereabouts::Nowhere(Dismissal::Foreign),
        },
        None => unregistered(scene, case, draft),
    }
}

/// Seen to be gone, perhaps long ago: asks once whether it is back under another name.
fn gone(scene: Scene<'_>, case: &Case, cluster: &ClusterKey, draft: &mut Draft) -> Whereabouts {
    let subject = Subject::Instance(case.instance.clone());
    if answered(scene, case, &subject) {
        return Whereabouts::Nowhere(Dismissal::Gone);
    }
    if due(scene, &subject, SOON, draft) {
        draft.batches.find(cluster, &case.instance);
    }
    Whereabouts::Undecided(looking_up(scene, [subject].into_iter()))
}

/// Why nobody knows yet.
fn looking_up(scene: Scene<'_>, mut subjects: impl Iterator<Item = Subject>) -> Reason {
    if subjects.any(|subject| fails(scene, &subject)) { Reason::LookUpFailing } else { Reason::LookingUp }
}

/// Whether the last look at `subject` failed.
fn fails(scene: Scene<'_>, subject: &Subject) -> bool {
    scene.snapshot.asked.get(subject).is_some_and(|asked| asked.failures > 0)
}

/// Whether a look at `subject` that began after the signal was received has been answered.
fn answered(scene: Scene<'_>, case: &Case, subject: &Subject) -> bool {
    answered_after(scene, case, SignedDuration::ZERO, subject)
}

/// Whether a look at `subject` that began so long after the signal was received has been answered.
fn answered_after(scene: Scene<'_>, case: &Case, pause: SignedDuration, subject: &Subject) -> bool {
    let asked = scene.snapshot.asked.get(subject).filter(|asked| !asked.in_flight && asked.failures == 0);
    asked.is_some_and(|asked| asked.at.duration_since(case.received_at) >= pause)
}

fn unregistered(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Whereabouts {
    match group(scene, case, draft) {
        Ok(Some(group)) => in_group(scene, case, &group, draft),
        Ok(None) if case.held_before => in_no_group(scene, case, draft),
        Ok(None) => Whereabouts::Nowhere(Dismissal::Foreign),
        Err(reason) => Whereabouts::Undecided(reason),
    }
}

/// Whoever held its message before may have detached it: asks every cluster once. Of a message that nobody held nobody has
/// detached anything, so that the many foreign ones cost no such look.
fn in_no_group(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Whereabouts {
    let subject = Subject::Instance(case.instance.clone());
    if answered(scene, case, &subject) {
        return Whereabouts::Nowhere(Dismissal::Foreign);
    }
    if due(scene, &subject, SOON, draft) {
        scene.snapshot.clusters.keys().for_each(|cluster| draft.batches.find(cluster, &case.instance));
    }
    Whereabouts::Undecided(looking_up(scene, [subject].into_iter()))
}

/// The managed group that an unknown instance belongs to.
fn group(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Result<Option<GroupKey>, Reason> {
    if let Some((group, ..)) = scene.snapshot.member(&case.instance) {
        return Ok(Some(group.clone()));
    }
    match located(scene, case, draft) {
        None => Err(looking_up(
            scene,
            scene.snapshot.regions().into_iter().map(|region| Subject::Location(region, case.instance.clone())),
        )),
        Some(Some(group)) => Ok(Some(group)),
        Some(None) => match scene.snapshot.unread_cluster() {
            Some(cluster) if fails(scene, &Subject::Cluster(cluster.clone())) => {
                Err(Reason::ClusterUnread(cluster.clone()))
            }
            Some(_) => Err(Reason::LookingUp),
            None => Ok(None),
        },
    }
}

/// What Auto Scaling says: `None` until every Region has answered, then the managed group, if it is one.
pub fn located(scene: Scene<'_>, case: &Case, draft: &mut Draft) -> Option<Option<GroupKey>> {
    let answers = scene.snapshot.located.get(&case.instance);
    let mut complete = true;
    for region in scene.snapshot.regions() {
        match answers.and_then(|answers| answers.get(&region)) {
            Some(Some(group)) if scene.snapshot.clusters_of(group).next().is_some() => {
                return Some(Some(group.clone()));
            }
            Some(_) => {}
            None => {
                complete = false;
                if due(scene, &Subject::Location(region.clone(), case.instance.clone()), SOON, draft) {
                    draft.batches.locate(&region, &case.instance);
                }
            }
        }
    }
    complete.then_some(None)
}

/// Not known to be registered: asks the group's clusters once, since a registered instance may have opted out.
fn in_group(scene: Scene<'_>, case: &Case, group: &GroupKey, draft: &mut Draft) -> Whereabouts {
    let subject = Subject::Instance(case.instance.clone());
    let mut clusters = scene.snapshot.clusters_of(group);
    let Some((cluster, provider)) = clusters.next() else { return Whereabouts::Nowhere(Dismissal::Foreign) };
    let unread = is_unread(scene, cluster);
    // One that the group had at the last resync and the cluster had not is gone, or has registered since: one answer that
    // does not have it may not have caught up.
    let stranger = scene.snapshot.strangers.contains(&case.instance);
    let again = if stranger { NOT_BELIEVED_FOR } else { SignedDuration::ZERO };
    if answered_after(scene, case, again, &subject) && !unread {
        if stranger && case.hooks.is_empty() {
            return Whereabouts::Nowhere(Dismissal::Gone);
        }
        return match place(scene, &case.instance, cluster, Some(provider), Some(group)) {
            Some(place) => Whereabouts::Managed(place),
            None => Whereabouts::Nowhere(Dismissal::Foreign),
        };
    }
    if due(scene, &subject, SOON, draft) {
        draft.batches.find(cluster, &case.instance);
        clusters.for_each(|(other, _)| draft.batches.find(other, &case.instance));
    }
    Whereabouts::Undecided(looking_up(scene, [subject].into_iter()))
}

/// Whether it is not known yet which groups a cluster has behind its capacity providers.
pub fn is_unread(scene: Scene<'_>, cluster: &ClusterKey) -> bool {
    scene.snapshot.clusters.get(cluster).is_none_or(|cluster| cluster.state == ClusterState::Unread)
}

/// Where an instance stands that is in this cluster, or will be.
pub fn place(
    scene: Scene<'_>,
    id: &InstanceId,
    key: &ClusterKey,
    provider: Option<&CapacityProviderName>,
    group: Option<&GroupKey>,
) -> Option<Place> {
    let cluster = scene.snapshot.clusters.get(key)?;
    let instance = scene.snapshot.instances.get(id);
    let member = scene.snapshot.member(id);
    let behind = provider.and_then(|provider| scene.snapshot.group_behind(key, provider));
    let group = member.map(|(group, ..)| group).or(group).or(behind);
    let of_group = group.and_then(|group| scene.snapshot.clusters_of(group).find(|(cluster, _)| *cluster == key));
    let provider = provider.or(of_group.map(|(_, provider)| provider));
    Some(Place {
        cluster: key.clone(),
        cluster_name: cluster.name.clone(),
        provider: provider.cloned(),
        group: group.cloned(),
        arn: instance.map(|instance| instance.arn.clone()),
        availability_zone: instance
            .and_then(|instance| instance.availability_zone.clone())
            .or_else(|| member.and_then(|(.., member)| member.availability_zone.clone())),
        instance_type: instance
            .and_then(|instance| instance.instance_type.clone())
            .or_else(|| member.and_then(|(.., member)| member.instance_type.clone())),
    })
}
