//! What was answered to requests that may be sent again.

use serde_json::Value;
use sqlx::PgConnection;

use super::super::Result;

/// What was there before.
#[derive(Clone, Debug)]
pub enum Before {
    /// Nothing: the key is ours, and becomes so for others with the commit.
    Nothing,
    /// The same key, with another request.
    Other,
    /// The same request, and what was answered; no body for what is shown once only.
    Same(u16, Option<Value>),
}

/// Claims a key for a request. Who comes second with the same key waits until the first has
/// committed, or not.
///
/// # Errors
///
/// When a statement fails.
pub async fn claim_answer(
    db: &mut PgConnection,
    principal: &str,
    key: &str,
    request: &[u8; 32],
) -> Result<Before> {
    // What is old is as if it were not there, whether it was forgotten or not.
    let claimed = sqlx::query!(
        "insert into tidemill.answered as held (principal, key, request) values ($1, $2, $3)
         on conflict (principal, key) do update
             set request = excluded.request, status = null, body = null, created_at = now()
             where held.created_at < now() - interval '24 hours'",
        principal,
        key,
        &request[..],
    )
    .execute(&mut *db)
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(Before::Nothing);
    }
    let held = sqlx::query!(
        "select request, status, body from tidemill.answered where principal = $1 and key = $2",
        principal,
        key,
    )
    .fetch_optional(db)
    .await?;
    Ok(match held {
        Some(held) if held.request == request => {
            let status = held.status.and_then(|status| u16::try_from(status).ok());
            Before::Same(status.unwrap_or(200), held.body)
        }
        _ => Before::Other,
    })
}

/// Keeps what was answered.
///
/// # Errors
///
/// When the statement fails.
pub async fn keep_answer(
    db: &mut PgConnection,
    principal: &str,
    key: &str,
    status: u16,
    body: Option<&Value>,
) -> Result<()> {
    sqlx::query!(
        "update tidemill.answered set status = $3, body = $4 where principal = $1 and key = $2",
        principal,
        key,
        status as i16,
        body,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets what was answered more than a day ago, a few at a time.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_answers(db: &mut PgConnection) -> Result<()> {
    sqlx::query!(
        "delete from tidemill.answered where (principal, key) in (
             select principal, key from tidemill.answered
             where created_at < now() - interval '24 hours'
             order by created_at
             limit 100
             for update skip locked
         )",
    )
    .execute(db)
    .await?;
    Ok(())
}
