//! When what did not arrive is sent again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How often a message is sent at most: over some six hours.
pub const TRIES_MAX: i32 = 12;
/// What is older than this before it is first sent is no news any more.
const NEWS: SignedDuration = SignedDuration::from_hours(24);
/// The pause after the first try; each is three times as long as the one before …
const PAUSE: Duration = Duration::from_secs(5);
/// … up to this.
const PAUSE_MAX: Duration = Duration::from_hours(1);

/// How long to wait after a try that failed; none when it was the last.
///
/// `chance` is in 0 to 1: messages that failed together do not come back together.
#[must_use]
pub fn pause_after(tries: i32, chance: f64) -> Option<Duration> {
    if TRIES_MAX <= tries {
        return None;
    }
    let factor = 3_u32.saturating_pow(tries.max(1).unsigned_abs() - 1);
    let pause = PAUSE.saturating_mul(factor).min(PAUSE_MAX);
    Some(pause.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0)))
}

/// Whether a message that was written down at an instant is still worth its first try.
#[must_use]
pub fn is_news(written: Timestamp, now: Timestamp) -> bool {
    now.duration_since(written) <= NEWS
}

#[cfg(test)]
mod tests {
    use super::{TRIES_MAX, is_news, pause_after};

    #[test]
    fn pauses_grow_to_a_bound_and_end() {
        let pauses: Vec<String> = (1..=TRIES_MAX)
            .map(|tries| {
                pause_after(tries, 0.5).map_or("given up".to_owned(), |it| format!("{it:?}"))
            })
            .collect();
        insta::assert_snapshot!(
            pauses.join(" "),
            @"5s 15s 45s 135s 405s 1215s 3600s 3600s 3600s 3600s 3600s given up"
        );
        assert!(pause_after(1, 0.0) < pause_after(1, 1.0));
        assert_eq!(pause_after(i32::MAX, 0.5), None);
        assert!(pause_after(0, 7.0).is_some());
    }

    #[test]
    fn what_nobody_could_send_for_a_day_is_no_news() {
        let written = "2024-01-01T00:00:00Z".parse().unwrap();
        assert!(is_news(written, "2024-01-02T00:00:00Z".parse().unwrap()));
        assert!(!is_news(written, "2024-01-02T00:00:01Z".parse().unwrap()));
    }
}
