//! What `tidemill bench` needs of the database besides the product's own statements.

use std::time::Instant;

use sqlx::PgPool;

use super::{Result, Step};

/// Makes tables of the same shape as those that a run is recorded in, in a schema of their own,
/// with `runs` runs that are ready; seconds that inserting these took.
///
/// # Errors
///
/// When a statement fails.
pub async fn bench_tables(pool: &PgPool, runs: i64) -> Result<f64> {
    sqlx::raw_sql(include_str!("sql/bench_tables.sql")).execute(pool).await?;
    let began = Instant::now();
    sqlx::query(include_str!("sql/bench_insert.sql")).bind(runs).execute(pool).await?;
    let took = began.elapsed().as_secs_f64();
    bench_settle(pool).await?;
    Ok(took)
}

/// Fills the history with `runs` runs of the last ten days.
///
/// # Errors
///
/// When a statement fails.
pub async fn bench_history(pool: &PgPool, runs: i64) -> Result<()> {
    for day in 0..10 {
        sqlx::query(include_str!("sql/bench_history.sql"))
            .bind(day)
            .bind(runs / 10)
            .execute(pool)
            .await?;
    }
    bench_settle(pool).await
}

/// Fills an installation whose datasets are declared: a million runs of the last so many days, a
/// hundred thousand versions with their lineage, and what belongs to them.
///
/// # Errors
///
/// When a statement fails.
pub async fn bench_product(pool: &PgPool, days: u16) -> Result<()> {
    let today = crate::store::database_now(&mut *pool.acquire().await?).await?;
    let today = today.to_zoned(jiff::tz::TimeZone::UTC).date();
    let monday = i64::from(today.weekday().to_monday_zero_offset());
    for weeks in 0..=i64::from(days) / 7 + 1 {
        let ago = jiff::Span::new().days(monday + 7 * weeks);
        let first = today.checked_sub(ago).unwrap_or(today);
        while super::keep_week(pool, first).await? != Step::Done {}
    }
    let mut tx = pool.begin().await?;
    // Seconds from one of the runs to the next.
    let pace = f64::from(days) * 86_400.0 / 1e6;
    sqlx::query("select set_config('bench.pace', $1, true)")
        .bind(pace.to_string())
        .execute(&mut *tx)
        .await?;
    sqlx::raw_sql(include_str!("sql/bench_product.sql")).execute(&mut *tx).await?;
    tx.commit().await?;
    bench_settle(pool).await
}

/// Seconds that committing one row takes, at best.
///
/// # Errors
///
/// When a statement fails.
pub async fn bench_commit(pool: &PgPool) -> Result<f64> {
    let mut db = pool.acquire().await?;
    sqlx::raw_sql("create schema bench; create table bench.one (n int)").execute(&mut *db).await?;
    let mut samples = Vec::new();
    for _ in 0..100 {
        let began = Instant::now();
        sqlx::query("insert into bench.one values (1)").execute(&mut *db).await?;
        samples.push(began.elapsed().as_secs_f64());
    }
    samples.sort_by(f64::total_cmp);
    Ok(samples[samples.len() / 2])
}

/// Has statistics taken and dead rows removed, so that a measurement begins on firm ground.
///
/// # Errors
///
/// When the statement fails.
pub async fn bench_settle(pool: &PgPool) -> Result<()> {
    sqlx::raw_sql("vacuum analyze").execute(pool).await?;
    sqlx::raw_sql("checkpoint").execute(pool).await?;
    Ok(())
}

/// When the first input of each published partition of a dataset was committed, by ordinal.
///
/// # Errors
///
/// When the statement fails.
pub async fn input_commits(pool: &PgPool, dataset: i32) -> Result<Vec<(i64, jiff::Timestamp)>> {
    let rows = sqlx::query_as::<_, (i64, jiff_sqlx::Timestamp)>(
        "select output.ordinal, min(input.committed_at)
         from tidemill.materialization as output
         join tidemill.lineage_edge as edge on edge.output_id = output.id
         join tidemill.materialization as input on input.id = edge.input_id
         where output.dataset_id = $1
         group by output.ordinal",
    )
    .bind(dataset)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(ordinal, at)| (ordinal, at.to_jiff())).collect())
}
