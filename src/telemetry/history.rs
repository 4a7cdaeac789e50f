//! What a pool has been through lately: how long replacements took, how often it was interrupted. Numbers, by time; decides nothing.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::case_line::CaseLine;
use crate::api::LeadSeconds;
use crate::plan::Phase;

/// So many lead times are remembered.
const LEADS_MAX: usize = 100;

/// Hours of a day.
const HOURS: i64 = 24;

/// What a pool has been through lately.
#[derive(Clone, Debug, Default)]
pub struct History {
    leads: VecDeque<f64>,
    /// Interruption notices by the hour since 1970 in which they were given, of a day at most.
    hours: VecDeque<(i64, u64)>,
}

impl History {
    /// Takes a line in.
    pub fn note(&mut self, line: &CaseLine) {
        if !line.signal.starts_with("interruption_notice") {
            return;
        }
        match line.event {
            "case.noticed" => self.interrupted(line.case.said_at),
            "case.replacement_registered" => {
                if let Some(at) = line.phases.get(&Phase::ReplacementRegistered) {
                    self.replaced_after(at.duration_since(line.case.said_at));
                }
            }
            _ => {}
        }
    }

    /// How long replacements took, if there was one.
    #[must_use]
    pub fn lead(&self) -> Option<LeadSeconds> {
        let mut sorted: Vec<f64> = self.leads.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let slowest = *sorted.last()?;
        let median = sorted.get((sorted.len() - 1) / 2).copied()?;
        Some(LeadSeconds { median, slowest, of: sorted.len() as u64 })
    }

    /// The notices of the last 24 hours before `now`, to the hour.
    #[must_use]
    pub fn interruptions_last_day(&self, now: Timestamp) -> u64 {
        let first = hour(now) - HOURS;
        self.hours.iter().filter(|(hour, _)| *hour > first).map(|(_, count)| count).sum()
    }

    fn interrupted(&mut self, at: Timestamp) {
        let this = hour(at);
        match self.hours.iter_mut().find(|(hour, _)| *hour == this) {
            Some((_, count)) => *count += 1,
            None => self.hours.push_back((this, 1)),
        }
        let newest = self.hours.iter().map(|(hour, _)| *hour).max().unwrap_or(this);
        self.hours.retain(|(hour, _)| *hour > newest - HOURS);
    }

    fn replaced_after(&mut self, lead: SignedDuration) {
        self.leads.push_back((lead.as_secs_f64() * 10.0).round() / 10.0);
        if self.leads.len() > LEADS_MAX {
            self.leads.pop_front();
        }
    }
}

fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + hours * 3_600).unwrap()
    }

    #[test]
    fn half_took_no_longer_than_the_median() {
        let mut history = History::default();
        assert_eq!(history.lead(), None);
        [90, 30, 60, 40].into_iter().for_each(|lead| history.replaced_after(SignedDuration::from_secs(lead)));
        assert_eq!(history.lead(), Some(LeadSeconds { median: 40.0, slowest: 90.0, of: 4 }));
        (0..1_000).for_each(|_| history.replaced_after(SignedDuration::from_millis(1_250)));
        assert_eq!(history.lead(), Some(LeadSeconds { median: 1.3, slowest: 1.3, of: 100 }));
    }

    #[test]
    fn a_day_later_an_interruption_counts_no_more() {
        let mut history = History::default();
        [0, 0, 3, 2].into_iter().for_each(|hours| history.interrupted(at(hours)));
        assert_eq!([3, 23, 24, 26, 27].map(|hours| history.interruptions_last_day(at(hours))), [4, 4, 2, 1, 0]);
        (0..100).for_each(|hours| history.interrupted(at(hours)));
        assert!(history.hours.len() <= 24, "{}", history.hours.len());
    }
}
