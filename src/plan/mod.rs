//! What should happen next, as pure functions of the catalog and a picture of the world.

mod assess;
mod backfill;
mod deadline;
mod digest;
mod estimate;
mod explain;
mod ledger;
mod moved;
mod retry;
mod route;
mod share;
mod waiting;
mod wiring;

pub use assess::{Assessment, Blocker, DatasetStatus, assess};
pub use backfill::{BackfillPlan, Blocked, Again, Reason, Request, Select, Step, plan, plan_again};
pub use deadline::{deadline, deadlines};
pub use digest::{InputsDigest, part};
pub use estimate::{Load, finish};
pub use explain::{
    BlockedView, EstimateView, Explanation, RangeView, Resources, StepView, explain, ranges,
};
pub use ledger::{Head, Ledger, Pace, Record, Track};
pub use moved::{Moved, moved};
pub use retry::{Outcome, Verdict, after_attempt};
pub use route::{Route, Routes};
pub use share::{Candidate, PoolStanding, look_ahead, pick};
pub use waiting::{Queue, Wait, Why, expected_start, slots_for};
pub use wiring::{Node, Wiring, wire};

#[cfg(test)]
mod tests;
