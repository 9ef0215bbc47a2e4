//! Where jobs run: child processes of a worker, one a slot, started ahead and used again.
//!
//! A job's code may panic, abort, run out of memory, never end or write without end. So it runs in
//! a process of its own, in a process group of its own, without a way to the database: whatever
//! becomes of it, the worker lives, the slot is free again, and the attempt has a reason.
//!
//! The worker and its child speak over a socket of their own. What the job writes to its standard
//! output and error goes through pipes and cannot be mistaken for an answer.

mod assignment;
mod attempt;
mod capture;
mod cgroup;
mod child;
mod crew;
mod death;
mod ended;
mod hands;
mod lines;
mod meet;
mod output;
mod process;
mod usage;
mod wire;

pub use assignment::{Assignment, Member, Pinned, Router};
pub use child::serve;
pub use crew::{Attempted, Crew, CrewOptions, Mode, Stopped};
