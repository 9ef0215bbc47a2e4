//! What should happen next, as pure functions of the catalog and a picture of the world.

mod asked;
mod assess;
mod automation;
mod backfill;
mod command;
mod deadline;
mod delivery;
mod digest;
mod estimate;
mod explain;
mod health;
mod ledger;
mod live;
mod moved;
mod retention;
mod retry;
mod route;
mod run_words;
pub mod schedule;
mod scope;
mod sentence;
mod share;
pub mod sla;
mod waiting;
mod wiring;

pub use asked::{Asked, Options, Senseless, Target, Which, request};
pub use assess::{Assessment, Blocker, DatasetStatus, assess};
pub use automation::{Decision, EdgeChange, Ended, Facts, Hold, Order, Why, day_of, decide};
pub use backfill::{Again, BackfillPlan, Blocked, Reason, Request, Select, Step, plan, plan_again};
pub use command::{commands, request_text};
pub use deadline::{deadline, deadlines};
pub use delivery::{GivenUp, TRIES_MAX, is_news, judge_given_up, pause_after};
pub use digest::{InputsDigest, part};
pub use estimate::{Load, finish};
pub use explain::{
    BlockedView, EstimateView, Explanation, RangeView, Resources, StepView, explain, ranges,
};
pub use health::{
    DatabaseFacts, DiskFacts, DutyFacts, Finding, Severity, judge_database, judge_disk, judge_duty,
};
pub use ledger::{Head, Ledger, Pace, Record, Track};
pub use live::{LiveMark, LiveTopic, Marks, changed_topics};
pub use moved::{Moved, moved};
pub use retention::{DAYS_AHEAD, HistoryChange, HistoryPart, Keep, history_change};
pub use retry::{Outcome, Verdict, after_attempt};
pub use route::{Route, Routes};
pub use run_words::{AttemptFacts, RunFacts, attempt_end};
pub use sentence::{Course, course_sentence, plan_sentence};
pub use share::{Candidate, PoolStanding, look_ahead, pick};
pub use waiting::{
    OF_LATE, Obstacle, Queue, Wait, after_retries, expected_start, rate_of_late, slots_for,
};
pub use wiring::{Node, Wiring, wire};

#[cfg(test)]
mod tests;
