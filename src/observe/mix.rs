//! How a group mixes On-Demand and Spot Instances, and the note about it that we leave on the group while we have changed it.
//!
//! Plain data; the note is written and read as text.

use std::fmt;

/// The key of the tag on the group that has the note.
pub const TAG: &str = "ecs-spot-operator.on-demand-base";

/// How many of a group's instances are to be On-Demand (EC2 Auto Scaling API reference, `InstancesDistribution`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// OnDemandBaseCapacity: the first so many.
    pub base: u32,
    /// OnDemandPercentageAboveBaseCapacity: 0 to 100, of those beyond.
    pub percent_above: u32,
}

/// What a group's OnDemandBaseCapacity was before we raised it, and what we were about to change last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseNote {
    /// What people had set.
    pub original: u32,
    /// What it was before the last change.
    pub from: u32,
    /// What it is after that.
    pub to: u32,
}

impl Mix {
    /// How many of `desired` instances are to be On-Demand: the base, and the percentage of the rest, rounded up.
    #[must_use]
    pub fn on_demand_of(self, desired: u32) -> u32 {
        let base = self.base.min(desired);
        let above = u64::from(desired - base) * u64::from(self.percent_above.min(100));
        base + u32::try_from(above.div_ceil(100)).unwrap_or(0)
    }

    /// The same mix with another base.
    #[must_use]
    pub const fn with_base(self, base: u32) -> Self {
        Self { base, ..self }
    }
}

impl BaseNote {
    /// Whether we have set the base to this: a change is announced in the note before it is made.
    #[must_use]
    pub fn covers(self, base: u32) -> bool {
        (self.from.min(self.to)..=self.from.max(self.to)).contains(&base)
    }

    /// Reads what [`fmt::Display`] has written; anything else is no note.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let mut number = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
        let note = Self { original: number("original")?, from: number("from")?, to: number("to")? };
        parts.next().is_none().then_some(note)
    }
}

impl fmt::Display for BaseNote {
    /// A tag's value may have letters, digits, spaces and `_.:/=+-@` (Auto Scaling API reference, `Tag`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "original={} from={} to={}", self.original, self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_nothing_else_is() {
        let note = BaseNote { original: 0, from: 1, to: 3 };
        assert_eq!(BaseNote::read(&note.to_string()), Some(note));
        for text in [
            "",
            "2",
            "original=0 from=1",
            "original=0 from=1 to=-1",
            "original=0 from=1 to=3 x",
            "to=1 from=0 original=0",
        ] {
            assert_eq!(BaseNote::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_base_between_what_it_was_and_what_it_was_to_be_is_ours() {
        let note = BaseNote { original: 0, from: 3, to: 1 };
        assert_eq!([0, 1, 2, 3, 4].map(|base| note.covers(base)), [false, true, true, true, false]);
    }

    #[test]
    fn the_base_comes_first_and_the_percentage_is_rounded_up() {
        let mix = Mix { base: 2, percent_above: 25 };
        assert_eq!([0, 1, 2, 3, 6, 7].map(|desired| mix.on_demand_of(desired)), [0, 1, 2, 3, 3, 4]);
    }
}
