//! Promises: when each window is due, what becomes of it, and what stands in its way.
//!
//! A promise is judged by time and not by runs: a window whose time came is met when a version of
//! the partition had been published by then, and missed otherwise, whether or not anything ran.

mod blocking;
mod budget;
mod current;
mod judge;
mod rule;

pub use blocking::{Blocking, Cause, blocking};
pub use budget::{Month, attainment, budget_left};
pub use current::{Current, Seen, Span, current, span};
pub use judge::{Judged, SlaState, judge, late_by, record};
pub use rule::{Rule, due_at, known_since};

#[cfg(test)]
mod tests;
