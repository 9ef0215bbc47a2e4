//! What only shows with a database, a lake and a worker at work.

mod cli;
mod oracle;
mod support;

mod automation;
mod backfill;
mod crash;
mod dimensions;
mod executor;
mod doctor;
mod fence;
mod housekeeping;
mod missing;
mod model;
mod outside;
mod quality;
mod queue;
mod regress;
mod retries;
mod schedules;
mod staleness;
mod telemetry;
