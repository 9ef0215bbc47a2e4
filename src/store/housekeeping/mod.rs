//! What keeping house needs to know and to record.

pub(super) mod history;
mod orphans;
mod versions;

use std::time::Duration;

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgPool};

use super::Result;

pub use history::{
    HistoryParts, Step, drop_history_part, forget_default, forget_runs, history_parts, keep_week,
    partitions,
};
pub use orphans::{
    Orphan, OrphanCounts, due_orphans, forget_orphans, made_datasets, mark_orphans, orphan_counts,
    unmark_named, unnamed,
};
pub use versions::{
    Expired, VersionRange, collected, expire_versions, superseded, to_collect, version_range,
};

/// What a duty did last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyRow {
    /// Its name.
    pub name: String,
    /// When it was last begun.
    pub started_at: jiff::Timestamp,
    /// When it last went well.
    pub last_ok_at: Option<jiff::Timestamp>,
    /// What it did then.
    pub last_report: Option<String>,
    /// Why it last failed, unless it went well since.
    pub last_error: Option<String>,
}

/// A number for the locks of housekeeping: `tidemill` in the letters' own digits.
const LOCK: i64 = 0x7469_6465_6d69_6c6c;

/// Takes the next turn of a duty, unless somebody took one less than `every` ago.
///
/// # Errors
///
/// When the statement fails.
pub async fn claim_duty(pool: &PgPool, name: &str, every: Duration) -> Result<bool> {
    let mut tx = pool.begin().await?;
    if !try_lock(&mut tx, name).await? {
        return Ok(false);
    }
    let claimed = sqlx::query!(
        "insert into tidemill.housekeeping (name, started_at)
         values ($1, clock_timestamp())
         on conflict on constraint housekeeping_pkey do update
         set started_at = excluded.started_at
         where housekeeping.started_at <= excluded.started_at - make_interval(secs => $2)",
        name,
        every.as_secs_f64(),
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(claimed.rows_affected() == 1)
}

/// A lock that ends with the transaction; false when somebody else has it.
async fn try_lock(db: &mut PgConnection, name: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1 # hashtext($2)::bigint) as "taken!""#,
        LOCK,
        name,
    )
    .fetch_one(db)
    .await?)
}

/// Records that a duty went well, and what it did.
///
/// # Errors
///
/// When the statement fails.
pub async fn duty_done(db: &mut PgConnection, name: &str, report: &str) -> Result<()> {
    sqlx::query!(
        "insert into tidemill.housekeeping (name, started_at, last_ok_at, last_report)
         values ($1, clock_timestamp(), clock_timestamp(), $2)
         on conflict on constraint housekeeping_pkey do update
         set last_ok_at = excluded.last_ok_at,
             last_report = excluded.last_report,
             last_error = null,
             last_error_at = null",
        name,
        report,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records that a duty failed; whether it did not fail in the same way before.
///
/// # Errors
///
/// When the statement fails.
pub async fn duty_failed(db: &mut PgConnection, name: &str, error: &str) -> Result<bool> {
    let news = sqlx::query_scalar!(
        r#"with before as (
             select last_error from tidemill.housekeeping where name = $1
         ),
         failed as (
             insert into tidemill.housekeeping (name, started_at, last_error, last_error_at)
             values ($1, clock_timestamp(), $2, clock_timestamp())
             on conflict on constraint housekeeping_pkey do update
             set last_error = excluded.last_error,
                 last_error_at = excluded.last_error_at
         )
         select (select last_error from before) is distinct from $2 as "news!""#,
        name,
        super::commit::clean(error),
    )
    .fetch_one(db)
    .await?;
    Ok(news)
}

/// Every duty that was ever begun.
///
/// # Errors
///
/// When the statement fails.
pub async fn duties(db: &mut PgConnection) -> Result<Vec<DutyRow>> {
    let rows = sqlx::query!(
        r#"select name, started_at as "started_at: jiff_sqlx::Timestamp",
            last_ok_at as "last_ok_at: jiff_sqlx::Timestamp", last_report, last_error
         from tidemill.housekeeping
         order by name"#
    )
    .fetch_all(db)
    .await?;
    let duty = rows.into_iter().map(|row| DutyRow {
        name: row.name,
        started_at: row.started_at.to_jiff(),
        last_ok_at: row.last_ok_at.map(jiff_sqlx::Timestamp::to_jiff),
        last_report: row.last_report,
        last_error: row.last_error,
    });
    Ok(duty.collect())
}

/// Says that runs which finished before this are gone or about to go, so that nobody misses them.
///
/// # Errors
///
/// When the statement fails.
pub async fn move_horizon(db: &mut PgConnection, horizon: jiff::Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into tidemill.housekeeping (name, started_at, horizon_at)
         values ('history', clock_timestamp(), $1)
         on conflict on constraint housekeeping_pkey do update
         set horizon_at = greatest(housekeeping.horizon_at, excluded.horizon_at)",
        horizon.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Shows that a scheduler lives, and says what time it is for the database. It is written down at
/// most once in five seconds, however often a scheduler looks.
///
/// # Errors
///
/// When a statement fails.
pub async fn scheduler_lives(db: &mut PgConnection) -> Result<jiff::Timestamp> {
    sqlx::query!(
        "insert into tidemill.housekeeping (name, started_at)
         values ('scheduler', clock_timestamp())
         on conflict on constraint housekeeping_pkey do update
         set started_at = excluded.started_at
         where housekeeping.started_at < excluded.started_at - interval '5 seconds'"
    )
    .execute(&mut *db)
    .await?;
    database_now(db).await
}

/// The number of this database, which its lake is marked with.
///
/// # Errors
///
/// When the statement fails.
pub async fn installation(db: &mut PgConnection) -> Result<String> {
    Ok(sqlx::query_scalar!(r#"select id::text as "id!" from tidemill.installation"#)
        .fetch_one(db)
        .await?)
}

/// What time it is for the database.
///
/// # Errors
///
/// When the statement fails.
pub async fn database_now(db: &mut PgConnection) -> Result<jiff::Timestamp> {
    let now = sqlx::query_scalar!(r#"select clock_timestamp() as "now!: jiff_sqlx::Timestamp""#);
    Ok(now.fetch_one(db).await?.to_jiff())
}
