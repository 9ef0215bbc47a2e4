//! What is told while working: lines on standard error, metrics for Prometheus, traces by OTLP.
//!
//! # Lines
//!
//! Warnings and errors; with `--verbose` or while serving also what is done. `RUST_LOG` overrides
//! that.
//!
//! # Metrics
//!
//! The server answers `/metrics` in the text format of Prometheus. Their names are constants of
//! [`metrics`], and units are part of the names.
//!
//! - `tidemill_queue_runs{class,pool,state}` (gauge): live runs; state is waiting, ready, running
//!   or backoff
//! - `tidemill_queue_oldest_ready_seconds{class,pool}` (gauge): for how long the oldest run that
//!   could start has waited
//! - `tidemill_pool_slots{pool}` (gauge): slots of the pools that have a limit
//! - `tidemill_pool_slots_used{pool}` (gauge): slots that running runs hold
//! - `tidemill_workers` (gauge): workers that have not ended
//! - `tidemill_claims_total` (counter): claims of this process, those that found nothing too
//! - `tidemill_claimed_runs_total` (counter): runs they brought
//! - `tidemill_claim_duration_seconds` (histogram): how long a claim took
//! - `tidemill_attempts_total{outcome}` (counter): attempts of this process; outcome is
//!   published, unchanged, backoff, failed or stopped
//! - `tidemill_attempt_duration_seconds{outcome}` (histogram): how long they took
//! - `tidemill_commits_total` (counter): group commits of this process
//! - `tidemill_commit_attempts` (histogram): how many attempts a group had
//! - `tidemill_commit_duration_seconds` (histogram): how long a group commit took
//! - `tidemill_fenced_commits_total` (counter): attempts whose run belonged to somebody else by
//!   then
//! - `tidemill_loop_lag_seconds{loop}` (histogram): how much later than meant a turn of a loop
//!   began
//! - `tidemill_loop_duration_seconds{loop}` (histogram): how long a turn took
//! - `tidemill_schedule_holds_total` (counter): times that no tick was recorded because clocks
//!   disagreed
//! - `tidemill_sla_windows_total{state}` (counter): windows of promises that this process recorded;
//!   state is met or missed
//! - `tidemill_deliveries_total{outcome}` (counter): messages to others that this process sent;
//!   outcome is sent, again (it is tried later) or `given_up`
//! - `tidemill_database_connections{state}` (gauge): connections of this process; state is
//!   `in_use` or idle
//! - `tidemill_database_oldest_xmin_transactions` (gauge): transactions since the oldest that is
//!   still looked back to
//! - `tidemill_database_oldest_transaction_seconds` (gauge): for how long the oldest transaction
//!   has been open
//! - `tidemill_history_stray_runs` (gauge): finished runs in no day's partition; counting stops
//!   at 1,000
//! - `tidemill_orphan_objects` (gauge): objects that are marked and wait to be deleted
//! - `tidemill_orphan_bytes` (gauge): their bytes
//! - `tidemill_housekeeping_last_success_timestamp_seconds{duty}` (gauge): when a duty last went
//!   well
//! - `tidemill_scrape_failures_total` (counter): scrapes that the database did not answer: gauges
//!   of it are old
//!
//! # Traces
//!
//! With an endpoint (`OTEL_EXPORTER_OTLP_ENDPOINT`, or `TIDEMILL_OTLP_ENDPOINT`), each run is one
//! trace, from demand to commit: see [`traces`].

pub mod metrics;
pub mod traces;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

pub use traces::run_span;

/// What is told, and by what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// How much more is said on standard error.
    pub verbose: u8,
    /// Whether this process goes on until it is stopped.
    pub serving: bool,
    /// Where traces go.
    pub otlp: Option<&'a str>,
}

/// Sends what is left of the traces when it goes.
#[derive(Debug, Default)]
#[must_use]
pub struct Telemetry {
    traces: Option<traces::Exporting>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = self.traces.take() {
            traces.finish();
        }
    }
}

/// Starts telling.
pub fn init(options: Options<'_>) -> Telemetry {
    if options.serving {
        // Counting begins with the first event and not with the first question.
        metrics::handle();
    }
    let level = match (options.verbose, options.serving) {
        (0, false) => "warn",
        (0, true) | (1, _) => "tidemill=info,warn",
        _ => "tidemill=debug,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // Spans of traces are no context of lines: a line has its own fields.
    let filter = filter.and(filter_fn(|metadata| metadata.target() != traces::TARGET));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_filter(filter);
    let (traces, fault) = match options.otlp.map(traces::start) {
        None => (None, None),
        Some(Ok(traces)) => (Some(traces), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let started = tracing_subscriber::registry()
        .with(lines)
        .with(traces.as_ref().map(traces::Exporting::layer))
        .try_init();
    // Somebody who embeds the library may have started telling already.
    drop(started);
    if let Some(error) = fault {
        tracing::warn!("traces are not sent: {error}");
    }
    Telemetry { traces }
}
