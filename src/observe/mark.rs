//! The mark that the operator leaves on a container instance: an attribute that says what it is doing there and until when.
//!
//! It is what outlives a restart: who drained the instance, and because of what. Plain data, written and read as text.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ids::InstanceId;

const SECONDS: &str = "%Y-%m-%dT%H:%M:%SZ";

/// Stands in the place of the launched instance once that has been paid for.
const PAID: &str = "paid";

/// The attribute's name.
pub const ATTRIBUTE: &str = "ecs-spot-operator.case";

/// What the operator is doing about an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The name of the signal's kind.
    pub kind: Arc<str>,
    /// When AWS, or somebody, said so.
    pub said_at: Timestamp,
    /// When it happens, if that was said.
    pub deadline: Option<Timestamp>,
    /// The instance that was launched in its place on top of what the group wanted, if one was.
    pub launched: Option<InstanceId>,
    /// What was too many is being given back, or has been: nobody does so again.
    pub paid: bool,
    /// Until when whoever has left the mark has the instance in hand, unless they renew it; nobody else touches it before.
    pub held_until: Option<Timestamp>,
}

impl fmt::Display for Mark {
    /// An attribute's value has 128 letters, digits and `-_.@/\\:` at most (ECS API reference, `Attribute`), so that times are
    /// written to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}@", self.kind, self.said_at.strftime(SECONDS))?;
        self.deadline.map_or(Ok(()), |deadline| write!(f, "{}", deadline.strftime(SECONDS)))?;
        f.write_str("@")?;
        match &self.launched {
            _ if self.paid => f.write_str(PAID)?,
            Some(launched) => write!(f, "{launched}")?,
            None => {}
        }
        self.held_until.map_or(Ok(()), |until| write!(f, "@{}", until.strftime(SECONDS)))
    }
}

impl Mark {
    /// Reads what [`fmt::Display`] has written; what it has not written is no mark.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('@');
        let kind = parts.next().filter(|kind| !kind.is_empty())?.into();
        let said_at = parts.next()?.parse().ok()?;
        let deadline = time(parts.next())?;
        let debt = parts.next().unwrap_or_default();
        let launched = debt.starts_with("i-").then(|| InstanceId::from(debt));
        let held_until = time(parts.next())?;
        parts.next().is_none().then_some(Self { kind, said_at, deadline, launched, paid: debt == PAID, held_until })
    }
}

/// A time that may be missing; `None`: it is there and is none.
fn time(text: Option<&str>) -> Option<Option<Timestamp>> {
    text.filter(|text| !text.is_empty()).map(str::parse).transpose().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let said_at: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let deadlines = [None, Some("2026-01-02T03:06:05Z".parse().unwrap())];
        let launched = [None, Some(InstanceId::from("i-0123456789abcdef0"))];
        for (deadline, launched) in deadlines.into_iter().flat_map(|deadline| launched.clone().map(|id| (deadline, id)))
        {
            let kind = "rebalance_recommendation".into();
            let paid = launched.is_none() && deadline.is_none();
            let mark = Mark { kind, said_at, deadline, launched, paid, held_until: deadline };
            let text = mark.to_string();
            assert!(
                text.len() <= 128 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.@/\\:".contains(c)),
                "{text}"
            );
            assert_eq!(Mark::read(&text), Some(mark));
        }
    }

    #[test]
    fn what_others_have_written_is_no_mark() {
        for text in [
            "",
            "@",
            "manual_drain",
            "manual_drain@soon",
            "a@2026-01-02T03:04:05Z@x",
            "a@2026-01-02T03:04:05Z@@i-1@y",
            "a@2026-01-02T03:04:05Z@@@@",
        ] {
            assert_eq!(Mark::read(text), None, "{text}");
        }
    }
}
