//! A report as one HTML file that loads nothing from anywhere, for a screen, light or dark, and for paper.

use std::fmt::{self, Display, Formatter};

use jiff::SignedDuration;

use super::advice::advice;
use super::figures::{Figures, PHASES, Spread};
use super::story::Story;

/// The parts that the window is shown in.
const PARTS: usize = 60;

/// So many pools are shown.
const POOLS_MAX: usize = 100;

/// The two minutes of a notice (EC2 User Guide, "Spot Instance interruption notices").
const WINDOW: SignedDuration = SignedDuration::from_secs(120);

const STYLE: &str = "\
:root{color-scheme:light dark;--bar:#2563eb;--bad:#b91c1c;--line:#8884}\
@media (prefers-color-scheme:dark){:root{--bar:#60a5fa;--bad:#f87171}}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line)}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\
.bad{color:var(--bad)}svg{width:100%;height:3rem}rect{fill:var(--bar)}\
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr,svg{break-inside:avoid}}";

/// A report that is written as HTML.
pub struct Html<'a>(pub &'a Figures);

impl Display for Html<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let figures = self.0;
        write!(f, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
        writeln!(f, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
        writeln!(
            f,
            "<title>Spot interruptions: {} cases</title>\n<style>{STYLE}</style>\n</head>\n<body>",
            figures.cases
        )?;
        heading(f, figures)?;
        window(f, figures)?;
        pools(f, figures)?;
        worst(f, figures)?;
        changes(f, figures)?;
        writeln!(f, "</body>\n</html>")
    }
}

/// Text where it can mean nothing else.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => write!(f, "{c}"),
        })
    }
}

fn heading(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    writeln!(f, "<h1>Spot interruptions: {} cases</h1>", figures.cases)?;
    let Some((first, last)) = figures.span else {
        return writeln!(
            f,
            "<p>No case is told of: these are no lines of the operator's log, or nothing happened.</p>"
        );
    };
    writeln!(f, "<p>From <time>{first:.0}</time> to <time>{last:.0}</time>.</p>")?;
    writeln!(f, "<table>\n<tr><th>outcome</th><th class=\"n\">cases</th></tr>")?;
    for (outcome, count) in &figures.outcomes {
        writeln!(f, "<tr><td>{}</td><td class=\"n\">{count}</td></tr>", Escaped(outcome))?;
    }
    if figures.open > 0 {
        writeln!(f, "<tr><td>open at the end of the log</td><td class=\"n\">{}</td></tr>", figures.open)?;
    }
    let killed = if figures.killed > 0 { " class=\"bad\"" } else { "" };
    writeln!(
        f,
        "</table>\n<p>{} tasks ended gracefully, <span{killed}>{} were killed</span>.</p>",
        figures.graceful, figures.killed
    )
}

fn window(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    if figures.window.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "<h2>From the notice</h2>\n<p>Each plot is the two minutes from a notice to its deadline.</p>\n<table>"
    )?;
    writeln!(
        f,
        "<tr><th>phase</th><th class=\"n\">50 %</th><th class=\"n\">90 %</th><th class=\"n\">100 %</th><th class=\"n\">cases</th><th>when</th></tr>"
    )?;
    for ((_, name), spread) in PHASES.iter().zip(&figures.phases) {
        write!(f, "<tr><td>{name}</td>")?;
        for part in [50, 90, 100] {
            let time = spread.quantile(part).map_or("–".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()));
            write!(f, "<td class=\"n\">{time}</td>")?;
        }
        write!(f, "<td class=\"n\">{}</td><td>", spread.len())?;
        plot(f, name, spread)?;
        writeln!(f, "</td></tr>")?;
    }
    writeln!(f, "</table>")
}

fn plot(f: &mut Formatter<'_>, name: &str, spread: &Spread) -> fmt::Result {
    const HEIGHT: usize = 30;
    let buckets = spread.buckets(WINDOW, PARTS);
    let most = buckets.iter().copied().max().unwrap_or_default().max(1);
    write!(
        f,
        "<svg viewBox=\"0 0 {PARTS} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{name}\">"
    )?;
    for (at, count) in buckets.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let height = (count * HEIGHT).div_ceil(most);
        write!(f, "<rect x=\"{at}\" y=\"{}\" width=\"0.9\" height=\"{height}\"/>", HEIGHT - height)?;
    }
    write!(f, "</svg>")
}

fn pools(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    if figures.pools.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "<h2>Pools</h2>\n<table>\n<tr><th>pool</th><th>cluster</th><th class=\"n\">cases</th><th class=\"n\">went well</th><th class=\"n\">tasks killed</th><th class=\"n\">half replaced within</th></tr>"
    )?;
    for pool in figures.pools.iter().take(POOLS_MAX) {
        let lead = pool.lead.quantile(50).map_or("–".to_owned(), |half| format!("{:.1} s", half.as_secs_f64()));
        writeln!(
            f,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{lead}</td></tr>",
            Escaped(&pool.name),
            Escaped(&pool.cluster),
            pool.cases,
            pool.well,
            pool.killed
        )?;
    }
    writeln!(f, "</table>")?;
    match figures.pools.len().checked_sub(POOLS_MAX).filter(|more| *more > 0) {
        Some(more) => writeln!(f, "<p>… and {more} more.</p>"),
        None => Ok(()),
    }
}

fn worst(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    if figures.worst.is_empty() {
        return writeln!(f, "<p>No case went wrong.</p>");
    }
    writeln!(
        f,
        "<h2>The worst cases</h2>\n<table>\n<tr><th>instance</th><th>outcome</th><th class=\"n\">tasks killed</th><th>why</th></tr>"
    )?;
    figures.worst.iter().try_for_each(|story| case(f, story))?;
    writeln!(f, "</table>")
}

fn case(f: &mut Formatter<'_>, story: &Story) -> fmt::Result {
    let said_at = story.said_at.map_or(String::new(), |at| format!("{at:.0}"));
    write!(
        f,
        "<tr><td>{}<br><time>{said_at}</time></td><td class=\"bad\">{}</td><td class=\"n\">{}</td><td>",
        Escaped(&story.instance),
        Escaped(story.outcome.as_deref().unwrap_or("open")),
        story.tasks.killed
    )?;
    for reason in &story.reasons {
        write!(f, "{}<br>", Escaped(reason))?;
    }
    writeln!(f, "{}</td></tr>", Escaped(&story.message))
}

fn changes(f: &mut Formatter<'_>, figures: &Figures) -> fmt::Result {
    let advice = advice(figures);
    if advice.is_empty() {
        return Ok(());
    }
    writeln!(f, "<h2>What to change</h2>\n<ul>")?;
    advice.iter().try_for_each(|sentence| writeln!(f, "<li>{}</li>", Escaped(sentence)))?;
    writeln!(f, "</ul>")
}
