//! What the database says about itself.

use sqlx::{Connection as _, PgConnection};

use super::super::Result;
use super::standing::{oldest_transaction, stray_history};
use crate::plan::DatabaseFacts;

/// Before everything that is recorded, and an instant that the database knows.
pub const BEGINNING: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

/// Asks the database about its settings, sessions and clock.
///
/// # Errors
///
/// When a statement fails.
pub async fn database_facts(db: &mut PgConnection) -> Result<DatabaseFacts> {
    let is_pooled = is_pooled(db).await?;
    let oldest = oldest_transaction(db).await?;
    let stray_history = stray_history(db).await?;
    let row = sqlx::query!(
        r#"select current_setting('server_version_num')::int as "version!",
            current_setting('fsync')::boolean as "fsync!",
            current_setting('full_page_writes')::boolean as "full_page_writes!",
            current_setting('synchronous_commit') as "synchronous_commit!",
            current_setting('max_connections')::bigint
                - current_setting('superuser_reserved_connections')::bigint as "max!",
            (select count(*) from pg_stat_activity
             where backend_type = 'client backend') as "used!",
            clock_timestamp() as "now!: jiff_sqlx::Timestamp""#
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(DatabaseFacts {
        version: row.version,
        fsync: row.fsync,
        full_page_writes: row.full_page_writes,
        synchronous_commit: row.synchronous_commit,
        now: row.now.to_jiff(),
        connections_max: row.max,
        connections_used: row.used,
        oldest_xmin: oldest.xmin,
        oldest_seconds: oldest.seconds,
        oldest_session: oldest.session,
        stray_history,
        is_pooled,
    })
}

/// Whether two transactions of one session are served by two: a pooler is in between.
async fn is_pooled(db: &mut PgConnection) -> Result<bool> {
    let mut seen = None;
    for _ in 0..5 {
        let mut tx = db.begin().await?;
        let pid =
            sqlx::query_scalar!(r#"select pg_backend_pid() as "pid!""#).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        if seen.is_some_and(|seen| seen != pid) {
            return Ok(true);
        }
        seen = Some(pid);
    }
    Ok(false)
}

/// The version of the server, as it says it.
///
/// # Errors
///
/// When the statement fails.
pub async fn database_version(db: &mut PgConnection) -> Result<String> {
    let version = sqlx::query_scalar!(r#"select current_setting('server_version') as "version!""#);
    Ok(version.fetch_one(db).await?)
}

/// Where the server keeps its data, if it may be this machine and we may know.
///
/// # Errors
///
/// When the statement fails.
pub async fn local_data(db: &mut PgConnection) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        r#"select setting as "setting!"
         from pg_settings
         where name = 'data_directory'
           and (inet_server_addr() is null or inet_server_addr() << '127.0.0.0/8')"#
    )
    .fetch_optional(db)
    .await?)
}

/// Since when this database has been Tidemill's.
///
/// # Errors
///
/// When the statement fails.
pub async fn known_since(db: &mut PgConnection) -> Result<jiff::Timestamp> {
    Ok(sqlx::query_scalar!(
        r#"select created_at as "at!: jiff_sqlx::Timestamp" from tidemill.installation"#
    )
    .fetch_one(db)
    .await?
    .to_jiff())
}

/// What finished before this is no longer kept.
///
/// # Errors
///
/// When the statement fails.
pub async fn horizon(db: &mut PgConnection) -> Result<Option<jiff::Timestamp>> {
    let at = sqlx::query_scalar!(
        r#"select max(horizon_at) as "at: jiff_sqlx::Timestamp" from tidemill.housekeeping"#
    )
    .fetch_one(db)
    .await?;
    Ok(at.map(jiff_sqlx::Timestamp::to_jiff))
}

/// A run in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRun {
    /// The run.
    pub id: i64,
    /// The number of its dataset.
    pub dataset_id: i32,
    /// Its partition.
    pub ordinal: i64,
    /// Who holds it.
    pub worker: i64,
    /// For how many seconds its attempt has been open.
    pub seconds: i64,
}

/// The runs in workers' hands, those longest in hand first.
///
/// # Errors
///
/// When the statement fails.
pub async fn held_runs(db: &mut PgConnection, limit: i64) -> Result<Vec<HeldRun>> {
    Ok(sqlx::query_as!(
        HeldRun,
        r#"select run.id, run.dataset_id as "dataset_id!", run.ordinal as "ordinal!",
            run.worker_id as "worker!",
            extract(epoch from clock_timestamp() - attempt.started_at)::bigint as "seconds!"
         from tidemill.run
         join tidemill.attempt
             on attempt.run_id = run.id
             and attempt.number = run.attempt
         where run.state = 'running'
         order by attempt.started_at
         limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await?)
}
