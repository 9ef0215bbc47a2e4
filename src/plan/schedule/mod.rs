//! What schedules ask for: which ticks are due, and what becomes of each.

mod calendar;
mod clock;
mod due;
mod settle;
mod timetable;
mod words;

pub use calendar::{day_bounds, hour_bounds, hour_label, ticks_between};
pub use clock::{ClockFault, ClockGuard, Reading};
pub use due::{DueTicks, NewTick, Pause, Progress, Skip, due, start};
pub use settle::{Ask, Asking, OpenTick, Settled, TickState, Verdict, settle};
pub use timetable::{Firing, Timetable};
pub use words::{why_skipped, windows_between};

#[cfg(test)]
mod tests;
