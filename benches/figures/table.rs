//! The table of figures.

use std::fmt;

/// Figures, part by part.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

enum Row {
    Part(String),
    Figure { what: String, measured: f64, unit: &'static str, asked: Asked },
}

/// What a figure is held against.
#[derive(Clone, Copy)]
pub enum Asked {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// Nothing: it is there to be known.
    Nothing,
}

impl Table {
    /// A new part.
    pub fn part(&mut self, name: &str) {
        self.rows.push(Row::Part(name.to_owned()));
    }

    /// A figure.
    pub fn figure(&mut self, what: impl Into<String>, measured: f64, unit: &'static str, asked: Asked) {
        self.rows.push(Row::Figure { what: what.into(), measured, unit, asked });
    }

    /// A figure that is there to be known.
    pub fn note(&mut self, what: impl Into<String>, measured: f64, unit: &'static str) {
        self.figure(what, measured, unit, Asked::Nothing);
    }
}

impl Asked {
    /// What was asked, the measured as a part of it, and whether it is met.
    fn judged(self, measured: f64) -> [String; 3] {
        let verdict = |met: bool| if met { "met" } else { "SHORT" }.to_owned();
        match self {
            Self::AtMost(most) => {
                [format!("<= {}", number(most)), format!("{:.2}", measured / most), verdict(measured <= most)]
            }
            Self::AtLeast(least) => {
                [format!(">= {}", number(least)), format!("{:.2}", measured / least), verdict(measured >= least)]
            }
            Self::Nothing => Default::default(),
        }
    }
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "no count here is beyond 2^53")]
pub const fn count(number: usize) -> f64 {
    number as f64
}

/// As many digits as say something.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| figure | measured | asked | ratio | |")?;
        writeln!(f, "|---|---:|---:|---:|---|")?;
        for row in &self.rows {
            match row {
                Row::Part(name) => writeln!(f, "| **{name}** | | | | |")?,
                Row::Figure { what, measured, unit, asked } => {
                    let [asked, ratio, verdict] = asked.judged(*measured);
                    writeln!(f, "| {what} | {} {unit} | {asked} | {ratio} | {verdict} |", number(*measured))?;
                }
            }
        }
        Ok(())
    }
}
