//! Whether clocks can be trusted with making something because of the time.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The database's clock may run ahead of elapsed time, or behind it, by this much between readings.
const JUMP_MAX: SignedDuration = SignedDuration::from_mins(1);
/// The clocks of the database and of this machine may differ by this much.
const SKEW_MAX: SignedDuration = SignedDuration::from_secs(5);
/// For how long nothing is made because of the time once clocks disagree.
const HOLD: Duration = Duration::from_mins(1);

/// All clocks at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// That of the database, which ticks are judged by.
    pub database: Timestamp,
    /// That of this machine.
    pub local: Timestamp,
    /// How long this process has run, by a clock that nobody sets.
    pub running: Duration,
}

/// Two clocks that disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockFault {
    /// The database's clock was set: so much ahead of elapsed time, or behind it when negative.
    Jump(SignedDuration),
    /// The database's clock is so much ahead of this machine's, or behind it when negative.
    Skew(SignedDuration),
}

impl fmt::Display for ClockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (length, which) = match self {
            Self::Jump(length) => (length, "where it should be by elapsed time"),
            Self::Skew(length) => (length, "the clock of this machine"),
        };
        let side = if length.is_negative() { "behind" } else { "ahead of" };
        write!(f, "the database's clock is {} s {side} {which}", length.unsigned_abs().as_secs())
    }
}

/// Watches the clocks, and says when nothing must be made because of the time.
///
/// A clock that is set holds ticks for a minute. What the database's clock says after that is
/// believed: the cursor of a schedule never moves back, so a tick is recorded once in any case.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockGuard {
    last: Option<Reading>,
    skew: SignedDuration,
    held_until: Option<Duration>,
}

impl ClockGuard {
    /// Takes a reading; what is wrong, when that shows for the first time.
    pub fn watch(&mut self, now: Reading) -> Option<ClockFault> {
        let skew = now.database.duration_since(now.local);
        let elapsed = |last: Reading| {
            let by_process = now.running.saturating_sub(last.running);
            let by_process = SignedDuration::try_from(by_process).unwrap_or(SignedDuration::MAX);
            now.database.duration_since(last.database).saturating_sub(by_process)
        };
        let jump = self.last.map_or(SignedDuration::ZERO, elapsed);
        self.last = Some(now);
        if skew.abs() <= SKEW_MAX {
            self.skew = SignedDuration::ZERO;
        }
        let is_skewed = SKEW_MAX < skew.saturating_sub(self.skew).abs();
        let fault = if JUMP_MAX < jump.abs() {
            ClockFault::Jump(jump)
        } else if is_skewed {
            ClockFault::Skew(skew)
        } else {
            return None;
        };
        // The same difference next time is no news.
        self.skew = skew;
        self.held_until = Some(now.running + HOLD);
        Some(fault)
    }

    /// For how much longer nothing must be made because of the time.
    #[must_use]
    pub fn held_for(&self, running: Duration) -> Option<Duration> {
        let left = self.held_until?.checked_sub(running)?;
        (!left.is_zero()).then_some(left)
    }
}
