//! What people do to backfills: each one transaction over the set, with who did it and when.

mod cancel;

use std::time::Duration;

use jiff_sqlx::Timestamp;
use sqlx::{PgConnection, PgPool};

pub use cancel::{Cancelled, cancel_backfill, cancel_runs, cancel_undeclared};

use super::bell::{self, HALT, WORK};
use super::claim::CLAIMS;
use super::{Error, Result};

/// What a person did to a backfill.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub action: String,
    /// With what.
    pub details: String,
}

/// What was done to a backfill, first to last.
///
/// # Errors
///
/// When the statement fails.
pub async fn backfill_events(db: &mut PgConnection, backfill: i64) -> Result<Vec<EventRow>> {
    Ok(sqlx::query_as!(
        EventRow,
        r#"select at as "at: _", by, action, details
           from tidemill.backfill_event
           where backfill_id = $1
           order by id"#,
        backfill,
    )
    .fetch_all(db)
    .await?)
}

/// Pauses a backfill: nothing of it starts until it is resumed. What runs is handed back, or
/// finishes when `finish_running` says so. How many runs were handed back.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn pause_backfill(
    pool: &PgPool,
    backfill: i64,
    by: &str,
    finish_running: bool,
) -> Result<u64> {
    let mut tx = pool.begin().await?;
    let handed_back = pause_backfill_in(&mut tx, backfill, by, finish_running).await?;
    tx.commit().await?;
    bell::ring(pool, HALT).await?;
    Ok(handed_back)
}

/// The same within a transaction of the caller, who rings for [`HALT`] after the commit.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn pause_backfill_in(
    db: &mut PgConnection,
    backfill: i64,
    by: &str,
    finish_running: bool,
) -> Result<u64> {
    // Claims take turns under this name: none is under way, and the next sees the pause.
    sqlx::query!("select pg_advisory_xact_lock($1)", CLAIMS).fetch_one(&mut *db).await?;
    let mut handed_back = 0;
    if !finish_running {
        let why = format!("backfill {backfill} was paused by {by}");
        let done = sqlx::query_file!("src/store/sql/hand_back.sql", backfill, why)
            .execute(&mut *db)
            .await?;
        handed_back = done.rows_affected();
    }
    let done = sqlx::query!(
        "update tidemill.backfill
         set paused_at = coalesce(paused_at, now()),
             paused_by = coalesce(paused_by, $2)
         where id = $1
           and state = 'active'",
        backfill,
        by,
    )
    .execute(&mut *db)
    .await?;
    expect_active(&mut *db, backfill, done.rows_affected()).await?;
    let details = match finish_running {
        true => "what runs finishes".to_owned(),
        false => match handed_back {
            0 => "nothing was running".to_owned(),
            1 => "1 run handed back".to_owned(),
            runs => format!("{runs} runs handed back"),
        },
    };
    note(&mut *db, backfill, by, "pause", &details).await?;
    Ok(handed_back)
}

/// Lets a paused backfill go on; whether it was paused.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn resume_backfill(pool: &PgPool, backfill: i64, by: &str) -> Result<bool> {
    let mut tx = pool.begin().await?;
    let was_paused = resume_backfill_in(&mut tx, backfill, by).await?;
    tx.commit().await?;
    bell::ring(pool, WORK).await?;
    Ok(was_paused)
}

/// The same within a transaction of the caller, who rings for [`WORK`] after the commit.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn resume_backfill_in(db: &mut PgConnection, backfill: i64, by: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.backfill
         set paused_at = null, paused_by = null
         where id = $1
           and state = 'active'
           and paused_at is not null",
        backfill,
    )
    .execute(&mut *db)
    .await?;
    let was_paused = done.rows_affected() == 1;
    if was_paused {
        note(&mut *db, backfill, by, "resume", "").await?;
    } else {
        let found = sqlx::query!(
            "select from tidemill.backfill where id = $1 and state = 'active'",
            backfill
        )
        .fetch_all(&mut *db)
        .await?;
        expect_active(&mut *db, backfill, found.len() as u64).await?;
    }
    Ok(was_paused)
}

/// Changes which backfill of a class goes first: the greater.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn set_priority(pool: &PgPool, backfill: i64, by: &str, priority: i16) -> Result<()> {
    let mut tx = pool.begin().await?;
    set_priority_in(&mut tx, backfill, by, priority).await?;
    tx.commit().await?;
    bell::ring(pool, WORK).await
}

