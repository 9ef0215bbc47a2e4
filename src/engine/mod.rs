//! What moves runs forward: load, plan, record, ring.

mod automation;
mod bell;
mod execute;
mod facts;
mod mill;
mod observe;
mod planning;
mod resolve;
mod schedules;
mod watch;
mod worker;

pub use automation::{Automaton, Step, Summary, automate};
pub use bell::{Bell, Topic, carry};
pub use mill::{Mill, OpenError};
pub use observe::{Change, Observation, observe, observe_due, route_all_published};
pub use planning::{Demand, Planned, assess_now, demand, plan_now};
pub use schedules::{Schedules, Ticked, declare_schedule, run_schedules};
pub use watch::announce;
pub use worker::{WorkOptions, work};
