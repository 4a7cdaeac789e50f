//! What is going to happen, ordered by time and, within one moment, by when it was decided.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::timer::Timer;

/// The queue of timers.
#[derive(Debug, Default)]
pub struct Agenda {
    timers: BTreeMap<(Timestamp, u64), Timer>,
    decided: u64,
}

impl Agenda {
    pub fn add(&mut self, moment: Timestamp, timer: Timer) {
        self.timers.insert((moment, self.decided), timer);
        self.decided += 1;
    }

    /// When the next timer is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.timers.first_key_value().map(|((moment, _), _)| *moment)
    }

    /// Takes out the next timer that is due by `now`.
    pub fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, Timer)> {
        if self.next()? > now {
            return None;
        }
        self.timers.pop_first().map(|((moment, _), timer)| (moment, timer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::kernel::Ec2Timer;

    fn running(text: &str) -> Timer {
        Ec2Timer::Running(text.to_owned()).into()
    }

    #[test]
    fn what_is_due_at_one_moment_comes_in_the_order_of_its_decision() {
        let (early, late) = (Timestamp::from_second(1).unwrap(), Timestamp::from_second(2).unwrap());
        let mut agenda = Agenda::default();
        for (moment, name) in [(late, "c"), (early, "a"), (early, "b")] {
            agenda.add(moment, running(name));
        }
        let taken: Vec<String> =
            std::iter::from_fn(|| agenda.take_due(early)).map(|(_, timer)| format!("{timer:?}")).collect();
        assert_eq!(taken, [r#"Ec2(Running("a"))"#, r#"Ec2(Running("b"))"#]);
        assert_eq!(agenda.next(), Some(late));
    }
}
