//! Browsers that are signed in.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::super::Result;
use super::{role, scope};
use crate::model::{Role, Scope};

/// A session to be.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// Who is signed in.
    pub person: i64,
    /// SHA-256 of what the cookie holds.
    pub hash: &'a [u8; 32],
    /// After how many seconds it ends, whatever happens.
    pub seconds: f64,
    /// Where it is from.
    pub address: &'a str,
    /// What the browser calls itself.
    pub agent: &'a str,
}

/// Begins a session; its number and when it ends at the latest.
///
/// # Errors
///
/// When the statement fails.
pub async fn new_session(db: &mut PgConnection, new: NewSession<'_>) -> Result<(i64, Timestamp)> {
    let row = sqlx::query!(
        "insert into tidemill.session (person_id, hash, expires_at, address, agent)
         values ($1, $2, now() + make_interval(secs => $3), $4, $5)
         returning id, expires_at",
        new.person,
        &new.hash[..],
        new.seconds,
        new.address,
        new.agent,
    )
    .fetch_one(db)
    .await?;
    Ok((row.id, row.expires_at))
}

/// Who is signed in by a cookie.
#[derive(Clone, Debug)]
pub struct SessionFound {
    /// The session.
    pub id: i64,
    /// Who.
    pub person: i64,
    /// What they type to sign in.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Which datasets they may know of.
    pub scope: Scope,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Whether it is time to write down that it was used.
    pub is_due: bool,
}

/// The session of a cookie, if it has not ended and its person may sign in.
///
/// # Errors
///
/// When the statement fails.
pub async fn find_session(
    db: &mut PgConnection,
    hash: &[u8; 32],
    idle_seconds: f64,
) -> Result<Option<SessionFound>> {
    let row = sqlx::query!(
        r#"select session.id, session.person_id, session.expires_at, person.login, person.name,
               person.role, person.scope_all, person.scope_prefixes, person.scope_tags,
               session.seen_at < now() - interval '1 minute' as "is_due!"
           from tidemill.session
           join tidemill.person on person.id = session.person_id
           where session.hash = $1
             and session.ended_at is null
             and now() < session.expires_at
             and now() < session.seen_at + make_interval(secs => $2)
             and person.disabled_at is null"#,
        &hash[..],
        idle_seconds,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| SessionFound {
        id: row.id,
        person: row.person_id,
        login: row.login,
        name: row.name,
        role: role(&row.role),
        scope: scope(row.scope_all, row.scope_prefixes, row.scope_tags),
        expires_at: row.expires_at,
        is_due: row.is_due,
    }))
}

/// Writes down that a session was used, and that its person was there.
///
/// # Errors
///
/// When the statement fails.
pub async fn touch_session(db: &mut PgConnection, id: i64) -> Result<()> {
    sqlx::query!(
        "with touched as (
             update tidemill.session set seen_at = now()
             where id = $1 and seen_at < now() - interval '1 minute'
             returning person_id
         )
         update tidemill.person set seen_at = now()
         from touched where person.id = touched.person_id",
        id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A session as a line of a list.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to a minute.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Where it is from.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// The sessions of somebody that have not ended, newest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn sessions(
    db: &mut PgConnection,
    person: i64,
    idle_seconds: f64,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<SessionRow>> {
    let rows = sqlx::query_as!(
        SessionRow,
        "select id, created_at, seen_at, expires_at, address, agent
         from tidemill.session
         where person_id = $1
           and ended_at is null
           and now() < expires_at
           and now() < seen_at + make_interval(secs => $2)
           and ($3::bigint is null or id < $3)
         order by id desc
         limit $4",
        person,
        idle_seconds,
        before,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// Whether a session that has not ended is that of somebody.
///
/// # Errors
///
/// When the statement fails.
pub async fn own_session(db: &mut PgConnection, id: i64, person: i64) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select exists (
               select from tidemill.session
               where id = $1 and person_id = $2 and ended_at is null
           ) as "is_own!""#,
        id,
        person,
    )
    .fetch_one(db)
    .await?;
    Ok(found)
}

/// Ends a session; false when it had ended.
///
/// # Errors
///
/// When the statement fails.
pub async fn end_session(db: &mut PgConnection, id: i64) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.session set ended_at = now() where id = $1 and ended_at is null",
        id,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the sessions of somebody, but for one; how many there were.
///
/// # Errors
///
/// When the statement fails.
pub async fn end_sessions(db: &mut PgConnection, person: i64, but: Option<i64>) -> Result<u64> {
    let done = sqlx::query!(
        "update tidemill.session set ended_at = now()
         where person_id = $1 and ended_at is null and id is distinct from $2",
        person,
        but,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets sessions that could not be used any more a month ago, a few at a time.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_sessions(db: &mut PgConnection) -> Result<u64> {
    let done = sqlx::query!(
        "delete from tidemill.session where id in (
             select id from tidemill.session where expires_at < now() - interval '30 days'
             order by expires_at
             limit 100
         )",
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
