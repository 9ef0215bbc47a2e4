//! What the database knows: SQL and nothing else.

mod again;
mod apply;
mod backfills;
mod bell;
mod causes;
mod claim;
mod commit;
mod control;
mod error;
mod ids;
mod ledger;
mod observe;
mod pins;
mod queries;
mod runs;
mod waiting;
mod workers;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};

pub use again::{left_of, living_slots, remember_plan, shown_plan};
pub use apply::{Applied, NewBackfill, apply};
pub use backfills::{
    BackfillStanding, CauseRow, Progress, RECENT, StepRow, backfill_causes, backfill_plan,
    backfill_progress, backfill_standing, backfill_standings, backfill_steps,
};
pub use bell::{DEMAND, HALT, Rings, WORK, ring};
pub use causes::{
    CodeRow, InputChange, InputQuery, LiveRow, code_versions, input_changes, last_published,
    running, waits_on,
};
pub use claim::{Claimant, Claimed, PoolRow, claim, pools};
pub use commit::{Committed, Ended, Lease, Published, commit};
pub use control::{
    Cancelled, EventRow, backfill_events, cancel_backfill, cancel_runs, cancel_undeclared,
    pause_backfill, restore_pool_slots, resume_backfill, set_concurrency, set_pool_slots,
    set_priority,
};
pub use error::{Error, Result};
pub use ids::{CodeVersion, Registry, Slices, register, register_value};
pub use ledger::{load, registered};
pub use observe::{
    Observed, SourceVersion, Unrouted, record_observed, record_routes, source_versions, unrouted,
};
pub use pins::{Pin, PinQuery, pins};
pub use queries::{
    AttemptRow, BackfillRow, Counts, FailureRow, LineageRow, RunRow, VersionRow, active_backfills,
    attempts, backfill_counts, backfills, failure, failures, heads_in, lineage_down, lineage_up,
    live_counts, mark, runs, version, versions,
};
pub use runs::{adopt_stranded, expire_worker, held, release};
pub use waiting::{
    HolderRow, WaitGroup, paces, pool_holders, waiting, waiting_groups,
};
pub use workers::{
    NewWorker, Worker, beat, end_worker, ended_with_runs, live_workers, start_worker,
};

/// How a transaction begins whose statements must all see the same instant.
pub const ONE_PICTURE: &str = "begin isolation level repeatable read read only";

static MIGRATOR: Migrator = sqlx::migrate!();

/// Opens the database and brings its schema up to date.
///
/// # Errors
///
/// When it cannot be reached, or a newer version of Tidemill has written to it.
pub async fn open(options: PgConnectOptions) -> Result<PgPool> {
    // Whole statements in the log are noise to whoever runs this, and may hold what is secret.
    let options = options
        .disable_statement_logging()
        .application_name("tidemill")
        .options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "10s")]);
    let pool = PgPoolOptions::new()
        .max_connections(12)
        .connect_with(options)
        .await
        .map_err(|source| Error::Open { source })?;
    MIGRATOR.run(&pool).await.map_err(|source| Error::Migrate { source })?;
    Ok(pool)
}
