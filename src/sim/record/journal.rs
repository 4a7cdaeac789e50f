//! What was asked and what happened, in order: counts of all calls, and the latest calls and facts.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use jiff::Timestamp;

use super::happening::{self, Listener};
use crate::sim::kernel::Fact;

/// A call to the API.
#[derive(Clone, Debug)]
pub struct CallRecord {
    pub service: &'static str,
    pub action: String,
    /// The access key that signed the call.
    pub caller: String,
    /// The code of the error that it was answered with.
    pub error: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Entry {
    Call(CallRecord),
    Fact(Fact),
}

/// Who called what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Called {
    pub service: &'static str,
    pub action: String,
    pub caller: String,
}

pub struct Journal {
    limit: usize,
    counts: BTreeMap<Called, u64>,
    /// By action, as `ecs.ListTasks`, then by the error's code.
    errors: BTreeMap<String, BTreeMap<&'static str, u64>>,
    entries: VecDeque<(Timestamp, Entry)>,
    listener: Option<Listener>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Journal {
    pub fn new(limit: usize) -> Self {
        Self { limit, counts: BTreeMap::new(), errors: BTreeMap::new(), entries: VecDeque::new(), listener: None }
    }

    /// Tells `listener` of everything from here on.
    pub fn listen(&mut self, listener: Listener) {
        self.listener = Some(listener);
    }

    pub fn call(&mut self, at: Timestamp, call: CallRecord) {
        self.listener.iter().for_each(|listener| listener(&happening::of_call(at, &call)));
        let called = self.counted_as(&call);
        if let Some(code) = call.error {
            let action = format!("{}.{}", called.service, called.action);
            *self.errors.entry(action).or_default().entry(code).or_default() += 1;
        }
        *self.counts.entry(called).or_default() += 1;
        self.push(at, Entry::Call(call));
    }

    /// Callers name themselves and their actions: past the limit, the new ones are counted together.
    fn counted_as(&self, call: &CallRecord) -> Called {
        const COUNTERS_MAX: usize = 10_000;
        let (service, action, caller) = (call.service, call.action.clone(), call.caller.clone());
        let called = Called { service, action, caller };
        if self.counts.len() < COUNTERS_MAX || self.counts.contains_key(&called) {
            return called;
        }
        Called { action: "other".to_owned(), caller: "other".to_owned(), ..called }
    }

    pub fn fact(&mut self, at: Timestamp, by: &str, fact: Fact) {
        if let Some(listener) = &self.listener {
            happening::of_fact(at, by, &fact).iter().for_each(listener);
        }
        self.push(at, Entry::Fact(fact));
    }

    fn push(&mut self, at: Timestamp, entry: Entry) {
        self.entries.push_back((at, entry));
        if self.entries.len() > self.limit {
            self.entries.pop_front();
        }
    }

    pub fn counts(&self) -> BTreeMap<(String, String), u64> {
        let mut counts = BTreeMap::new();
        for (called, count) in &self.counts {
            *counts.entry((called.service.to_owned(), called.action.clone())).or_default() += count;
        }
        counts
    }

    pub const fn by_caller(&self) -> &BTreeMap<Called, u64> {
        &self.counts
    }

    /// How often each action was answered with which error.
    pub const fn errors(&self) -> &BTreeMap<String, BTreeMap<&'static str, u64>> {
        &self.errors
    }

    /// One line an entry.
    pub fn lines(&self) -> Vec<String> {
        self.entries.iter().map(|(at, entry)| line(*at, entry)).collect()
    }
}

fn line(at: Timestamp, entry: &Entry) -> String {
    match entry {
        Entry::Call(CallRecord { service, action, caller, error }) => {
            format!("{at} {service}.{action} by {caller}: {}", error.unwrap_or("ok"))
        }
        Entry::Fact(fact) => format!("{at} {}", serde_json::to_string(fact).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_entries_go_and_counts_stay() {
        let mut journal = Journal::new(2);
        for _ in 0..3 {
            let call = CallRecord { service: "ecs", action: "ListTasks".into(), caller: "AKIA".into(), error: None };
            journal.call(Timestamp::UNIX_EPOCH, call);
        }
        assert_eq!(journal.lines().len(), 2);
        assert_eq!(journal.counts().values().sum::<u64>(), 3);
    }
}
