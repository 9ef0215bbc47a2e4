//! What moves runs forward: load, plan, record, ring.

mod automation;
mod bell;
mod execute;
mod facts;
mod executor;
mod failure;
mod fused;
mod logs;
mod housekeeping;
mod mill;
mod observe;
mod planning;
mod preview;
mod promises;
mod resolve;
mod said;
mod schedules;
mod sweep;
mod watch;
mod worker;
mod workshop;

pub use automation::{Automaton, Step, Summary, automate};
pub use bell::{Bell, Topic, carry};
pub use executor::{
    Assignment, Attempted, Crew, CrewOptions, Member, Mode, Pinned, Router, Stopped, serve,
};
pub use failure::Failure;
pub use housekeeping::{
    Cleaned, DUTIES, Duty, Found, HouseOptions, Tally, clean, examine, examine_at_rest,
    examine_quickly, keep_history, keep_house,
};
pub use logs::{LogSink, Logs, Source};
pub use mill::Mill;
pub use observe::{Change, Observation, observe, observe_due, route_all_published};
pub use planning::{
    Demand, Drawn, PlanMoved, Planned, TooLarge, assess_aside, assess_now, demand, draw, explain,
    plan_now, plan_retry, record, remember, resources,
};
pub use preview::{
    Bounds, Cells, Preview, PreviewError, as_text, first_rows, open_profile, published_frame,
};
pub use promises::{
    Delivered, Kept, PromiseOptions, Promised, Promises, declare_promises, deliver_due,
    keep_promises, promises_now, record_promises, unrecorded,
};
pub use resolve::reads_now;
pub use said::{Said, said};
pub use schedules::{Schedules, Ticked, declare_schedule, run_schedules};
pub use sweep::keep_sweeping;
pub use watch::announce;
pub use worker::{WorkOptions, keep_working, work};
pub use workshop::{OpenError, Workshop};
