//! The only caller of the wall clock.

use jiff::Timestamp;

/// The instant at which it is called.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
