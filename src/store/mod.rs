//! What the database knows: SQL and nothing else.

mod access;
mod again;
mod apply;
mod backfills;
mod bell;
mod bench;
mod causes;
mod changes;
mod claim;
mod commit;
mod control;
mod doctor;
mod error;
mod happened;
mod holds;
mod housekeeping;
mod ids;
mod ledger;
mod limit;
mod live;
mod mark;
mod measure;
mod logs;
mod observe;
mod overview;
mod pauses;
mod pins;
mod queries;
mod run_detail;
mod runs;
mod schedules;
mod search;
mod slas;
mod ticks;
mod watch;
mod usage;
mod versions;
mod waiting;
mod workers;

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool, Postgres, Transaction};

pub use access::{
    AuditQuery, AuditRow, Before, Changed, Elsewhere, LinkKind, NewAudit, NewPerson, NewSession,
    NewToken, PersonRow, PersonTaken, SessionFound, SessionRow, TokenFound, TokenRow, add_person,
    add_token, audit_entries, audit_entry, begin_attempt, begin_elsewhere, change_person,
    claim_answer, clear_attempts, come_back, drop_setup_links, end_session, end_sessions,
    find_session, find_token, forget_answers, forget_attempts, forget_links, forget_password,
    forget_sessions, has_admin, keep_answer, live_tokens, lock_admins, lock_people, new_link,
    new_session, own_session, people, person, person_by_login, person_elsewhere, record_audit,
    revoke_token, sessions, set_password, take_link, token, tokens, touch_person, touch_session,
    touch_token,
};
pub use again::{left_of, living_slots, remember_plan, shown_plan};
pub use apply::{Applied, NewBackfill, apply, apply_in};
pub use backfills::{
    BackfillFilter, BackfillStanding, CauseRow, Progress, RECENT, StepRow, backfill_causes,
    backfill_plan, backfill_progress, backfill_standing, backfill_standings, backfill_steps,
};
pub use bell::{DEMAND, HALT, Rings, WORK, ring};
pub use bench::{
    bench_commit, bench_history, bench_product, bench_settle, bench_tables, input_commits,
};
pub use causes::{
    CodeRow, InputChange, InputQuery, LiveRow, LiveRun, code_versions, input_changes,
    last_published, live_run, running, waits_on,
};
pub use changes::{
    Touched, cancelled, edge_changes, failures_begun, moved, restated, touched_since,
    touched_within,
};
pub use claim::{Claimant, Claimed, PoolRow, claim, pools};
pub use commit::{Committed, Ended, Lease, Published, commit};
pub use control::{
    Cancelled, EventRow, backfill_events, cancel_backfill, cancel_runs, cancel_undeclared,
    pause_backfill, pause_backfill_in, restore_pool_slots, resume_backfill, resume_backfill_in,
    set_concurrency, set_concurrency_in, set_pool_slots, set_priority, set_priority_in,
};
pub use doctor::{
    BEGINNING, HeldRun, InputRead, OldestTransaction, PublishedFile, QueueRow, all_files, breaches,
    database_facts, database_version, held_runs, horizon, inputs_read, known_since, local_data,
    oldest_transaction, queue_depth, some_files, stray_history, unrest, worker_count,
};
pub use error::{Error, Result};
pub use happened::{Happened, happened};
pub use holds::{approvals, approve, holds, record_holds};
pub use housekeeping::{
    DutyRow, Expired, HistoryParts, Orphan, OrphanCounts, Step, VersionRange, claim_duty,
    collected, database_now, drop_history_part, due_orphans, duties, duty_done, duty_failed,
    expire_versions, forget_default, forget_orphans, forget_runs, history_parts, installation,
    keep_week, made_datasets, mark_orphans, move_horizon, orphan_counts, partitions,
    scheduler_lives, superseded, to_collect, unmark_named, unnamed, version_range,
};
pub use ids::{CodeVersion, Registry, Slices, register, register_value};
pub use ledger::{load, registered};
pub use limit::in_time;
pub use live::{live_marks, session_standing, token_standing};
pub use logs::{LogChunk, LogLine, LogQuery, append_logs, logs};
pub use mark::{Mark, mark};
pub use measure::{plain_insert, plain_move};
pub use observe::{
    Observed, SourceVersion, Unrouted, record_observed, record_routes, source_versions, unrouted,
};
pub use overview::{FailureGroup, Heard, Throughput, failure_groups, heard, throughput};
pub use pauses::{job_pauses, pause_job, pause_schedule, paused_jobs, resume_job, resume_schedule};
pub use pins::{Pin, PinQuery, pins};
pub use queries::{
    AttemptRow, BackfillRow, Counts, FailureRow, LineageRow, RunRow, VersionRow, attempts,
    backfill_counts, backfills, backfills_of_runs, failure, failures, heads_in, lineage_down,
    lineage_up, live_counts, runs, version, versions,
};
pub use run_detail::{
    AttemptEnd, AttemptHost, Finished, LaterRuns, attempt_ends, attempt_hosts, finished_by_time,
    is_over, later_runs, run_output, waits_on_some,
};
pub use runs::{adopt_stranded, expire_worker, free_waiting, held, release};
pub use schedules::{
    NewSchedule, ScheduleRow, declare_schedules, due_schedules, hold, next_due, record_hold,
    schedules,
};
pub use search::{FoundRuns, RunLine, RunPlace, RunSearch, oldest_run, run_line, search_runs};
pub use slas::{
    Claim, DeliveryRow, NewSlaRule, Outgoing, RecordedSlas, SlaRecording, SlaRuleRow, SlaWindowRow,
    claim_deliveries, complete_slas, declare_slas, deliveries, delivery_failed, delivery_sent,
    first_committed, forget_deliveries, forget_slas, given_up, next_delivery, recent_sla_windows,
    record_slas, recorded_slas, registered_at, settled_until, sla_months, sla_rules, sla_windows,
    sla_windows_of,
};
pub use ticks::{
    DayTicks, Recorded, Recording, SkippedTicks, TickRow, failed_ticks, forget_ticks, latest_ticks,
    link_ticks, open_ticks, record_ticks, settle_ticks, skipped_ticks, tick_days, tick_mark,
    tick_page, ticks,
};
pub use usage::{Usage, note_usage};
pub use versions::{
    LinkRow, NewlyRead, latest_version, links_down, links_up, newly_read, runs_of_partition,
    version_by_id, versions_at, versions_of,
};
pub use waiting::{
    HolderRow, QueueWait, WaitGroup, paces, pool_holders, waiting, waiting_all, waiting_groups,
};
pub use watch::{
    Looked, Watch, WatchRow, all_watches, announce, claim_watches, end_watch, ensure_watches,
    next_watch, renew_watch, watches,
};
pub use workers::{
    NewWorker, Worker, WorkerLine, beat, end_worker, ended_with_runs, live_workers, start_worker,
    worker_lines,
};

