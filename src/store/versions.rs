//! Versions as people browse them: newest first, as they were at a commit, and by what was read.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;

use super::search::{BareRun, run_lines};
use super::{Result, RunLine, VersionRow};

/// The versions of a dataset, or of one of its partitions, newest first; without profiles. `after`
/// is the last of the page before: when it was published, and its number.
///
/// # Errors
///
/// When the statement fails.
pub async fn versions_of(
    db: &mut PgConnection,
    dataset: i32,
    partition: Option<(i32, i64)>,
    after: Option<(jiff::Timestamp, i64)>,
    limit: i64,
) -> Result<Vec<VersionRow>> {
    let (slice, ordinal) = partition.unzip();
    let (at, id) = after.unzip();
    Ok(sqlx::query_file_as!(
        VersionRow,
        "src/store/sql/versions_of.sql",
        dataset,
        slice,
        ordinal,
        at.map(ToSqlx::to_sqlx) as _,
        id,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// A version by its number, if it is of one of these datasets; of any, without datasets.
///
/// # Errors
///
/// When the statement fails.
pub async fn version_by_id(
    db: &mut PgConnection,
    id: i64,
    only: Option<&[i32]>,
) -> Result<Option<VersionRow>> {
    Ok(sqlx::query_file_as!(VersionRow, "src/store/sql/version_by_id.sql", id, only)
        .fetch_optional(db)
        .await?)
}

/// The number of the latest version of a dataset; none when nothing was ever published.
///
/// # Errors
///
/// When the statement fails.
pub async fn latest_version(db: &mut PgConnection, dataset: i32) -> Result<Option<i64>> {
    // By time, which has an index. Numbers are drawn before a transaction commits, so the greatest
    // is not always of the latest, but near it.
    Ok(sqlx::query_scalar!(
        "select max(id)
         from (
             select id
             from tidemill.materialization
             where dataset_id = $1
             order by committed_at desc, id desc
             limit 1000
         ) as latest",
        dataset,
    )
    .fetch_one(db)
    .await?)
}

/// What readers of a dataset saw once version `commit` was there, by partition. `partition` is the
/// only one that is wanted, `after` the last of the page before.
///
/// # Errors
///
/// When the statement fails.
pub async fn versions_at(
    db: &mut PgConnection,
    dataset: i32,
    commit: i64,
    partition: Option<(i32, i64)>,
    after: Option<(i32, i64)>,
    limit: i64,
) -> Result<Vec<VersionRow>> {
    let (slice, ordinal) = partition.unzip();
    let (after_slice, after_ordinal) = after.unzip();
    Ok(sqlx::query_file_as!(
        VersionRow,
        "src/store/sql/versions_at.sql",
        dataset,
        commit,
        slice,
        ordinal,
        after_slice,
        after_ordinal,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// One step of lineage, seen from one of its ends.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// The version that was asked about.
    pub near_id: i64,
    /// The version at the other end.
    pub id: i64,
    /// The position of the input.
    pub position: i16,
    /// The number of the other end's dataset.
    pub dataset_id: i32,
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// How many rows it has.
    pub rows: Option<i64>,
    /// The first of its files.
    pub paths: Vec<String>,
    /// Whether nothing of this project made it.
    pub is_source: bool,
    /// When it was published.
    pub committed_at: Timestamp,
}

/// What versions were made from, one step, of these datasets only.
///
/// # Errors
///
/// When the statement fails.
pub async fn links_up(
    db: &mut PgConnection,
    versions: &[i64],
    only: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<LinkRow>> {
    Ok(sqlx::query_file_as!(LinkRow, "src/store/sql/links_up.sql", versions, only, limit)
        .fetch_all(db)
        .await?)
}

/// Versions that would be read, by input position, of these datasets only.
///
/// # Errors
///
/// When the statement fails.
pub async fn links_pinned(
    db: &mut PgConnection,
    pinned: &[(i16, i64)],
    only: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<LinkRow>> {
    let (positions, versions): (Vec<i16>, Vec<i64>) = pinned.iter().copied().unzip();
    Ok(sqlx::query_file_as!(
        LinkRow,
        "src/store/sql/links_pinned.sql",
        &positions,
        &versions,
        only,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What was made from versions, one step, of these datasets only.
///
/// # Errors
///
/// When the statement fails.
pub async fn links_down(
    db: &mut PgConnection,
    versions: &[i64],
    only: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<LinkRow>> {
    Ok(sqlx::query_file_as!(LinkRow, "src/store/sql/links_down.sql", versions, only, limit)
        .fetch_all(db)
        .await?)
}

/// A version that was read, and was not read the time before.
#[derive(Clone, Debug)]
pub struct NewlyRead {
    /// Its number.
    pub id: i64,
    /// The number of its dataset.
    pub dataset_id: i32,
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// How many rows it has.
    pub rows: Option<i64>,
    /// How many bytes.
    pub bytes: i64,
    /// The first of its files.
    pub paths: Vec<String>,
    /// Whether nothing of this project made it.
    pub is_source: bool,
    /// When it was published.
    pub committed_at: Timestamp,
    /// The version of the same partition that was read before.
    pub before_id: Option<i64>,
}

/// What `version` was read from that `before` was not.
///
/// # Errors
///
/// When the statement fails.
pub async fn newly_read(
    db: &mut PgConnection,
    version: i64,
    before: i64,
    limit: i64,
) -> Result<Vec<NewlyRead>> {
    Ok(sqlx::query_file_as!(NewlyRead, "src/store/sql/newly_read.sql", version, before, limit)
        .fetch_all(db)
        .await?)
}

/// The runs of a partition, live and finished, newest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn runs_of_partition(
    db: &mut PgConnection,
    dataset: i32,
    slice: i32,
    ordinal: i64,
    limit: i64,
) -> Result<Vec<RunLine>> {
    let runs = sqlx::query_file_as!(
        BareRun,
        "src/store/sql/runs_of_partition.sql",
        dataset,
        slice,
        ordinal,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    run_lines(db, runs).await
}
