//! `sim fuzz`: one trial a seed, each held to what must hold.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use clap::Args;
use serde_json::json;

use crate::api::API_VERSION;
use crate::cli::{DONE, FAILED, complain, say};
use crate::trial::fuzz::{Verdict, fuzz};
use crate::trial::{Coverage, draw};

/// With so many seeds everything that is expected to be seen has to have been.
const SEEDS_THAT_COVER: u64 = 2000;

/// Which seeds, and how many at a time.
#[derive(Debug, Args)]
pub struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 1)]
    start: u64,
    /// How many at a time.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=256))]
    jobs: u64,
    /// Play nothing; print the scenario that the first seed draws, for `sim run`.
    #[arg(long)]
    drawn: bool,
    /// Go on after a seed that failed; the first one is shown in the end.
    #[arg(long)]
    keep_going: bool,
    /// Print everything that happens in each but the calls that change nothing.
    #[arg(long)]
    transcript: bool,
}

/// What all seeds together came to.
#[derive(Default)]
struct Tally {
    coverage: Coverage,
    failed: Option<Verdict>,
}

/// Plays the seeds.
pub fn run(options: &Options) -> u8 {
    if options.drawn {
        let scenario = json!({
            "apiVersion": API_VERSION,
            "kind": "Scenario",
            "metadata": {"name": format!("seed-{}", options.start)},
            "spec": draw::scenario(options.start),
        });
        say(&format!("{scenario:#}"));
        return DONE;
    }
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| play(options, &next, &stop, &tally));
        }
    });
    let tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    finish(options, &tally)
}

fn play(options: &Options, next: &AtomicU64, stop: &AtomicBool, tally: &Mutex<Tally>) {
    while !stop.load(Ordering::Relaxed) {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= options.seeds {
            return;
        }
        progress(index, options.seeds);
        let verdict = match fuzz(options.start.saturating_add(index), None) {
            Ok(verdict) => verdict,
            Err(error) => {
                complain(error);
                return stop.store(true, Ordering::Relaxed);
            }
        };
        if options.transcript {
            verdict.lines.iter().for_each(|line| say(&line.aligned()));
        }
        let mut tally = tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tally.coverage.add(&verdict.coverage);
        if !verdict.violations.is_empty() {
            tally.failed.get_or_insert(verdict);
            stop.store(!options.keep_going, Ordering::Relaxed);
        }
    }
}

fn finish(options: &Options, tally: &Tally) -> u8 {
    if let Some(verdict) = &tally.failed {
        let seed = verdict.seed;
        say(&verdict.last_lines.join("\n"));
        verdict.violations.iter().for_each(|violation| say(&format!("violated: {violation}")));
        say(&format!("seed {seed}; again: ecs-spot-operator sim fuzz --seeds 1 --start {seed}"));
        return FAILED;
    }
    say(&format!("{} seeds, nothing violated; seen in them:", options.seeds));
    tally.coverage.table().iter().for_each(|line| say(line));
    let unseen = tally.coverage.unseen();
    let covers = options.seeds >= SEEDS_THAT_COVER;
    if covers && !unseen.is_empty() {
        say(&format!("never seen: {}", unseen.join(", ")));
    }
    if covers && !unseen.is_empty() { FAILED } else { DONE }
}

/// How far it is, for a person who waits.
fn progress(index: u64, seeds: u64) {
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() {
        let _ = write!(terminal, "\rseed {} of {seeds}\x1b[K{}", index + 1, if index + 1 == seeds { "\n" } else { "" });
    }
}
