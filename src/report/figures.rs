//! The figures of a report: what happened to how many, how long it took, where.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::story::{Stories, Story};

/// So many of the worst cases are shown.
const WORST_MAX: usize = 10;

/// The phases that a hand-over goes through, in their order.
pub const PHASES: [(&str, &str); 4] = [
    ("replacement_requested", "replacement asked for"),
    ("draining", "draining"),
    ("replacement_registered", "replacement registered"),
    ("tasks_stopped", "tasks stopped"),
];

/// What a log tells, in figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// The first and the last moment of any case.
    pub span: Option<(Timestamp, Timestamp)>,
    /// How many cases there are.
    pub cases: usize,
    /// How many had not ended.
    pub open: usize,
    /// How many ended how.
    pub outcomes: BTreeMap<String, usize>,
    /// How many there are of each signal.
    pub signals: BTreeMap<String, usize>,
    /// Tasks that ended while their instance was there.
    pub graceful: u64,
    /// Tasks that ended with their instance.
    pub killed: u64,
    /// Of interruption notices: the length of their windows.
    pub window: Spread,
    /// Of interruption notices: from the notice to each phase of a hand-over, in their order.
    #[serde(serialize_with = "by_phase")]
    pub phases: Vec<Spread>,
    /// The pools, the one with the most trouble first.
    pub pools: Vec<Pool>,
    /// The worst cases, the worst first.
    pub worst: Vec<Story>,
    /// Why something was at risk, in how many cases.
    pub reasons: BTreeMap<String, usize>,
}

/// Durations, from the shortest to the longest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread(Vec<SignedDuration>);

impl Spread {
    fn of(times: impl Iterator<Item = SignedDuration>) -> Self {
        let mut times: Vec<SignedDuration> = times.collect();
        times.sort();
        Self(times)
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What so many of 100 are within.
    #[must_use]
    pub fn quantile(&self, part: usize) -> Option<SignedDuration> {
        let last = self.0.len().checked_sub(1)?;
        self.0.get((last * part).div_ceil(100).min(last)).copied()
    }

    /// How many lie in each of `count` equal parts of the time to `end`; what lies before or behind is in the first or the last.
    #[must_use]
    pub fn buckets(&self, end: SignedDuration, count: usize) -> Vec<usize> {
        let mut buckets = vec![0; count];
        for time in &self.0 {
            let part = time.as_secs_f64() / end.as_secs_f64().max(1.0) * count as f64;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and count - 1")]
            let at = part.clamp(0.0, count as f64 - 1.0) as usize;
            if let Some(bucket) = buckets.get_mut(at) {
                *bucket += 1;
            }
        }
        buckets
    }
}

/// In seconds.
impl Serialize for Spread {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Spread", 4)?;
        fields.serialize_field("cases", &self.len())?;
        for (name, part) in [("p50", 50), ("p90", 90), ("max", 100)] {
            fields.serialize_field(
                name,
                &self.quantile(part).map(|time| (time.as_secs_f64() * 1_000.0).round() / 1_000.0),
            )?;
        }
        fields.end()
    }
}

fn by_phase<S: Serializer>(phases: &[Spread], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(PHASES.iter().map(|(phase, _)| phase).zip(phases))
}

/// Cases of one capacity provider, zone and instance type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// The cluster.
    pub cluster: String,
    /// The capacity provider, the zone and the type, as far as they are known.
    pub name: String,
    /// How many.
    pub cases: usize,
    /// How many were handed over without a loss, in time.
    pub well: usize,
    /// Tasks that were killed there.
    pub killed: u64,
    /// From the notice to the registration of the replacement.
    pub lead: Spread,
}

impl Figures {
    /// Those of `stories`.
    #[must_use]
    pub fn of(stories: &Stories) -> Self {
        let mut figures = Self::default();
        let mut pools: BTreeMap<(String, String), Vec<&Story>> = BTreeMap::new();
        for story in stories.all() {
            figures.count(story);
            pools.entry((story.cluster.clone(), pool_of(story))).or_default().push(story);
        }
        let noticed = || stories.all().filter(|story| is_notice(story));
        figures.window = Spread::of(noticed().filter_map(Story::window));
        figures.phases =
            PHASES.iter().map(|(phase, _)| Spread::of(noticed().filter_map(|story| story.took(phase)))).collect();
        figures.pools = pools.into_iter().map(|((cluster, name), stories)| pool(cluster, name, &stories)).collect();
        figures.pools.sort_by(|a, b| b.trouble().cmp(&a.trouble()).then_with(|| a.name.cmp(&b.name)));
        let mut worst: Vec<&Story> = stories.all().filter(|story| badness(story) > (0, 0, 0)).collect();
        worst.sort_by_key(|story| std::cmp::Reverse(badness(story)));
        figures.worst = worst.into_iter().take(WORST_MAX).cloned().collect();
        figures
    }

    fn count(&mut self, story: &Story) {
        self.cases += 1;
        self.graceful += story.tasks.graceful;
        *self.signals.entry(story.signal.clone()).or_default() += 1;
        match &story.outcome {
            // Before the end a task that has not stopped is no loss.
            None => self.open += 1,
            Some(outcome) => {
                self.killed += story.tasks.killed;
                *self.outcomes.entry(outcome.clone()).or_default() += 1;
            }
        }
        for reason in &story.reasons {
            *self.reasons.entry(reason.clone()).or_default() += 1;
        }
        let moments = story.said_at.into_iter().chain(story.phases.values().copied());
        for at in moments {
            let (first, last) = self.span.unwrap_or((at, at));
            self.span = Some((first.min(at), last.max(at)));
        }
    }

    /// How many ended so.
    #[must_use]
    pub fn ended(&self, outcome: &str) -> usize {
        self.outcomes.get(outcome).copied().unwrap_or_default()
    }
}

impl Pool {
    fn trouble(&self) -> (u64, usize, usize) {
        (self.killed, self.cases - self.well, self.cases)
    }
}

fn pool_of(story: &Story) -> String {
    let parts = [&story.provider, &story.zone, &story.instance_type];
    let known: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
    if known.is_empty() { "unknown".to_owned() } else { known.join(" ") }
}

fn pool(cluster: String, name: String, stories: &[&Story]) -> Pool {
    let well = |story: &&&Story| matches!(story.outcome.as_deref(), Some("handed_over" | "returned"));
    let ended = || stories.iter().filter(|story| story.outcome.is_some());
    let noticed = stories.iter().filter(|story| is_notice(story));
    Pool {
        cluster,
        name,
        cases: ended().count(),
        well: ended().filter(well).count(),
        killed: ended().map(|story| story.tasks.killed).sum(),
        lead: Spread::of(noticed.filter_map(|story| story.took("replacement_registered"))),
    }
}

fn is_notice(story: &Story) -> bool {
    story.signal.starts_with("interruption_notice")
}

/// Tasks killed, how bad the outcome is, seconds that the replacement was late.
fn badness(story: &Story) -> (u64, u8, i64) {
    let outcome = match story.outcome.as_deref() {
        Some("lossy") => 4,
        Some("unannounced") => 3,
        Some("not_replaced") => 2,
        Some("late") => 1,
        _ => 0,
    };
    let late = story.took("replacement_registered").zip(story.window()).map(|(took, window)| (took - window).as_secs());
    let killed = if outcome == 0 { 0 } else { story.tasks.killed };
    (killed, outcome, if outcome == 0 { 0 } else { late.unwrap_or_default().max(0) })
}
