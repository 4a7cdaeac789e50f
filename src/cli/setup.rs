//! `setup`: makes the event plumbing that manifests ask for, or removes it.

use clap::Args;
use serde::Serialize;

use super::output::{self, Output, Shown};
use super::reach::Reach;
use super::{BAD_INPUT, DONE, FAILED, complain, say};
use crate::aws::Failure;
use crate::config::Location;
use crate::setup::{Builder, Change, Surveyor, Wanted, plan, removal};

/// What is set up.
#[derive(Debug, Args)]
pub struct Options {
    /// Where the manifests are: a YAML file, a directory of them, s3://bucket/prefix or ssm:/path.
    #[arg(long, value_name = "LOCATION")]
    config: Location,
    /// Show what would be changed, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Remove what setup has made, and leave all else.
    #[arg(long)]
    destroy: bool,
    /// Leave the groups' hooks alone; nothing is asked of ECS and Auto Scaling then.
    #[arg(long)]
    without_hooks: bool,
    #[command(flatten)]
    shown: Shown,
}

/// What came of it, for machines.
#[derive(Serialize)]
struct Told<'a> {
    changes: &'a [Change],
    made: usize,
    dry_run: bool,
}

/// Sets it up.
pub fn setup(options: &Options) -> u8 {
    let reach = match Reach::new(&options.config) {
        Ok(reach) => reach,
        Err((code, message)) => {
            complain(message);
            return code;
        }
    };
    let mut wanted = match Wanted::of(&reach.manifests, &reach.region) {
        Ok(wanted) => wanted,
        Err(problems) => {
            complain(problems);
            return BAD_INPUT;
        }
    };
    if options.destroy {
        wanted = wanted.or_ever(&reach.manifests, &reach.region);
    }
    if options.without_hooks {
        wanted.hooked.clear();
    }
    match reach.block_on(work(&reach, options, &wanted)) {
        Ok(()) => DONE,
        Err(failure) => {
            complain(format!("{failure}; {}", failure.remedy()));
            FAILED
        }
    }
}

async fn work(reach: &Reach, options: &Options, wanted: &Wanted) -> Result<(), Failure> {
    let Reach { connection, gates, clients, .. } = reach;
    let found = Surveyor { connection, gates, clients, whose: true }.survey(wanted).await?;
    let changes = if options.destroy { removal(wanted, &found) } else { plan(wanted, &found) };
    let text = options.shown.output == Output::Text;
    if text {
        show(&changes);
    }
    let builder = Builder { connection, gates, clients };
    let mut made = 0;
    for change in changes.iter().filter(|_| !options.dry_run) {
        builder.make(change).await?;
        made += 1;
        if text {
            say(&format!("{made} of {}: {}", changes.len(), first_line(change)));
        }
    }
    match options.shown.output {
        Output::Text if options.dry_run && !changes.is_empty() => say("Nothing was changed: --dry-run."),
        Output::Text => {}
        Output::Json => {
            let told = Told { changes: &changes, made, dry_run: options.dry_run };
            say(&output::json(&told));
        }
    }
    Ok(())
}

fn show(changes: &[Change]) {
    if changes.is_empty() {
        return say("Nothing to change.");
    }
    changes.iter().for_each(|change| say(&format!("  {change}")));
    let count = |sign: char| changes.iter().filter(|change| change.sign() == sign).count();
    say(&format!("\n{} to make, {} to change, {} to remove.\n", count('+'), count('~'), count('-')));
}

fn first_line(change: &Change) -> String {
    change.to_string().lines().next().unwrap_or_default().to_owned()
}
