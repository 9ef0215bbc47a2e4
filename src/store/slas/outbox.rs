//! What is to be told to others, who tells it, and how that went.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::super::Result;
use crate::plan::GivenUp;

/// How messages are claimed.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Where they go.
    pub host: &'a str,
    /// For how long nobody else has them.
    pub lease: Duration,
    /// How many at most.
    pub limit: i64,
}

/// A message that this process may send now.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Its number.
    pub id: i64,
    /// What it is known by to whoever is told.
    pub event: String,
    /// What it says.
    pub body: String,
    /// The how-manieth try this is.
    pub tries: i32,
    /// When it was written down.
    pub created_at: SqlTimestamp,
}

/// A message as people look at it.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Its number.
    pub id: i64,
    /// What kind of thing it tells.
    pub kind: String,
    /// Of what.
    pub object: String,
    /// What became of it.
    pub state: String,
    /// How often it was tried.
    pub tries: i32,
    /// When it is tried next.
    pub next_at: Option<SqlTimestamp>,
    /// Where it went last.
    pub url_host: Option<String>,
    /// What it was answered with last.
    pub last_status: Option<i32>,
    /// Why it did not arrive, the last time.
    pub last_error: Option<String>,
    /// When it was written down.
    pub created_at: SqlTimestamp,
    /// When it arrived.
    pub sent_at: Option<SqlTimestamp>,
}

/// Claims messages that are due, oldest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn claim_deliveries(db: &mut PgConnection, claim: &Claim<'_>) -> Result<Vec<Outgoing>> {
    let mut claimed = sqlx::query_file_as!(
        Outgoing,
        "src/store/sql/claim_deliveries.sql",
        claim.limit,
        claim.lease.as_secs_f64(),
        claim.host,
    )
    .fetch_all(db)
    .await?;
    claimed.sort_by_key(|message| message.id);
    Ok(claimed)
}

/// Records that a message arrived; whether nobody else had it meanwhile.
///
/// # Errors
///
/// When the statement fails.
pub async fn delivery_sent(db: &mut PgConnection, sent: &Outgoing, status: u16) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.outbox
         set state = 'sent', sent_at = now(), next_at = null, claimed_until = null,
             last_status = $3, last_error = null
         where id = $1 and tries = $2 and state = 'waiting'",
        sent.id,
        sent.tries,
        i32::from(status),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Records that a message did not arrive: it is tried again after `pause`, or given up without
/// one; whether nobody else had it meanwhile.
///
/// # Errors
///
/// When the statement fails.
pub async fn delivery_failed(
    db: &mut PgConnection,
    lost: &Outgoing,
    pause: Option<Duration>,
    status: Option<u16>,
    error: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.outbox
         set state = case when $3::float8 is null then 'failed' else state end,
             next_at = now() + make_interval(secs => $3),
             claimed_until = null, last_status = $4, last_error = $5
         where id = $1 and tries = $2 and state = 'waiting'",
        lost.id,
        lost.tries,
        pause.map(|pause| pause.as_secs_f64()),
        status.map(i32::from),
        error,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many seconds it is until a message is due, or free again; none when none waits.
///
/// # Errors
///
/// When the statement fails.
pub async fn next_delivery(db: &mut PgConnection) -> Result<Option<f64>> {
    Ok(sqlx::query_scalar!(
        "select extract(epoch from min(greatest(next_at, claimed_until)) - now())::float8
         from tidemill.outbox
         where state = 'waiting'"
    )
    .fetch_one(db)
    .await?)
}

/// Messages before one, newest first; only those of these datasets, if that is given.
///
/// # Errors
///
/// When the statement fails.
pub async fn deliveries(
    db: &mut PgConnection,
    only: Option<&[i32]>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<DeliveryRow>> {
    Ok(sqlx::query_as!(
        DeliveryRow,
        r#"select id, kind, object, state::text as "state!", tries, next_at, url_host,
             last_status, last_error, created_at, sent_at
         from tidemill.outbox
         where id < $2 and ($1::int[] is null or dataset_id = any($1))
         order by id desc
         limit $3"#,
        only,
        before.unwrap_or(i64::MAX),
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The messages that were given up, of those written down since an instant, by where they were to go.
///
/// # Errors
///
/// When the statement fails.
pub async fn given_up(db: &mut PgConnection, since: Timestamp) -> Result<Vec<GivenUp>> {
    let rows =
        sqlx::query_file!("src/store/sql/given_up.sql", since.to_sqlx() as _).fetch_all(db).await?;
    let held = rows.into_iter().map(|row| GivenUp {
        host: row.host,
        messages: row.messages,
        first_at: row.first_at.to_jiff(),
        last_at: row.last_at.to_jiff(),
        last_error: row.last_error,
        arrives: row.arrives,
    });
    Ok(held.collect())
}

/// Forgets at most so many messages that were written down before an instant; how many.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_deliveries(
    db: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from tidemill.outbox
         where id in (
             select id from tidemill.outbox
             where created_at < $1 and claimed_until is null
             order by created_at
             limit $2
             for update skip locked
         )",
        before.to_sqlx() as _,
        limit,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
