//! A token bucket whose rate follows what AWS answers.
//!
//! Arithmetic on elapsed time, nothing else: it neither waits nor tells the time.

use std::time::Duration;

/// What a throttled answer leaves of the rate. Others who draw on the same bucket do not go away, so asking a little too often is
/// cheaper than asking much too seldom.
const SLOWED_TO: f64 = 0.7;

/// It never gets slower than this part of its usual rate: whatever happens, a request a few seconds gets through.
const SLOWEST: f64 = 1.0 / 16.0;

/// The rate changes once in so long at most: requests under way at a time are answered alike.
const STEP_EVERY: Duration = Duration::from_secs(1);

/// The least that a step upward adds, of the usual rate.
const STEP: f64 = 0.01;

/// What a step adds where nothing is known to be in the way.
const FREE_STEP: f64 = 0.05;

/// Who was throttled above the usual rate does not try that again for so long.
const CONTENT_FOR: Duration = Duration::from_secs(600);

/// How large a bucket is, and what may become of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Tokens in a full bucket, at least 1.
    pub burst: f64,
    /// Tokens gained a second.
    pub rate: f64,
    /// How many times the rate may become, where AWS does not say what it bears; at least 1.
    pub growth: f64,
}

/// A token bucket.
#[derive(Debug)]
pub struct Bucket {
    size: Size,
    tokens: f64,
    rate: f64,
    at: Duration,
    stepped_at: Duration,
    slowed_at: Option<Duration>,
    /// The rate at which AWS said that it was too much, until it has been reached again.
    too_fast: Option<f64>,
    content_until: Duration,
}

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub fn new(size: Size, now: Duration) -> Self {
        let (tokens, rate) = (size.burst, size.rate);
        Self { size, tokens, rate, at: now, stepped_at: now, slowed_at: None, too_fast: None, content_until: now }
    }

    /// Has another size from now on; what AWS has said of the rate holds in proportion.
    pub fn resize(&mut self, size: Size, now: Duration) {
        self.refill(now);
        let scale = size.rate / self.size.rate;
        self.tokens = self.tokens.min(size.burst);
        self.rate *= scale;
        self.too_fast = self.too_fast.map(|rate| rate * scale);
        self.size = size;
    }

    /// Takes a token where `floor` (a part of a full bucket, 0 to 1) stays untouched; otherwise how long until that is so.
    pub fn take(&mut self, floor: f64, now: Duration) -> Result<(), Duration> {
        self.refill(now);
        // A bucket so small that it holds one token has no floor to leave.
        let needed = 1.0 + (floor * self.size.burst).min(self.size.burst - 1.0);
        let missing = needed - self.tokens;
        if missing <= 1e-6 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::try_from_secs_f64(missing / self.rate).unwrap_or(Duration::MAX))
    }

    /// A token that was not used after all.
    pub fn put_back(&mut self, now: Duration) {
        self.refill(now);
        self.tokens = (self.tokens + 1.0).min(self.size.burst);
    }

    /// The part of a full bucket that is there, 0 to 1.
    pub fn filled(&mut self, now: Duration) -> f64 {
        self.refill(now);
        (self.tokens / self.size.burst).clamp(0.0, 1.0)
    }

    /// Tokens in it now.
    pub fn tokens(&mut self, now: Duration) -> f64 {
        self.refill(now);
        self.tokens
    }

    /// Tokens in a full one.
    #[must_use]
    pub const fn burst(&self) -> f64 {
        self.size.burst
    }

    /// Tokens gained a second now.
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    /// AWS said that it was too much: what was thought to be left is not there.
    pub fn throttled(&mut self, now: Duration) {
        self.refill(now);
        self.tokens = self.tokens.min(0.0);
        if self.slowed_at.is_some_and(|at| now < at + STEP_EVERY) {
            return;
        }
        (self.stepped_at, self.slowed_at) = (now, Some(now));
        if self.rate > self.size.rate {
            // It was a try. The usual rate has not been too much.
            (self.rate, self.content_until) = (self.size.rate, now + CONTENT_FOR);
            return;
        }
        self.too_fast = Some(self.rate);
        self.rate = (self.rate * SLOWED_TO).max(self.size.rate * SLOWEST);
    }

    /// AWS took a request: a step towards the rate that was too much, half of the way each, and small ones beyond it.
    pub fn accepted(&mut self, now: Duration) {
        if now < self.stepped_at + STEP_EVERY {
            return;
        }
        self.refill(now);
        let usual = self.size.rate;
        match self.too_fast {
            Some(too_fast) if self.rate < too_fast => {
                let step = ((too_fast - self.rate) / 2.0).max(usual * STEP);
                self.rate = (self.rate + step).min(usual);
            }
            _ if self.rate < usual => {
                self.too_fast = None;
                self.rate = (self.rate + usual * FREE_STEP).min(usual);
            }
            _ => self.try_more(now),
        }
        self.stepped_at = now;
    }

    /// Only who has used up what there is learns anything from getting more.
    fn try_more(&mut self, now: Duration) {
        self.too_fast = None;
        if self.tokens < 1.0 && now >= self.content_until {
            let most = self.size.rate * self.size.growth;
            self.rate = (self.rate + self.size.rate * STEP).min(most);
        }
    }

    fn refill(&mut self, now: Duration) {
        let gained = now.saturating_sub(self.at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.size.burst);
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { burst: 100.0, rate: 40.0, growth: 1.0 };

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn empty(size: Size) -> Bucket {
        let mut bucket = Bucket::new(size, at(0));
        while bucket.take(0.0, at(0)).is_ok() {}
        bucket
    }

    #[test]
    fn a_full_bucket_gives_its_burst_and_then_its_rate() {
        let mut bucket = Bucket::new(SIZE, at(0));
        assert_eq!((0..200).filter(|_| bucket.take(0.0, at(0)).is_ok()).count(), 100);
        assert_eq!(bucket.take(0.0, at(0)), Err(at(25)));
        assert_eq!((0..200).filter(|_| bucket.take(0.0, at(1000)).is_ok()).count(), 40);
    }

    #[test]
    fn the_floor_is_left_alone_and_a_bucket_of_one_token_has_none() {
        let mut bucket = Bucket::new(SIZE, at(0));
        assert_eq!((0..200).filter(|_| bucket.take(0.2, at(0)).is_ok()).count(), 80);
        let mut small = Bucket::new(Size { burst: 1.0, ..SIZE }, at(0));
        assert_eq!(small.take(0.2, at(0)), Ok(()));
    }

    #[test]
    fn what_is_put_back_can_be_taken_again() {
        let mut bucket = empty(SIZE);
        bucket.put_back(at(0));
        assert_eq!(bucket.take(0.0, at(0)), Ok(()));
        assert!(bucket.take(0.0, at(0)).is_err());
    }

    #[test]
    fn a_throttled_answer_empties_it_and_slows_it_once_a_second() {
        let mut bucket = Bucket::new(SIZE, at(0));
        for _ in 0..20 {
            bucket.throttled(at(0));
        }
        assert!(bucket.take(0.0, at(0)).is_err());
        assert!((bucket.rate() - 28.0).abs() < 1e-9, "{}", bucket.rate());
        bucket.throttled(at(1000));
        assert!((bucket.rate() - 19.6).abs() < 1e-9, "{}", bucket.rate());
        (2..100).for_each(|second| bucket.throttled(at(second * 1000)));
        assert!((bucket.rate() - 2.5).abs() < 1e-9, "{}", bucket.rate());
    }

    #[test]
    fn it_recovers_step_by_step_and_to_its_usual_rate_only() {
        let mut bucket = empty(SIZE);
        bucket.throttled(at(0));
        let mut rates = Vec::new();
        for second in 1..60 {
            bucket.accepted(at(second * 1000));
            bucket.accepted(at(second * 1000 + 1));
            rates.push(bucket.rate());
        }
        assert!((rates[0] - 34.0).abs() < 1e-9, "half of the way: {}", rates[0]);
        assert!(rates.windows(2).all(|pair| pair[1] - pair[0] <= 6.0));
        assert!((rates[58] - 40.0).abs() < 1e-9, "{}", rates[58]);
    }

    #[test]
    fn one_of_unknown_size_tries_more_while_it_is_empty_and_is_content_once_told() {
        let size = Size { growth: 4.0, ..SIZE };
        let mut full = Bucket::new(size, at(0));
        (1..60).for_each(|second| full.accepted(at(second * 1000)));
        assert!((full.rate() - 40.0).abs() < 1e-9, "nobody needed more");
        let mut bucket = empty(size);
        for second in 1..60 {
            while bucket.take(0.0, at(second * 1000)).is_ok() {}
            bucket.accepted(at(second * 1000));
        }
        assert!(bucket.rate() > 60.0, "{}", bucket.rate());
        bucket.throttled(at(60_000));
        bucket.throttled(at(60_010));
        assert!((bucket.rate() - 40.0).abs() < 1e-9, "{}", bucket.rate());
        for second in 61..120 {
            while bucket.take(0.0, at(second * 1000)).is_ok() {}
            bucket.accepted(at(second * 1000));
        }
        assert!((bucket.rate() - 40.0).abs() < 1e-9, "{}", bucket.rate());
    }
}
