//! What only shows with a database, a lake and a worker at work.

mod api;
mod chaos;
mod cli;
mod oracle;
mod proxy;
mod support;

mod automation;
mod backfill;
mod control;
mod crash;
mod dimensions;
mod executor;
mod doctor;
mod failpoints;
mod fence;
mod fused;
mod housekeeping;
mod missing;
mod model;
mod outside;
mod quality;
mod queue;
mod regress;
mod retries;
mod schedules;
mod slas;
mod sim;
mod staleness;
mod telemetry;
mod waiting;
