//! What moves runs forward: load, plan, record, ring.

mod bell;
mod execute;
mod executor;
mod failure;
mod logs;
mod mill;
mod observe;
mod planning;
mod resolve;
mod schedules;
mod worker;
mod workshop;

pub use bell::{Bell, Topic, carry};
pub use executor::{
    Assignment, Attempted, Crew, CrewOptions, Member, Mode, Pinned, Router, Stopped, serve,
};
pub use failure::Failure;
pub use logs::{LogSink, Logs, Source};
pub use mill::Mill;
pub use observe::{Change, Observation, observe};
pub use planning::{Demand, Planned, assess_now, demand, plan_now};
pub use schedules::{Schedules, Summary, declare_schedule, run_schedules};
pub use worker::{WorkOptions, work};
pub use workshop::{OpenError, Workshop};
