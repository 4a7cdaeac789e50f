//! Tells each case as it goes, one line a phase.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::cli::{say, say_in_colour, tame};
use crate::plan::Outcome;
use crate::telemetry::CaseLine;

/// A case that came to its end while the demo ran.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The instance.
    pub instance: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// Tells the story.
pub struct Narrator {
    began_at: Timestamp,
    hand_overs: usize,
    stop: CancellationToken,
    ended: Mutex<Vec<Ended>>,
    colours: bool,
}

impl Narrator {
    /// A narrator who ends the story after so many hand-overs.
    pub fn new(began_at: Timestamp, hand_overs: usize, stop: CancellationToken) -> Self {
        let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { began_at, hand_overs, stop, ended: Mutex::default(), colours }
    }

    /// Says what is going to be seen.
    pub fn introduce(&self, speed: f64, url: &str) {
        say(&format!(
            "A simulated AWS: the ECS cluster `web`, 20 Spot instances behind 2 capacity providers, 4 services.\n\
             EC2 Spot takes instances back, each two minutes after a notice. The operator receives the notices,\n\
             asks the Auto Scaling group for a replacement, drains, and follows each case to its end.\n\
             Time runs {speed} times as fast as real time. The demo ends after {} hand-overs; Ctrl-C ends it before.\n\
             The page, to watch it in a browser: {url}/\n\
             What it does and waits for: ecs-spot-operator get interruptions --server {url}\n\
             Health and metrics: {url}/readyz {url}/metrics\n\n\
             {:>6}  {:<19}  {:>11}",
            self.hand_overs, "time", "instance", "left"
        ));
    }

    /// Tells one phase of a case.
    pub fn tell(&self, line: &CaseLine) {
        let now = line.deadline.zip(line.seconds_left);
        let now = now.map_or(0.0, |(deadline, left)| deadline.duration_since(self.began_at).as_secs_f64() - left);
        let (minutes, seconds) = ((now / 60.0).floor(), now % 60.0);
        let left = match line.seconds_left {
            Some(left) if left < 0.0 => format!("{:.0} s past", -left),
            Some(left) => format!("{left:.0} s left"),
            None => String::new(),
        };
        let words = tame(&words(line));
        let colour = if self.colours { colour(line) } else { "" };
        let words = if colour.is_empty() { words } else { format!("{colour}{words}\x1b[0m") };
        say_in_colour(&format!(
            "{minutes:>3.0}:{seconds:02.0}  {:<19}  {left:>11}  {words}",
            line.instance_id.as_str()
        ));
        line.outcome.into_iter().for_each(|outcome| self.end(line, outcome));
    }

    /// The cases that came to their end.
    pub fn ended(&self) -> Vec<Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn end(&self, line: &CaseLine, outcome: Outcome) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.push(Ended { instance: line.instance_id.to_string(), outcome });
        let handed_over = ended.iter().filter(|ended| matches!(ended.outcome, Outcome::HandedOver | Outcome::Late));
        if handed_over.count() >= self.hand_overs {
            self.stop.cancel();
        }
    }
}

fn words(line: &CaseLine) -> String {
    let replacement = line.replacement.as_ref().map(ToString::to_string).unwrap_or_default();
    let tasks = line.tasks;
    match line.event {
        "case.noticed" => {
            let provider = line.capacity_provider.as_ref().map(ToString::to_string).unwrap_or_default();
            let kind = line.instance_type.clone().unwrap_or_default();
            let zone = line.availability_zone.clone().unwrap_or_default();
            format!("notice: EC2 takes it back ({provider}, {kind}, {zone})")
        }
        "case.replacement_requested" => "replacement requested: its group launches another instance".to_owned(),
        "case.replacement_registered" => format!("replacement registered: {replacement} takes tasks"),
        "case.draining" => "draining: ECS moves its tasks away".to_owned(),
        "case.tasks_stopped" if tasks.graceful == 0 => "no task is left on it".to_owned(),
        "case.tasks_stopped" if tasks.graceful == 1 => "its one task stopped, after its SIGTERM".to_owned(),
        "case.tasks_stopped" => format!("all {} tasks stopped, each after its SIGTERM", tasks.graceful),
        "case.closed" => closing_words(line),
        _ => line.message.trim_start_matches(line.instance_id.as_str()).trim_start_matches([' ', ':']).to_owned(),
    }
}

fn closing_words(line: &CaseLine) -> String {
    let outcome = line.outcome.map_or("closed", Outcome::name);
    let tasks = line.tasks;
    format!("gone: {outcome}; tasks: {} graceful, {} killed", tasks.graceful, tasks.killed)
}

fn colour(line: &CaseLine) -> &'static str {
    match (line.event, line.outcome) {
        (_, Some(Outcome::HandedOver)) => "\x1b[32m",
        (_, Some(_)) | ("case.at_risk", _) => "\x1b[33m",
        ("case.noticed", _) => "\x1b[1m",
        _ => "",
    }
}
