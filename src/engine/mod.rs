//! What moves runs forward: load, plan, record, ring.

mod execute;
mod housekeeping;
mod mill;
mod observe;
mod planning;
mod resolve;
mod worker;

pub use housekeeping::{
    Cleaned, DUTIES, Duty, Found, HouseOptions, Tally, clean, examine, examine_at_rest,
    keep_history, keep_house,
};
pub use mill::{Mill, OpenError};
pub use observe::{Change, Observation, observe};
pub use planning::{Planned, apply, assess_now, plan_now};
pub use worker::{WorkOptions, work};
