//! Settings that the kinds have room for and this version does not act on.
//!
//! To accept one silently would be a promise that nobody keeps, so each is refused with its path.

use super::spot_cluster::HeadroomMode;
use super::{Headroom, OperatorSpec, SpotClusterSpec};

/// Paths of the settings in `spec` that this version does not support.
pub fn unsupported_in_operator(spec: &OperatorSpec) -> Vec<String> {
    let mut paths = Vec::new();
    note(&mut paths, spec.lease.is_some(), "spec.lease");
    note(&mut paths, spec.notifications.is_some(), "spec.notifications");
    paths
}

/// Paths of the settings in `spec` that this version does not support.
pub fn unsupported_in_spot_cluster(spec: &SpotClusterSpec) -> Vec<String> {
    let mut paths = Vec::new();
    note(&mut paths, spec.assume_role.is_some(), "spec.assumeRole");
    headroom(&mut paths, &spec.headroom, "spec");
    for (index, provider) in spec.capacity_providers.iter().enumerate() {
        let at = format!("spec.capacityProviders[{index}]");
        provider.headroom.iter().for_each(|rules| headroom(&mut paths, rules, &at));
    }
    paths
}

fn headroom(paths: &mut Vec<String>, rules: &Headroom, at: &str) {
    note(paths, rules.mode != HeadroomMode::Off, &format!("{at}.headroom.mode"));
}

fn note(paths: &mut Vec<String>, present: bool, path: &str) {
    if present {
        paths.push(path.to_owned());
    }
}
