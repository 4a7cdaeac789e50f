//! `doctor`: what would go wrong in an interruption, and what mends it.

use std::io::IsTerminal;

use clap::Args;
use serde::Serialize;

use super::output::{self, Output, Shown};
use super::reach::Reach;
use super::{BAD_INPUT, DONE, FAILED, complain, say, tell_people};
use crate::config::Location;
use crate::doctor::{Examiner, Finding, Severity};

/// What is examined.
#[derive(Debug, Args)]
pub struct Options {
    /// Where the manifests are: a YAML file, a directory of them, s3://bucket/prefix or ssm:/path.
    #[arg(long, value_name = "LOCATION")]
    config: Location,
    /// The operator's role: IAM is asked what its policies allow. Without it what may be read is found out by reading, and nothing is known
    /// of what may be changed.
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    #[command(flatten)]
    shown: Shown,
}

/// What was found, for machines.
#[derive(Serialize)]
struct Findings<'a> {
    critical: usize,
    warnings: usize,
    notes: usize,
    findings: &'a [Finding],
}

/// Examines it.
pub fn doctor(options: &Options) -> u8 {
    if options.role.is_some() && !cfg!(feature = "iam") {
        complain("this build cannot ask IAM: it is without the feature `iam` (cargo build --release --features iam)");
        return BAD_INPUT;
    }
    let reach = match Reach::new(&options.config) {
        Ok(reach) => reach,
        Err((code, message)) => {
            complain(message);
            return code;
        }
    };
    let Reach { manifests, region, connection, gates, clients, .. } = &reach;
    let config = options.config.to_string();
    let examiner =
        Examiner { manifests, region, connection, gates, clients, config: &config, role: options.role.as_deref() };
    let progress = std::io::stderr().is_terminal();
    let findings = reach.block_on(examiner.examine(|what| {
        if progress {
            tell_people(format_args!("examining {what} …"));
        }
    }));
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (critical, warnings, notes) = (count(Severity::Critical), count(Severity::Warning), count(Severity::Note));
    match options.shown.output {
        Output::Json => {
            let told = Findings { critical, warnings, notes, findings: &findings };
            say(&output::json(&told));
        }
        Output::Text => {
            findings.iter().for_each(|finding| say(&in_words(finding)));
            say(&format!("{critical} critical, {warnings} warnings, {notes} notes."));
        }
    }
    if critical == 0 { DONE } else { FAILED }
}

fn in_words(finding: &Finding) -> String {
    let Finding { severity, check, object, message, cost, mend } = finding;
    format!("{}  {check}  {object}\n  {message}\n  costs: {cost}\n  mend:  {mend}\n", severity.name())
}
