//! What moves runs forward: load, plan, record, ring.

mod bell;
mod execute;
mod mill;
mod observe;
mod planning;
mod resolve;
mod worker;

pub use bell::{Bell, Topic, carry};
pub use mill::{Mill, OpenError};
pub use observe::{Change, Observation, observe};
pub use planning::{
    Demand, PlanMoved, Planned, assess_now, demand, explain, plan_now, plan_retry, resources,
};
pub use worker::{WorkOptions, work};
