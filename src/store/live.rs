//! What those who watch are told of: marks of what changed, and whether they may still watch.

use sqlx::PgConnection;

use super::Result;
use crate::plan::{LiveMark, Marks};

/// What the pages show, in short; backfills after `latest` are among it even when they are over.
///
/// # Errors
///
/// When the statement fails.
pub async fn live_marks(db: &mut PgConnection, latest: i64) -> Result<Marks> {
    let rows = sqlx::query_file!("src/store/sql/live_mark.sql", latest).fetch_all(db).await?;
    let mut marks = Marks::new();
    for row in rows {
        marks.insert((row.kind, row.key), LiveMark { mark: row.mark, datasets: row.datasets });
    }
    Ok(marks)
}

/// What somebody may by their session, as a text that changes with it; none when it has ended or
/// they were disabled. It does not count as use of the session.
///
/// # Errors
///
/// When the statement fails.
pub async fn session_standing(
    db: &mut PgConnection,
    session: i64,
    idle_seconds: f64,
) -> Result<Option<String>> {
    let standing = sqlx::query_scalar!(
        r#"select concat_ws(' ', person.role, person.scope_all, person.scope_prefixes,
               person.scope_tags) as "standing!"
           from tidemill.session
           join tidemill.person on person.id = session.person_id
           where session.id = $1
             and session.ended_at is null
             and now() < session.expires_at
             and now() < session.seen_at + make_interval(secs => $2)
             and person.disabled_at is null"#,
        session,
        idle_seconds,
    )
    .fetch_optional(db)
    .await?;
    Ok(standing)
}

/// The same for a token.
///
/// # Errors
///
/// When the statement fails.
pub async fn token_standing(db: &mut PgConnection, token: i64) -> Result<Option<String>> {
    let standing = sqlx::query_scalar!(
        r#"select concat_ws(' ', person.role, person.scope_all, person.scope_prefixes,
               person.scope_tags) as "standing!"
           from tidemill.token
           join tidemill.person on person.id = token.person_id
           where token.id = $1
             and token.revoked_at is null
             and now() < token.expires_at
             and person.disabled_at is null"#,
        token,
    )
    .fetch_optional(db)
    .await?;
    Ok(standing)
}
