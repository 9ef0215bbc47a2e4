//! What moves runs forward: load, plan, record, ring.

mod bell;
mod execute;
mod housekeeping;
mod mill;
mod observe;
mod planning;
mod resolve;
mod schedules;
mod worker;

pub use bell::{Bell, Topic, carry};
pub use housekeeping::{
    Cleaned, DUTIES, Duty, Found, HouseOptions, Tally, clean, examine, examine_at_rest,
    keep_history, keep_house,
};
pub use mill::{Mill, OpenError};
pub use observe::{Change, Observation, observe};
pub use planning::{Demand, Planned, assess_now, demand, plan_now};
pub use schedules::{Schedules, Summary, declare_schedule, run_schedules};
pub use worker::{WorkOptions, work};