/// The same within a transaction of the caller, who rings for [`WORK`] after the commit.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn set_priority_in(
    db: &mut PgConnection,
    backfill: i64,
    by: &str,
    priority: i16,
) -> Result<()> {
    let before = sqlx::query_scalar!(
        "update tidemill.backfill
         set priority = $2
         from (select id, priority from tidemill.backfill where id = $1 for update) as before
         where backfill.id = before.id
           and backfill.state = 'active'
         returning before.priority",
        backfill,
        priority,
    )
    .fetch_optional(&mut *db)
    .await?;
    expect_active(&mut *db, backfill, before.iter().len() as u64).await?;
    let details = format!("{} to {priority}", before.unwrap_or_default());
    note(&mut *db, backfill, by, "set_priority", &details).await
}

/// Changes how many runs of a backfill may run at once; what runs beyond that finishes.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn set_concurrency(
    pool: &PgPool,
    backfill: i64,
    by: &str,
    concurrency: Option<u32>,
) -> Result<()> {
    let mut tx = pool.begin().await?;
    set_concurrency_in(&mut tx, backfill, by, concurrency).await?;
    tx.commit().await?;
    bell::ring(pool, WORK).await
}

/// The same within a transaction of the caller, who rings for [`WORK`] after the commit.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn set_concurrency_in(
    db: &mut PgConnection,
    backfill: i64,
    by: &str,
    concurrency: Option<u32>,
) -> Result<()> {
    let limit = concurrency.map(|runs| i32::try_from(runs).unwrap_or(i32::MAX));
    let before = sqlx::query_scalar!(
        "update tidemill.backfill
         set concurrency = $2
         from (select id, concurrency from tidemill.backfill where id = $1 for update) as before
         where backfill.id = before.id
           and backfill.state = 'active'
         returning before.concurrency",
        backfill,
        limit,
    )
    .fetch_optional(&mut *db)
    .await?;
    expect_active(&mut *db, backfill, before.iter().len() as u64).await?;
    let word = |limit: Option<i32>| limit.map_or_else(|| "none".to_owned(), |n| n.to_string());
    let details = format!("{} to {}", word(before.flatten()), word(limit));
    note(&mut *db, backfill, by, "set_concurrency", &details).await
}

/// Gives a pool so many slots, whatever is declared; none for no limit.
///
/// # Errors
///
/// When there is no such pool, or the statement fails.
pub async fn set_pool_slots(pool: &PgPool, name: &str, slots: Option<u32>) -> Result<()> {
    let done = sqlx::query!(
        "update tidemill.pool set slots = $2, is_overridden = true where name = $1",
        name,
        slots.map(|slots| i32::try_from(slots).unwrap_or(i32::MAX)),
    )
    .execute(pool)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NoPool(name.to_owned()));
    }
    bell::ring(pool, WORK).await
}

/// Lets what is declared say again how many slots a pool has, from the next start on.
///
/// # Errors
///
/// When there is no such pool, or the statement fails.
pub async fn restore_pool_slots(pool: &PgPool, name: &str) -> Result<()> {
    let done = sqlx::query!("update tidemill.pool set is_overridden = false where name = $1", name)
        .execute(pool)
        .await?;
    if done.rows_affected() == 0 { Err(Error::NoPool(name.to_owned())) } else { Ok(()) }
}

/// Remembers what a person did.
pub(super) async fn note(
    db: &mut PgConnection,
    backfill: i64,
    by: &str,
    action: &str,
    details: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into tidemill.backfill_event (backfill_id, by, action, details)
         values ($1, $2, $3, $4)",
        backfill,
        by,
        action,
        details,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says why nothing was changed when nothing was: there is no such backfill, or it is over.
async fn expect_active(db: &mut PgConnection, backfill: i64, changed: u64) -> Result<()> {
    if changed == 1 {
        return Ok(());
    }
    let state = sqlx::query_scalar!(
        r#"select state::text as "state!" from tidemill.backfill where id = $1"#,
        backfill,
    )
    .fetch_optional(db)
    .await?;
    match state {
        None => Err(Error::NoBackfill(backfill)),
        Some(state) => Err(Error::BackfillOver { backfill, state }),
    }
}

/// How long to wait for what others hold before the next look.
const PAUSE: Duration = Duration::from_millis(20);
