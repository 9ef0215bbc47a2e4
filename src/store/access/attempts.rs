//! Attempts to sign in, counted before they are looked at, so that many at once are many.

use sqlx::PgConnection;

use super::super::Result;

/// Counts an attempt for each of these subjects, unless one of them must wait: then the seconds
/// until it need not, and nothing is counted. `free` is how many attempts a subject has before
/// it must wait; from then on the wait doubles from a second to `most` seconds.
///
/// # Errors
///
/// When the statement fails.
pub async fn begin_attempt(
    db: &mut PgConnection,
    subjects: &[String],
    free: &[i32],
    most: f64,
) -> Result<Option<f64>> {
    // The rows are made and locked first, in one order, so that two attempts never both pass.
    sqlx::query!(
        "insert into tidemill.sign_in_attempt as held (subject, attempts)
         select subject, 0 from unnest($1::text[]) as it (subject) order by subject
         on conflict (subject) do update
             set attempts = case when held.last_at < now() - interval '1 day' then 0
                                 else held.attempts end",
        subjects,
    )
    .execute(&mut *db)
    .await?;
    let wait = sqlx::query_scalar!(
        r#"select extract(epoch from max(open_at) - now())::float8 as "wait"
           from tidemill.sign_in_attempt where subject = any($1) and now() < open_at"#,
        subjects,
    )
    .fetch_one(&mut *db)
    .await?;
    if wait.is_some() {
        return Ok(wait);
    }
    sqlx::query!(
        "update tidemill.sign_in_attempt as held
         set attempts = held.attempts + 1, last_at = now(),
             open_at = now() + make_interval(secs => case
                 when held.attempts + 1 < it.free then 0
                 else least($3, power(2, least(held.attempts + 1 - it.free, 20)))
             end)
         from unnest($1::text[], $2::int[]) as it (subject, free)
         where held.subject = it.subject",
        subjects,
        free,
        most,
    )
    .execute(db)
    .await?;
    Ok(None)
}

/// Forgets the attempts of these subjects, since one of them was good; and takes one from those of
/// `shared`, which others share: else whoever has an account could try those of others for ever.
///
/// # Errors
///
/// When a statement fails.
pub async fn clear_attempts(
    db: &mut PgConnection,
    subjects: &[String],
    shared: &str,
) -> Result<()> {
    sqlx::query!("delete from tidemill.sign_in_attempt where subject = any($1)", subjects)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "update tidemill.sign_in_attempt
         set attempts = greatest(attempts - 1, 0), open_at = least(open_at, now())
         where subject = $1",
        shared,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets attempts of long ago, a few at a time.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_attempts(db: &mut PgConnection) -> Result<()> {
    sqlx::query!(
        "delete from tidemill.sign_in_attempt where subject in (
             select subject from tidemill.sign_in_attempt
             where last_at < now() - interval '1 day'
             order by last_at
             limit 100
             for update skip locked
         )",
    )
    .execute(db)
    .await?;
    Ok(())
}
