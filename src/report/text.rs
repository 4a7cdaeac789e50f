//! A report as text, for a terminal of 100 columns.

use std::fmt::{self, Display, Formatter, Write};

use jiff::SignedDuration;

use super::advice::advice;
use super::figures::{Figures, PHASES, Spread};
use super::story::Story;

/// The parts that the window is shown in.
const PARTS: usize = 40;

/// So many pools are shown.
const POOLS_MAX: usize = 20;

/// The two minutes of a notice (EC2 User Guide, "Spot Instance interruption notices").
const WINDOW: SignedDuration = SignedDuration::from_secs(120);

/// A report that is written as text.
pub struct Text<'a>(pub &'a Figures);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let figures = self.0;
        heading(f, figures)?;
        if figures.cases == 0 {
            return Ok(());
        }
        window(f, figures)?;
        pools(f, figures)?;
        worst(f, figures)?;
        let advice = advice(figures);
        if !advice.is_empty() {
            writeln!(f, "\nWhat to change")?;
            advice.iter().try_for_each(|sentence| writeln!(f, "  - {sentence}"))?;
        }
        Ok(())
    }
}

fn heading(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    let Some((first, last)) = figures.span else {
        return writeln!(f, "No case is told of: these are no lines of the operator's log, or nothing happened.");
    };
    writeln!(f, "{} cases from {first:.0} to {last:.0}", figures.cases)?;
    let counted = |counts: &std::collections::BTreeMap<String, usize>| {
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), (*name).clone()));
        counts.into_iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    writeln!(f, "  signals   {}", counted(&figures.signals))?;
    writeln!(f, "  outcomes  {}", counted(&figures.outcomes))?;
    if figures.open > 0 {
        writeln!(f, "  open      {} at the end of the log", figures.open)?;
    }
    writeln!(f, "  tasks     {} graceful, {} killed", figures.graceful, figures.killed)
}

fn window(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    if figures.window.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nFrom the notice, in seconds (each mark is 3 s of the two minutes)")?;
    writeln!(f, "  {:<23}{:>6}{:>6}{:>6}{:>7}", "", "50 %", "90 %", "100 %", "cases")?;
    for ((_, name), spread) in PHASES.iter().zip(&figures.phases) {
        let at = |part: usize| spread.quantile(part).map_or("-".to_owned(), seconds);
        write!(f, "  {name:<23}{:>6}{:>6}{:>6}{:>7}  ", at(50), at(90), at(100), spread.len())?;
        writeln!(f, "{}", plot(spread).trim_end())?;
    }
    Ok(())
}

fn seconds(time: SignedDuration) -> String {
    format!("{:.1}", time.as_secs_f64())
}

/// A row of blocks, the highest where most are.
fn plot(spread: &Spread) -> String {
    const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let buckets = spread.buckets(WINDOW, PARTS);
    let most = buckets.iter().copied().max().unwrap_or_default().max(1);
    let block = |count: usize| BLOCKS.get((count * 8).div_ceil(most)).copied().unwrap_or('█');
    buckets.into_iter().fold(String::new(), |mut row, count| {
        row.push(block(count));
        row
    })
}

fn pools(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    writeln!(f, "\nPools, the most trouble first")?;
    let width = figures.pools.iter().take(POOLS_MAX).map(|pool| pool.name.chars().count()).max().unwrap_or_default();
    for pool in figures.pools.iter().take(POOLS_MAX) {
        let lead = pool.lead.quantile(50).map_or(String::new(), |half| format!(", replaced in {} s", seconds(half)));
        let killed = if pool.killed > 0 { format!(", {} tasks killed", pool.killed) } else { String::new() };
        let (well, cases, cluster, name) = (pool.well, pool.cases, &pool.cluster, &pool.name);
        let went = if cases == 0 { "still open".to_owned() } else { format!("{well} of {cases} went well") };
        writeln!(f, "  {name:<width$}  {cluster}: {went}{killed}{lead}")?;
    }
    more(f, figures.pools.len(), POOLS_MAX)
}

fn more(f: &mut Formatter<'_>, all: usize, shown: usize) -> fmt::Result {
    if all > shown { writeln!(f, "  … and {} more", all - shown) } else { Ok(()) }
}

fn worst(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    if figures.worst.is_empty() {
        return writeln!(f, "\nNo case went wrong.");
    }
    writeln!(f, "\nThe worst cases")?;
    figures.worst.iter().try_for_each(|story| case(f, story))
}

fn case(f: &mut Formatter<'_>, story: &Story) -> fmt::Result {
    let outcome = story.outcome.as_deref().unwrap_or("open");
    let mut line = String::new();
    for (phase, name) in PHASES {
        if let Some(took) = story.took(phase) {
            let _ = write!(line, ", {name} {} s", took.as_secs());
        }
    }
    let (instance, cluster) = (&story.instance, &story.cluster);
    let said_at = story.said_at.map_or(String::new(), |at| format!(" {at:.0}"));
    writeln!(f, "  {instance} in {cluster}{said_at}: {outcome}, {} tasks killed{line}", story.tasks.killed)?;
    story.reasons.iter().try_for_each(|reason| writeln!(f, "      {reason}"))
}
