//! What the database itself can do: the limits that figures are compared with.

use std::time::Instant;

use sqlx::PgPool;

use super::Result;

/// Seconds that the database takes to write so many rows as wide as runs, in one statement and one
/// transaction, into a table with one key and nothing else.
///
/// # Errors
///
/// When a statement fails.
pub async fn plain_insert(pool: &PgPool, rows: i64) -> Result<f64> {
    let mut db = pool.acquire().await?;
    sqlx::query("create table if not exists tidemill.plain (like tidemill.run including defaults)")
        .execute(&mut *db)
        .await?;
    sqlx::query("truncate tidemill.plain").execute(&mut *db).await?;
    sqlx::query("alter table tidemill.plain drop constraint if exists plain_pkey")
        .execute(&mut *db)
        .await?;
    sqlx::query("alter table tidemill.plain add constraint plain_pkey primary key (id)")
        .execute(&mut *db)
        .await?;
    let began = Instant::now();
    sqlx::query(
        "insert into tidemill.plain
             (id, backfill_id, dataset_id, slice_id, ordinal, state, reason, attempts_max, code_id)
         select n, 1, 1, 1, n, 'ready', 'missing', 3, 1 from generate_series(1, $1) as n",
    )
    .bind(rows)
    .execute(&mut *db)
    .await?;
    Ok(began.elapsed().as_secs_f64())
}

/// Seconds that the database takes to move those rows to another such table, in one statement; both
/// tables are gone afterwards.
///
/// # Errors
///
/// When a statement fails.
pub async fn plain_move(pool: &PgPool) -> Result<f64> {
    let mut db = pool.acquire().await?;
    sqlx::query("create table tidemill.plain_moved (like tidemill.plain including all)")
        .execute(&mut *db)
        .await?;
    let began = Instant::now();
    sqlx::query(
        "with moved as (delete from tidemill.plain returning *)
         insert into tidemill.plain_moved select * from moved",
    )
    .execute(&mut *db)
    .await?;
    let took = began.elapsed().as_secs_f64();
    sqlx::query("drop table tidemill.plain, tidemill.plain_moved").execute(&mut *db).await?;
    Ok(took)
}