/// How a transaction begins whose statements must all see the same instant.
pub const ONE_PICTURE: &str = "begin isolation level repeatable read read only";

static MIGRATOR: Migrator = sqlx::migrate!();

/// How long a connection that is not at work may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(1);

/// Whether the other side of a connection is there; an error ends the connection.
async fn answers(db: &mut PgConnection) -> sqlx::Result<bool> {
    let answer = tokio::time::timeout(ANSWER_MAX, db.ping()).await;
    answer.map_err(|_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))??;
    Ok(true)
}

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
        .options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "10s")])
        // Statements here take milliseconds: compiling one, which a wrong guess of rows is enough
        // for, takes a hundred.
        .options([("jit", "off")])
        // Or else the sessions of a machine that is gone are kept for two hours.
        .options([("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5")])
        .options([("tcp_keepalives_count", "3")])
        // Partitions are left out by their bounds; reading their CHECKs as well, for each plan anew,
        // finds nothing and takes a fifth of the time.
        .options([("constraint_exclusion", "off")]);
    let pool = PgPoolOptions::new()
        .max_connections(12)
        // A connection that nobody answers on any more is found out in seconds, not in minutes.
        .test_before_acquire(false)
        .before_acquire(|db, _| Box::pin(answers(db)))
        .after_release(|db, _| Box::pin(answers(db)))
        .connect_with(options)
        .await
        .map_err(|source| Error::Open { source })?;
    MIGRATOR.run(&pool).await.map_err(|source| Error::Migrate { source })?;
    Ok(pool)
}

/// Begins a transaction whose statements find each row by its key.
///
/// A statement that is prepared while its tables are small is planned to read all of them, and keeps
/// to that while they grow, until they are next analyzed.
async fn begin_keyed(pool: &PgPool) -> Result<Transaction<'static, Postgres>> {
    let begin = "begin; set local enable_seqscan = off; set local enable_hashjoin = off; \
        set local enable_mergejoin = off";
    Ok(pool.begin_with(begin).await?)
}
