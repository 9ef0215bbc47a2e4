//! What becomes of a run whose attempt failed.

use std::fmt;
use std::time::Duration;

use crate::model::words;

/// How often, and after what pauses, a failed run is tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    attempts: u32,
    first: Duration,
    factor: f64,
    most: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self::exponential().attempts(3)
    }
}

impl Retry {
    /// Pauses that double from 10 seconds up to 10 minutes; three attempts.
    #[must_use]
    pub const fn exponential() -> Self {
        let (first, most) = (Duration::from_secs(10), Duration::from_mins(10));
        Self { attempts: 3, first, factor: 2.0, most }
    }

    /// Pauses of one length; three attempts.
    #[must_use]
    pub const fn fixed(pause: Duration) -> Self {
        Self { attempts: 3, first: pause, factor: 1.0, most: pause }
    }

    /// One attempt only.
    #[must_use]
    pub const fn never() -> Self {
        Self::fixed(Duration::ZERO).attempts(1)
    }

    /// How many attempts there are in all, the first among them.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The first pause.
    #[must_use]
    pub const fn first_pause(mut self, pause: Duration) -> Self {
        self.first = pause;
        self
    }

    /// The longest pause.
    #[must_use]
    pub const fn longest_pause(mut self, pause: Duration) -> Self {
        self.most = pause;
        self
    }

    /// How many attempts there are in all.
    #[must_use]
    pub const fn attempts_max(&self) -> u32 {
        self.attempts
    }

    /// The pause after attempt `attempt` (from 1) failed, spread by up to a quarter so that runs
    /// that failed together do not come back together; `seed` decides where in the spread.
    #[must_use]
    pub fn pause_after(&self, attempt: u32, seed: u64) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let full = self.first.as_secs_f64() * self.factor.powi(exponent);
        let capped = full.min(self.most.as_secs_f64());
        let mixed = (seed ^ u64::from(attempt)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let share = mixed as f64 / (1_u64 << 24) as f64;
        Duration::from_secs_f64(capped * (0.75 + 0.25 * share))
    }

    /// What is wrong with it, if anything.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if self.attempts == 0 || 100 < self.attempts {
            return Some("a job needs between 1 and 100 attempts");
        }
        (self.most < self.first).then_some("the longest pause is shorter than the first")
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.attempts == 1 {
            return f.write_str("one attempt");
        }
        let length = |pause: Duration| words::seconds(pause.as_secs_f64());
        write!(f, "{} attempts, {} apart", self.attempts, length(self.first))?;
        match self.first < self.most && 1.0 < self.factor {
            true => write!(
                f,
                "; each pause {} times the last, up to {}",
                self.factor,
                length(self.most)
            ),
            false => Ok(()),
        }
    }
}
