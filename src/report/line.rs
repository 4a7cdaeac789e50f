//! One line of a log, however it was exported: bare, behind a timestamp, or in the envelope of Docker or CloudWatch.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Longer lines are none of the operator's (CloudWatch Logs quotas: 1 MB an event, and the operator writes 256 KiB at most).
pub const LINE_BYTES_MAX: usize = 1024 * 1024;

/// An envelope in an envelope is opened so often.
const ENVELOPES_MAX: usize = 3;

/// What a line tells of a case.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Told<'a> {
    /// What happened, as `case.closed`.
    #[serde(borrow)]
    pub event: Cow<'a, str>,
    /// When.
    pub timestamp: Option<Timestamp>,
    /// The case.
    #[serde(borrow)]
    pub case: Cow<'a, str>,
    /// The instance.
    #[serde(borrow, default)]
    pub instance_id: Cow<'a, str>,
    /// Its cluster.
    #[serde(borrow, default)]
    pub cluster: Cow<'a, str>,
    /// Its capacity provider.
    #[serde(borrow, default)]
    pub capacity_provider: Option<Cow<'a, str>>,
    /// Its zone.
    #[serde(borrow, default)]
    pub availability_zone: Option<Cow<'a, str>>,
    /// Its type.
    #[serde(borrow, default)]
    pub instance_type: Option<Cow<'a, str>>,
    /// The signal.
    #[serde(borrow, default)]
    pub signal: Cow<'a, str>,
    /// When EC2 takes it.
    pub deadline: Option<Timestamp>,
    /// How it ended.
    #[serde(borrow, default)]
    pub outcome: Option<Cow<'a, str>>,
    /// Why something is at risk or was not done.
    #[serde(borrow, default)]
    pub reason: Option<Cow<'a, str>>,
    /// When each phase was reached.
    #[serde(default)]
    pub phases: BTreeMap<String, Timestamp>,
    /// How its tasks ended.
    #[serde(default)]
    pub tasks: Tasks,
    /// The same for people.
    #[serde(borrow, default)]
    pub message: Cow<'a, str>,
}

/// How the tasks of a case ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tasks {
    /// While their instance was there.
    pub graceful: u64,
    /// With their instance.
    pub killed: u64,
}

/// What a log line may be wrapped in.
#[derive(Deserialize)]
struct Envelope<'a> {
    /// Docker's `json-file`, and Fluent Bit's.
    #[serde(borrow)]
    log: Option<Cow<'a, str>>,
    /// CloudWatch Logs Insights.
    #[serde(borrow, rename = "@message")]
    insights: Option<Cow<'a, str>>,
    /// `filter-log-events` with one event a line.
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    /// `sim run --json`.
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

/// Hands what `line` tells of a case to `hear`. True where it did.
pub fn read(line: &str, hear: &mut impl FnMut(&Told<'_>)) -> bool {
    open(line, ENVELOPES_MAX, hear)
}

fn open(line: &str, envelopes: usize, hear: &mut impl FnMut(&Told<'_>)) -> bool {
    // Most lines are about something else, and are not worth a parser.
    if line.len() > LINE_BYTES_MAX || !line.contains("case.") && !line.contains("signal.") {
        return false;
    }
    let Some(object) = line.find('{').and_then(|at| line.get(at..)) else { return false };
    if let Ok(told) = serde_json::from_str::<Told<'_>>(object) {
        hear(&told);
        return true;
    }
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(object) else { return false };
    if let Some(detail) = envelope.detail {
        return envelopes > 0 && open(detail.get(), envelopes - 1, hear);
    }
    let inner = envelope.log.or(envelope.insights).or(envelope.message);
    envelopes > 0 && inner.is_some_and(|inner| open(&inner, envelopes - 1, hear))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = r#"{"timestamp":"2026-01-02T03:04:05.678Z","level":"INFO","event":"case.closed","case":"i-1@2026-01-02T03:02:00Z","instance_id":"i-1","cluster":"web","signal":"interruption_notice","outcome":"lossy","phases":{"noticed":"2026-01-02T03:02:01Z"},"tasks":{"graceful":7,"killed":1,"running":0},"aws_request_ids":{},"message":"x"}"#;

    fn told(line: &str) -> Option<(String, u64)> {
        let mut heard = None;
        read(line, &mut |told| heard = Some((told.case.to_string(), told.tasks.killed)));
        heard
    }

    #[test]
    fn a_line_is_known_however_it_was_exported() {
        let quoted = serde_json::to_string(BARE).unwrap();
        for line in [
            BARE.to_owned(),
            format!("2026-01-02T03:04:05.678Z {BARE}"),
            format!("operator/abc 2026-01-02T03:04:05 {BARE}"),
            format!(r#"{{"log":{quoted},"stream":"stdout","time":"2026-01-02T03:04:05Z"}}"#),
            format!(r#"{{"@timestamp":"2026-01-02 03:04:05.678","@message":{quoted}}}"#),
            format!(r#"{{"t":61.1,"source":"operator","event":"case.closed","detail":{BARE}}}"#),
            format!(r#"{{"logStreamName":"a","timestamp":1,"message":{quoted},"eventId":"1"}}"#),
        ] {
            assert_eq!(told(&line), Some(("i-1@2026-01-02T03:02:00Z".to_owned(), 1)), "{line}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        let deep = format!("{}case.", "{\"log\":".repeat(10_000));
        for line in ["", "case.", "{case.", r#"{"event":"case.closed"}"#, "{\"message\":\"case. {\"}", &deep] {
            assert_eq!(told(line), None, "{line:.80}");
        }
    }
}
