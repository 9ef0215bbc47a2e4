//! What should happen next, as pure functions of the catalog and a picture of the world.

mod assess;
mod automation;
mod backfill;
mod digest;
mod ledger;
mod retry;
mod route;
mod wiring;

pub use assess::{Assessment, Blocker, DatasetStatus, assess};
pub use automation::{
    Class, Decision, EdgeChange, Facts, Failure, Hold, Order, Why, day_of, decide,
};
pub use backfill::{BackfillPlan, Blocked, Reason, Request, Select, Step, plan};
pub use digest::{InputsDigest, part};
pub use ledger::{Head, Ledger, Pace, Record, Track};
pub use retry::{Outcome, Verdict, after_attempt};
pub use route::{Route, Routes};
pub use wiring::{Node, Wiring, wire};

#[cfg(test)]
mod tests;
