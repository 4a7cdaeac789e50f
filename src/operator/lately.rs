//! Remembers the last names of many, so that each is told of once.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// So many are remembered.
const MAX: usize = 10_000;

/// The last names.
#[derive(Debug, Default)]
pub struct Lately {
    names: BTreeSet<Arc<str>>,
    order: VecDeque<Arc<str>>,
}

impl Lately {
    /// Whether `name` has not come up lately; from now on it has.
    pub fn is_new(&mut self, name: &Arc<str>) -> bool {
        if !self.names.insert(Arc::clone(name)) {
            return false;
        }
        self.order.push_back(Arc::clone(name));
        if self.order.len() > MAX {
            self.order.pop_front().iter().for_each(|oldest| {
                self.names.remove(oldest);
            });
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_new_until_so_many_others_have_come_up() {
        let mut lately = Lately::default();
        let name = |number: usize| Arc::from(number.to_string());
        assert!((0..MAX).all(|number| lately.is_new(&name(number))));
        assert!(!lately.is_new(&name(0)));
        assert!(lately.is_new(&name(MAX)));
        assert!(lately.is_new(&name(0)), "it was the oldest");
        assert_eq!((lately.names.len(), lately.order.len()), (MAX, MAX));
    }
}
