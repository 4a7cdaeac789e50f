//! `report`: what happened, from a log alone.

use std::fs::File;
use std::io::{BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Output, Shown};
use super::{BAD_INPUT, DONE, FAILED, complain, say, tell_people};
use crate::report::{Figures, Html, LINE_BYTES_MAX, Stories, Text, each_line};

/// How much of a file is read at once.
const BUFFER: usize = 256 * 1024;

/// Which log, and how it is shown.
#[derive(Debug, Args)]
pub struct Options {
    /// The log: a file, or - for standard input. Lines may be as they were written, or as Docker or CloudWatch export them.
    #[arg(value_name = "LOGFILE")]
    log: PathBuf,
    /// Write the report to this file as well: HTML that loads nothing from anywhere.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    shown: Shown,
}

/// Reads the log and tells.
pub fn report(options: &Options) -> u8 {
    let stories = match read(&options.log) {
        Ok(stories) => stories,
        Err(error) => {
            complain(format_args!("{}: {error}", options.log.display()));
            return BAD_INPUT;
        }
    };
    let figures = Figures::of(&stories);
    match options.shown.output {
        Output::Text => say(Text(&figures).to_string().trim_end()),
        Output::Json => say(&output::json(&figures)),
    }
    if stories.left_out > 0 {
        tell_people(format_args!("{} cases were one too many and are left out", stories.left_out));
    }
    let Some(html) = &options.html else { return DONE };
    match std::fs::write(html, Html(&figures).to_string()) {
        Ok(()) => DONE,
        Err(error) => {
            complain(format_args!("{}: cannot be written: {error}", html.display()));
            FAILED
        }
    }
}

fn read(log: &Path) -> std::io::Result<Stories> {
    if log == Path::new("-") {
        return stories(std::io::stdin().lock(), None);
    }
    let file = File::open(log)?;
    let size = file.metadata()?.len();
    stories(file, Some(size))
}

fn stories(log: impl Read, size: Option<u64>) -> std::io::Result<Stories> {
    let mut stories = Stories::default();
    let mut progress = Progress::of(size);
    each_line(&mut BufReader::with_capacity(BUFFER, log), LINE_BYTES_MAX, |line, bytes| {
        stories.read(line);
        progress.at(bytes);
    })?;
    progress.ends();
    Ok(stories)
}

/// How far it is, for a person who waits.
struct Progress {
    size: Option<u64>,
    shown: Option<u64>,
}

impl Progress {
    fn of(size: Option<u64>) -> Self {
        Self { size: size.filter(|size| *size > 0 && std::io::stderr().is_terminal()), shown: None }
    }

    fn at(&mut self, bytes: u64) {
        let Some(size) = self.size else { return };
        let percent = bytes.min(size) * 100 / size;
        if self.shown != Some(percent) {
            self.shown = Some(percent);
            let bar = "#".repeat(usize::try_from(percent * 30 / 100).unwrap_or(0));
            let _ = write!(std::io::stderr(), "\r[{bar:<30}] {percent} %\x1b[K");
        }
    }

    fn ends(&self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
