//! Versions that another took the place of long ago.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::super::Result;

/// The ids of all versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VersionRange {
    /// The lowest.
    pub first: i64,
    /// The highest.
    pub last: i64,
}

/// A version whose files are to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// The version.
    pub id: i64,
    /// Its files, that of its rejected rows too.
    pub paths: Vec<String>,
    /// Its bytes.
    pub bytes: i64,
}

/// The ids of all versions; from 1 to 0 when there are none.
///
/// # Errors
///
/// When the statement fails.
pub async fn version_range(db: &mut PgConnection) -> Result<VersionRange> {
    Ok(sqlx::query_as!(
        VersionRange,
        r#"select coalesce(min(id), 1) as "first!", coalesce(max(id), 0) as "last!"
         from tidemill.materialization"#
    )
    .fetch_one(db)
    .await?)
}

/// The versions that may be expired, of those with an id after `after` and up to `up_to`.
///
/// # Errors
///
/// When the statement fails.
pub async fn superseded(
    db: &mut PgConnection,
    before: jiff::Timestamp,
    after: i64,
    up_to: i64,
) -> Result<Vec<Expired>> {
    Ok(sqlx::query_file_as!(
        Expired,
        "src/store/sql/superseded.sql",
        after,
        up_to,
        before.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?)
}

/// Expires versions: from then on nothing may rely on their files.
///
/// # Errors
///
/// When the statement fails.
pub async fn expire_versions(db: &mut PgConnection, ids: &[i64]) -> Result<u64> {
    let expired = sqlx::query!(
        "update tidemill.materialization
         set expired_at = clock_timestamp()
         where id = any($1)
           and expired_at is null",
        ids,
    )
    .execute(db)
    .await?;
    Ok(expired.rows_affected())
}

/// At most `limit` expired versions whose files are not collected yet, those after `after`.
///
/// # Errors
///
/// When the statement fails.
pub async fn to_collect(db: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<Expired>> {
    Ok(sqlx::query_as!(
        Expired,
        r#"select id, bytes,
            case when rejects_path is null then paths
                else array_append(paths, rejects_path) end as "paths!"
         from tidemill.materialization
         where expired_at is not null
           and collected_at is null
           and $1 < id
         order by id
         limit $2"#,
        after,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Records that the files of versions are gone.
///
/// # Errors
///
/// When the statement fails.
pub async fn collected(db: &mut PgConnection, ids: &[i64]) -> Result<()> {
    sqlx::query!(
        "update tidemill.materialization
         set collected_at = clock_timestamp()
         where id = any($1)
           and collected_at is null",
        ids,
    )
    .execute(db)
    .await?;
    Ok(())
}
