//! Objects of the lake that nothing names.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::super::Result;

/// An object that some attempt wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Where it is in the lake.
    pub path: String,
    /// How large it is, in bytes.
    pub size: i64,
    /// The run of the attempt.
    pub run: i64,
    /// The attempt.
    pub attempt: i32,
}

/// How much is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrphanCounts {
    /// Objects.
    pub objects: i64,
    /// Their bytes.
    pub bytes: i64,
}

/// The names of all datasets whose partitions are made here, declared today or not.
///
/// # Errors
///
/// When the statement fails.
pub async fn made_datasets(db: &mut PgConnection) -> Result<Vec<String>> {
    let names =
        sqlx::query_scalar!("select name from tidemill.dataset where not is_source order by name");
    Ok(names.fetch_all(db).await?)
}

/// Of these objects, those that nothing names and that nobody may still be writing.
///
/// # Errors
///
/// When the statement fails.
pub async fn unnamed(db: &mut PgConnection, seen: &[Orphan]) -> Result<Vec<Orphan>> {
    let (paths, runs, attempts) = columns(seen);
    let unnamed: std::collections::BTreeSet<String> =
        sqlx::query_file_scalar!("src/store/sql/unnamed.sql", &paths, &runs, &attempts)
            .fetch_all(db)
            .await?
            .into_iter()
            .collect();
    Ok(seen.iter().filter(|object| unnamed.contains(&object.path)).cloned().collect())
}

fn columns(objects: &[Orphan]) -> (Vec<String>, Vec<i64>, Vec<i32>) {
    let paths = objects.iter().map(|object| object.path.clone()).collect();
    let runs = objects.iter().map(|object| object.run).collect();
    (paths, runs, objects.iter().map(|object| object.attempt).collect())
}

/// Marks objects; one that is marked already keeps the time at which it was first seen.
///
/// # Errors
///
/// When the statement fails.
pub async fn mark_orphans(db: &mut PgConnection, orphans: &[Orphan]) -> Result<u64> {
    let (paths, runs, attempts) = columns(orphans);
    let sizes: Vec<i64> = orphans.iter().map(|object| object.size).collect();
    let marked = sqlx::query!(
        "insert into tidemill.orphan (path, size, run_id, attempt)
         select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[])
         on conflict do nothing",
        &paths,
        &sizes,
        &runs,
        &attempts,
    )
    .execute(db)
    .await?;
    Ok(marked.rows_affected())
}

/// Takes back the mark of every object that some version names; how many there were. There are none
/// unless objects are named by others than their own runs.
///
/// # Errors
///
/// When the statement fails.
pub async fn unmark_named(db: &mut PgConnection) -> Result<u64> {
    let taken = sqlx::query_file!("src/store/sql/unmark_named.sql").execute(db).await?;
    Ok(taken.rows_affected())
}

/// At most `limit` objects first seen before this, in the order of paths, those after `after`.
///
/// # Errors
///
/// When the statement fails.
pub async fn due_orphans(
    db: &mut PgConnection,
    before: jiff::Timestamp,
    after: &str,
    limit: i64,
) -> Result<Vec<Orphan>> {
    Ok(sqlx::query_as!(
        Orphan,
        "select path, size, run_id as run, attempt
         from tidemill.orphan
         where first_seen_at <= $1
           and $2 < path
         order by path
         limit $3",
        before.to_sqlx() as _,
        after,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Takes the mark of objects away: they are gone, or not orphans.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_orphans(db: &mut PgConnection, paths: &[String]) -> Result<()> {
    sqlx::query!("delete from tidemill.orphan where path = any($1)", paths).execute(db).await?;
    Ok(())
}

/// How much is marked.
///
/// # Errors
///
/// When the statement fails.
pub async fn orphan_counts(db: &mut PgConnection) -> Result<OrphanCounts> {
    Ok(sqlx::query_as!(
        OrphanCounts,
        r#"select count(*) as "objects!", coalesce(sum(size), 0)::bigint as "bytes!"
         from tidemill.orphan"#
    )
    .fetch_one(db)
    .await?)
}
