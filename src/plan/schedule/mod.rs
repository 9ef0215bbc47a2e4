//! What schedules ask for: which ticks are due, and what becomes of each.

mod clock;
mod due;
mod settle;
mod timetable;

pub use clock::{ClockFault, ClockGuard, Reading};
pub use due::{DueTicks, NewTick, Pause, Progress, Skip, due, start};
pub use settle::{Ask, Asking, OpenTick, Settled, TickState, Verdict, settle};
pub use timetable::{Firing, Timetable};

#[cfg(test)]
mod tests;
