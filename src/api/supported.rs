//! Settings that the kinds have room for and this version does not act on.
//!
//! To accept one silently would be a promise that nobody keeps, so each is refused with its path.

use super::check::Complaints;
use super::spot_cluster::HeadroomMode;
use super::{Headroom, OperatorSpec, SpotClusterSpec};

/// Complains of the settings in `spec` that this version does not support.
pub fn unsupported_in_operator(spec: &OperatorSpec, found: &mut Complaints) {
    note(found, spec.lease.is_some(), "spec.lease");
}

/// Complains of the settings in `spec` that this version does not support.
pub fn unsupported_in_spot_cluster(spec: &SpotClusterSpec, found: &mut Complaints) {
    note(found, spec.assume_role.is_some(), "spec.assumeRole");
    headroom(found, &spec.headroom, "spec");
    for (index, provider) in spec.capacity_providers.iter().enumerate() {
        let at = format!("spec.capacityProviders[{index}]");
        provider.headroom.iter().for_each(|rules| headroom(found, rules, &at));
    }
}

fn headroom(found: &mut Complaints, rules: &Headroom, at: &str) {
    note(found, rules.mode != HeadroomMode::Off, &format!("{at}.headroom.mode"));
}

fn note(found: &mut Complaints, present: bool, path: &str) {
    found.add_if(present, path, || "is not supported by this version; leave it at its default".to_owned());
}
