//! How long messages were in their queue: all of them as a histogram, and the oldest since somebody asked.

use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::metrics::histogram::Histogram;

/// Seconds; a message that waits for longer than a notice lasts is history.
const AGE: [f64; 13] = [0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 900.0, 86_400.0];

/// How long messages were in their queue when they were received first.
#[derive(Debug)]
pub struct Ages {
    /// All of them, in seconds.
    pub histogram: Histogram,
    /// The oldest, in milliseconds.
    oldest: AtomicU64,
}

impl Default for Ages {
    fn default() -> Self {
        Self { histogram: Histogram::new(AGE), oldest: AtomicU64::new(0) }
    }
}

impl Ages {
    /// A message was so many seconds old; nothing is younger than new.
    pub fn observe(&self, age: f64) {
        let age = age.max(0.0);
        self.histogram.observe(age);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and saturating")]
        self.oldest.fetch_max((age * 1_000.0) as u64, Ordering::Relaxed);
    }

    /// The oldest since this was asked last, in seconds; 0 where none came.
    pub fn oldest_since(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a message is kept for two weeks at most")]
        let oldest = self.oldest.swap(0, Ordering::Relaxed) as f64;
        oldest / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_told_once() {
        let ages = Ages::default();
        [0.25, 3.5, -1.0].into_iter().for_each(|age| ages.observe(age));
        assert_eq!((ages.oldest_since(), ages.oldest_since()), (3.5, 0.0));
    }
}
