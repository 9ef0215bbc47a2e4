//! When what did not arrive is sent again, and what is said when it never did.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::model::words;

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

/// Messages to one host that were given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// Where they were to go; none when nobody ever sent them. A path may be a secret.
    pub host: Option<String>,
    /// How many.
    pub messages: i64,
    /// When the first of them was written down.
    pub first_at: Timestamp,
    /// When the last was.
    pub last_at: Timestamp,
    /// Why the last was not taken.
    pub last_error: Option<String>,
    /// Whether one that was written down later has arrived there.
    pub arrives: bool,
}

/// Judges messages that were given up: one finding for those to hosts that take none since, and one
/// for those to hosts that do again.
#[must_use]
pub fn judge_given_up(given_up: &[GivenUp]) -> Vec<Finding> {
    let places = |arrives: bool| -> Vec<String> {
        given_up.iter().filter(|held| held.arrives == arrives).map(place).collect()
    };
    let (lost, mended) = (places(false), places(true));
    let mut found = Vec::new();
    if !lost.is_empty() {
        let advice = "see that TIDEMILL_WEBHOOK_URL and its secret are right and that the receiver \
                      answers; `tidemill explain TM0802` says more. What is given up is not sent \
                      again: `tidemill slas` shows what was missed";
        let fault = "messages about missed promises were given up, and none has arrived since";
        found.push(Finding::wrong("webhooks", fault, advice).at(lost));
    }
    if !mended.is_empty() {
        let advice = "nothing for what comes; what is given up is not sent again: `tidemill slas` \
                      shows what was missed meanwhile";
        let fault = "messages about missed promises were given up; later ones arrive";
        found.push(Finding::watch("webhooks", fault, advice).at(mended));
    }
    found
}

fn place(held: &GivenUp) -> String {
    let count = words::count(held.messages.unsigned_abs(), "message");
    let host = held.host.as_deref().map_or("nowhere".to_owned(), |host| format!("`{host}`"));
    let when = match held.first_at == held.last_at {
        true => format!("of {}", words::when(held.first_at)),
        false => format!("of {} to {}", words::when(held.first_at), words::when(held.last_at)),
    };
    let why = held.last_error.as_ref().map_or(String::new(), |why| format!("; the last: {why}"));
    format!("{count} to {host}, {when}{why}")
}

#[cfg(test)]
mod tests {
    use super::{GivenUp, TRIES_MAX, is_news, judge_given_up, pause_after};
    use crate::plan::Severity;

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

    #[test]
    fn what_was_given_up_is_told_by_host() {
        let at = |text: &str| text.parse().unwrap();
        let held = |host: &str, messages, arrives| GivenUp {
            host: Some(host.to_owned()),
            messages,
            first_at: at("2024-01-01T06:00:00Z"),
            last_at: at(if messages == 1 {
                "2024-01-01T06:00:00Z"
            } else {
                "2024-01-03T06:00:00Z"
            }),
            last_error: Some("answered with status 500".to_owned()),
            arrives,
        };
        assert_eq!(judge_given_up(&[]), []);
        let nowhere = GivenUp { host: None, last_error: None, ..held("", 1, false) };
        let found =
            judge_given_up(&[held("hooks.example.com", 3, false), held("b", 1, true), nowhere]);
        let told: Vec<(Severity, &[String])> =
            found.iter().map(|it| (it.severity, &it.examples[..])).collect();
        insta::assert_debug_snapshot!(told, @r#"
        [
            (
                Wrong,
                [
                    "3 messages to `hooks.example.com`, of 2024-01-01 06:00:00Z to 2024-01-03 06:00:00Z; the last: answered with status 500",
                    "1 message to nowhere, of 2024-01-01 06:00:00Z",
                ],
            ),
            (
                Watch,
                [
                    "1 message to `b`, of 2024-01-01 06:00:00Z; the last: answered with status 500",
                ],
            ),
        ]
        "#);
    }
}
