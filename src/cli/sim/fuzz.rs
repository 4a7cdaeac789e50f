//! `sim fuzz`: one trial a seed, each held to what must hold.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Args;
use serde_json::json;

use crate::api::API_VERSION;
use crate::cli::{DONE, FAILED, complain, say};
use crate::clock::Clock;
use crate::trial::fuzz::{Verdict, fuzz};
use crate::trial::{Coverage, draw};

/// With so many seeds everything that is expected to be seen has to have been.
const SEEDS_THAT_COVER: u64 = 2000;

/// So many seeds that failed are named at most.
const NAMED_MAX: usize = 100;

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
    /// Go on after a seed that failed; those that failed are named in the end, 100 at most, and the first one is shown.
    #[arg(long)]
    keep_going: bool,
    /// Print everything that happens in each; of the calls only DetachInstances and UpdateContainerInstancesState.
    #[arg(long)]
    transcript: bool,
}

/// What all seeds together came to.
#[derive(Default)]
struct Tally {
    coverage: Coverage,
    played: u64,
    failed: u64,
    /// The lowest seed that something was wrong with.
    first: Option<Verdict>,
    /// What was wrong first with each seed that failed, as far as there is room.
    wrong: BTreeMap<u64, String>,
    /// What kept a seed from being played.
    unplayed: Option<String>,
}

impl Tally {
    fn fail(&mut self, seed: u64, why: String) {
        self.failed += 1;
        if self.wrong.len() < NAMED_MAX {
            self.wrong.insert(seed, why);
        }
    }
}

/// The seeds on their way.
struct Run<'a> {
    options: &'a Options,
    next: AtomicU64,
    stop: AtomicBool,
    tally: Mutex<Tally>,
    clock: Clock,
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
    let (next, stop, tally) = (AtomicU64::new(0), AtomicBool::new(false), Mutex::new(Tally::default()));
    let run = Run { options, next, stop, tally, clock: Clock::system() };
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| run.play());
        }
    });
    finish(options, &run.tally.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Run<'_> {
    fn play(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.options.seeds {
                return;
            }
            let seed = self.options.start.saturating_add(index);
            // A panic has told what happened already; with which seed it happened only this knows.
            let verdict = catch_unwind(|| fuzz(seed, None)).map_err(|_| format!("seed {seed} ended in a panic"));
            let verdict = verdict.and_then(|verdict| verdict.map_err(|error| format!("seed {seed}: {error}")));
            self.take(seed, verdict);
        }
    }

    fn take(&self, seed: u64, verdict: Result<Verdict, String>) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.played += 1;
        match verdict {
            Ok(verdict) => {
                if self.options.transcript {
                    verdict.lines.iter().for_each(|line| say(&line.aligned()));
                }
                tally.coverage.add(&verdict.coverage);
                if let Some(violation) = verdict.violations.first() {
                    tally.fail(seed, violation.to_string());
                    if tally.first.as_ref().is_none_or(|first| verdict.seed < first.seed) {
                        tally.first = Some(verdict);
                    }
                }
            }
            Err(why) => {
                tally.fail(seed, why.clone());
                tally.unplayed = Some(why);
            }
        }
        self.stop.fetch_or(tally.failed > 0 && !self.options.keep_going, Ordering::Relaxed);
        self.progress(&tally);
    }

    /// How far it is and how long it will take, for a person who waits.
    fn progress(&self, tally: &Tally) {
        const WIDTH: u64 = 30;
        let mut terminal = std::io::stderr();
        if !terminal.is_terminal() {
            return;
        }
        let (played, seeds) = (tally.played, self.options.seeds.max(1));
        let left = self.clock.elapsed().as_secs().saturating_mul(seeds - played) / played.max(1);
        let filled = usize::try_from(WIDTH * played / seeds).unwrap_or(0);
        let bar = format!("{:<30}", "#".repeat(filled));
        let end = if played == seeds { "\n" } else { "" };
        let _ = write!(terminal, "\r[{bar}] {played} of {seeds}, {} failed, {left} s left\x1b[K{end}", tally.failed);
    }
}

fn finish(options: &Options, tally: &Tally) -> u8 {
    tally.unplayed.iter().for_each(complain);
    if let Some(verdict) = &tally.first {
        let seed = verdict.seed;
        say(&verdict.last_lines.join("\n"));
        verdict.violations.iter().for_each(|violation| say(&format!("violated: {violation}")));
        say(&format!("seed {seed}; again: ecs-spot-operator sim fuzz --seeds 1 --start {seed}"));
    }
    let first = tally.first.as_ref().map(|verdict| verdict.seed);
    for (seed, why) in tally.wrong.iter().filter(|(seed, _)| first != Some(**seed)) {
        say(&format!("seed {seed} as well: {why}"));
    }
    let covers = options.seeds >= SEEDS_THAT_COVER && tally.failed == 0;
    let unseen = if covers { tally.coverage.unseen() } else { Vec::new() };
    if tally.failed == 0 {
        say("nothing was violated; seen in these seeds:");
        tally.coverage.table().iter().for_each(|line| say(line));
    }
    if !unseen.is_empty() {
        say(&format!("never seen: {}", unseen.join(", ")));
    }
    say(&format!("{} passed, {} failed", tally.played - tally.failed, tally.failed));
    if tally.failed > 0 || !unseen.is_empty() { FAILED } else { DONE }
}
