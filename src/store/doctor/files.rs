//! What is recorded of published files and of what they were made from.

use sqlx::PgConnection;

use super::super::Result;

/// A published file, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    /// The version it belongs to.
    pub version: i64,
    /// Where it is in the lake.
    pub path: String,
    /// How many bytes it has.
    pub size: i64,
    /// The hash of its bytes.
    pub hash: String,
}

/// The files of at most `limit` versions picked by chance.
///
/// # Errors
///
/// When the statement fails.
pub async fn some_files(db: &mut PgConnection, limit: i32) -> Result<Vec<PublishedFile>> {
    Ok(sqlx::query_as!(
        PublishedFile,
        r#"with bounds as (
             select min(id) as first, max(id) as last from tidemill.materialization
         ),
         picked as (
             select distinct version.id
             from bounds
             cross join generate_series(1, $1) as pick
             cross join lateral (
                 -- A point for each pick: without it, one random number would do for all.
                 select bounds.first + ((bounds.last - bounds.first) * random())::bigint + pick * 0
             ) as point (id)
             cross join lateral (
                 select candidate.id
                 from tidemill.materialization as candidate
                 where point.id <= candidate.id
                   and candidate.run_id is not null
                   and candidate.expired_at is null
                 order by candidate.id
                 limit 1
             ) as version
         )
         select version.id as "version!", coalesce(file.path, '') as "path!",
             coalesce(file.size, -1) as "size!", coalesce(file.hash, '') as "hash!"
         from picked
         join tidemill.materialization as version on version.id = picked.id
         cross join lateral unnest(version.paths, version.sizes, version.hashes)
             as file (path, size, hash)
         order by version.id, file.path"#,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The files of the next `limit` versions after `after`, in the order of versions.
///
/// # Errors
///
/// When the statement fails.
pub async fn all_files(
    db: &mut PgConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<PublishedFile>> {
    Ok(sqlx::query_as!(
        PublishedFile,
        r#"with page as (
             select id, paths, sizes, hashes
             from tidemill.materialization
             where $1 < id
               and run_id is not null
               and expired_at is null
               and paths <> '{}'
             order by id
             limit $2
         )
         select page.id as "version!", coalesce(file.path, '') as "path!",
             coalesce(file.size, -1) as "size!", coalesce(file.hash, '') as "hash!"
         from page
         cross join lateral unnest(page.paths, page.sizes, page.hashes) as file (path, size, hash)
         order by page.id, file.path"#,
        after,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// An input partition of a published one: input position, slice and window.
pub type InputRead = (i16, Vec<String>, i64);

/// What the published version of a partition was made from.
///
/// # Errors
///
/// When the statement fails.
pub async fn inputs_read(
    db: &mut PgConnection,
    dataset: i32,
    dimension_values: &[String],
    ordinal: i64,
) -> Result<Vec<InputRead>> {
    let rows = sqlx::query!(
        "select edge.position, slice.dimension_values, input.ordinal
         from tidemill.head
         join tidemill.slice as own on own.id = head.slice_id
         join tidemill.lineage_edge as edge on edge.output_id = head.materialization_id
         join tidemill.materialization as input on input.id = edge.input_id
         join tidemill.slice on slice.id = input.slice_id
         where head.dataset_id = $1
           and own.dimension_values = $2
           and head.ordinal = $3
         order by edge.position, input.id",
        dataset,
        dimension_values,
        ordinal,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.position, row.dimension_values, row.ordinal)).collect())
}
