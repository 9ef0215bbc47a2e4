//! What people pause: the schedule of a job, and the job itself.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as Instant, ToSqlx};
use sqlx::PgConnection;

use super::Result;

/// Pauses the schedule of a dataset, from now on by the database's clock unless another instant is
/// given; false when it is paused already, or there is none.
///
/// # Errors
///
/// When the statement fails.
pub async fn pause_schedule(
    db: &mut PgConnection,
    dataset: i32,
    by: &str,
    from: Option<Timestamp>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.schedule
         set paused_at = coalesce($3, now()), paused_by = $2, resumed_at = null,
             revision = revision + 1
         where dataset_id = $1
           and retired_at is null
           and (paused_at is null or resumed_at is not null)",
        dataset,
        by,
        from.map(ToSqlx::to_sqlx) as _,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Resumes the schedule of a dataset, from now on by the database's clock unless another instant
/// is given; false when it is not paused.
///
/// # Errors
///
/// When the statement fails.
pub async fn resume_schedule(
    db: &mut PgConnection,
    dataset: i32,
    from: Option<Timestamp>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.schedule
         set resumed_at = coalesce($2, now()), revision = revision + 1
         where dataset_id = $1
           and retired_at is null
           and paused_at is not null
           and resumed_at is null",
        dataset,
        from.map(ToSqlx::to_sqlx) as _,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Pauses a job: none of its runs starts any more. False when it is paused already.
///
/// # Errors
///
/// When the statement fails.
pub async fn pause_job(db: &mut PgConnection, dataset: i32, by: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.dataset
         set paused_at = now(), paused_by = $2
         where id = $1 and paused_at is null",
        dataset,
        by,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Resumes a job; false when it is not paused.
///
/// # Errors
///
/// When the statement fails.
pub async fn resume_job(db: &mut PgConnection, dataset: i32) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.dataset
         set paused_at = null, paused_by = null
         where id = $1 and paused_at is not null",
        dataset,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Who has paused which of these jobs, by the number of its dataset.
///
/// # Errors
///
/// When the statement fails.
pub async fn paused_jobs(db: &mut PgConnection, datasets: &[i32]) -> Result<Vec<(i32, String)>> {
    let rows = sqlx::query!(
        r#"select id, paused_by as "paused_by!" from tidemill.dataset
           where id = any($1) and paused_by is not null
           order by id"#,
        datasets,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.paused_by)).collect())
}

/// Every job that is paused, by the number of its dataset: by whom, and since when.
///
/// # Errors
///
/// When the statement fails.
pub async fn job_pauses(db: &mut PgConnection) -> Result<Vec<(i32, String, Instant)>> {
    let rows = sqlx::query!(
        r#"select id, paused_by as "paused_by!", paused_at as "paused_at!: Instant"
           from tidemill.dataset
           where paused_at is not null
           order by id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.paused_by, row.paused_at)).collect())
}
