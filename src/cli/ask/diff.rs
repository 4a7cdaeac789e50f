//! `diff`: what manifests would change in a running operator.

use clap::Args;
use serde_json::Value;

use super::{Operator, understood};
use crate::api::{
    self, Change, Declared, Manifests, Metadata, OperatorSpec, OperatorStatus, Resource, SpotClusterList,
};
use crate::cli::output::{self, Output, Shown};
use crate::cli::reach;
use crate::cli::{DONE, FAILED, complain, say};
use crate::config::Location;

/// What is compared with which operator.
#[derive(Debug, Args)]
pub struct Options {
    /// A YAML file, a directory of them, s3://bucket/prefix or ssm:/path: all that the operator is to be told.
    #[arg(value_name = "PATH")]
    location: Location,
    #[command(flatten)]
    operator: Operator,
    #[command(flatten)]
    shown: Shown,
}

/// Compares them. The exit code is 1 where something differs, as `kubectl diff` has it.
pub fn diff(options: &Options) -> u8 {
    let wanted = match reach::manifests(&options.location) {
        Ok(manifests) => manifests,
        Err((code, message)) => {
            complain(message);
            return code;
        }
    };
    match in_force(&options.operator) {
        Ok(in_force) => tell(&api::changes(&in_force, &wanted), options.shown.output),
        Err(message) => {
            complain(message);
            FAILED
        }
    }
}

fn tell(changes: &[Change], format: Output) -> u8 {
    match format {
        Output::Json => say(&output::json(changes)),
        Output::Text if changes.is_empty() => say("No difference: the operator works by these manifests already."),
        Output::Text => changes.iter().for_each(|change| {
            let note = if change.needs_restart() { "   (takes effect at the next start)" } else { "" };
            say(&format!("{change}{note}"));
        }),
    }
    if changes.is_empty() { DONE } else { FAILED }
}

/// What the operator works by.
fn in_force(operator: &Operator) -> Result<Manifests, String> {
    let answer: Value = operator.ask("/api/v1/operator")?;
    let told: Declared<OperatorSpec, OperatorStatus> = understood(&answer)?;
    let answer = operator.ask("/api/v1/clusters")?;
    let list: SpotClusterList = understood(&answer)?;
    Ok(Manifests { operator: resource(told), clusters: list.items.into_iter().map(resource).collect() })
}

fn resource<S, T>(declared: Declared<S, T>) -> Resource<S> {
    let Declared { api_version, kind, metadata, spec, .. } = declared;
    let metadata = Metadata { name: metadata.name, labels: metadata.labels, annotations: metadata.annotations };
    Resource { api_version, kind, metadata, spec }
}
