//! Observed versions of sources.

use sqlx::PgConnection;

use super::ledger::number;
use super::{Registry, Result, Slices};
use crate::model::PartitionKey;

/// The version of a source's partition that readers see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceVersion {
    /// Which partition.
    pub key: PartitionKey,
    /// A hash of the names, sizes and tags of its files.
    pub content: u128,
    /// The routers that were asked.
    pub routers: Vec<i32>,
}

/// A new version of a source's partition.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Which partition.
    pub key: PartitionKey,
    /// A hash of the names, sizes and tags of its files.
    pub content: u128,
    /// Its rows, when somebody counted them.
    pub rows: Option<i64>,
    /// Where its files are, and how large.
    pub files: Vec<(String, i64)>,
    /// What the store says of each file's version.
    pub tags: Vec<String>,
    /// Router, output window, rows, and a hash of those rows.
    pub routes: Vec<(i32, i64, i64, u128)>,
    /// The routers that were asked, those without rows too.
    pub routed_by: Vec<i32>,
}

/// The versions of a source that are recorded.
///
/// # Errors
///
/// When a statement fails.
pub async fn source_versions(
    db: &mut PgConnection,
    registry: &Registry,
    dataset: usize,
) -> Result<Vec<SourceVersion>> {
    let slices = Slices::load(db).await?;
    let rows = sqlx::query!(
        "select head.slice_id, head.ordinal, head.content, version.routed_by as routers
         from tidemill.head
         join tidemill.materialization as version on version.id = head.materialization_id
         where head.dataset_id = $1",
        registry.datasets[dataset],
    )
    .fetch_all(db)
    .await?;
    let version = |row: (i32, i64, Vec<u8>, Vec<i32>)| SourceVersion {
        key: PartitionKey { slice: slices.slice(row.0), ordinal: row.1 },
        content: number(&row.2),
        routers: row.3,
    };
    Ok(rows
        .into_iter()
        .map(|row| version((row.slice_id, row.ordinal, row.content, row.routers)))
        .collect())
}

/// Records new versions of a source's partitions, and partitions that are gone.
///
/// # Errors
///
/// When a statement fails; then nothing is recorded.
pub async fn record_observed(
    db: &mut PgConnection,
    registry: &Registry,
    dataset: usize,
    observed: &[Observed],
    gone: &[PartitionKey],
) -> Result<()> {
    let wanted: Vec<_> = observed.iter().map(|version| version.key.slice.clone()).collect();
    let slices = Slices::ensure(db, &wanted).await?;
    let dataset_id = registry.datasets[dataset];
    for version in observed {
        let paths: Vec<String> = version.files.iter().map(|(path, _)| path.clone()).collect();
        let sizes: Vec<i64> = version.files.iter().map(|(_, size)| *size).collect();
        let id = sqlx::query_scalar!(
            "with version as (
                 insert into tidemill.materialization
                     (dataset_id, slice_id, ordinal, generation, content, bytes, paths, sizes,
                      hashes, routed_by, rows)
                 values ($1, $2, $3, nextval('tidemill.run_id'), $4, $5, $6, $7, $8, $9, $10)
                 returning id, dataset_id, slice_id, ordinal, generation, content
             )
             insert into tidemill.head
                 (dataset_id, slice_id, ordinal, materialization_id, generation, content)
             select dataset_id, slice_id, ordinal, id, generation, content
             from version
             on conflict on constraint head_pkey do update
             set materialization_id = excluded.materialization_id,
                 generation = excluded.generation,
                 content = excluded.content
             where head.generation <= excluded.generation
             returning materialization_id",
            dataset_id,
            slices.id(&version.key.slice).unwrap_or_default(),
            version.key.ordinal,
            &version.content.to_le_bytes()[..],
            sizes.iter().sum::<i64>(),
            &paths,
            &sizes,
            &version.tags,
            &version.routed_by,
            version.rows,
        )
        .fetch_optional(&mut *db)
        .await?;
        // None when a later observation was recorded first: its picture stays.
        if let Some(id) = id {
            insert_routes(db, id, &version.routes).await?;
        }
    }
    let (gone_slices, gone_ordinals): (Vec<i32>, Vec<i64>) =
        gone.iter().map(|key| (slices.id(&key.slice).unwrap_or_default(), key.ordinal)).unzip();
    sqlx::query!(
        "delete from tidemill.head
         using unnest($2::int[], $3::bigint[]) as gone (slice_id, ordinal)
         where head.dataset_id = $1
           and head.slice_id = gone.slice_id
           and head.ordinal = gone.ordinal",
        dataset_id,
        &gone_slices,
        &gone_ordinals,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

async fn insert_routes(
    db: &mut PgConnection,
    materialization: i64,
    routes: &[(i32, i64, i64, u128)],
) -> Result<()> {
    let routers: Vec<i32> = routes.iter().map(|route| route.0).collect();
    let ordinals: Vec<i64> = routes.iter().map(|route| route.1).collect();
    let rows: Vec<i64> = routes.iter().map(|route| route.2).collect();
    let contents: Vec<Vec<u8>> = routes.iter().map(|route| route.3.to_le_bytes().into()).collect();
    sqlx::query!(
        "insert into tidemill.route (materialization_id, router_id, ordinal, rows, content)
         select $1, * from unnest($2::int[], $3::bigint[], $4::bigint[], $5::bytea[])
         on conflict do nothing",
        materialization,
        &routers,
        &ordinals,
        &rows,
        &contents,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A published version that was not asked yet by every router that reads its dataset.
#[derive(Clone, Debug)]
pub struct Unrouted {
    /// The version.
    pub materialization: i64,
    /// Its files.
    pub paths: Vec<String>,
}

/// The published versions of a dataset that one of these routers was never asked of.
///
/// # Errors
///
/// When the statement fails.
pub async fn unrouted(
    db: &mut PgConnection,
    registry: &Registry,
    dataset: usize,
    routers: &[i32],
) -> Result<Vec<Unrouted>> {
    Ok(sqlx::query_as!(
        Unrouted,
        "select version.id as materialization, version.paths
         from tidemill.head
         join tidemill.materialization as version on version.id = head.materialization_id
         where head.dataset_id = $1
           and not version.routed_by @> $2
         order by version.id",
        registry.datasets[dataset],
        routers,
    )
    .fetch_all(db)
    .await?)
}

/// Records the routes of a version that was published before its routers were declared.
///
/// # Errors
///
/// When a statement fails.
pub async fn record_routes(
    db: &mut PgConnection,
    version: i64,
    routers: &[i32],
    routes: &[(i32, i64, i64, u128)],
) -> Result<()> {
    insert_routes(db, version, routes).await?;
    sqlx::query!(
        "update tidemill.materialization set routed_by = $2 where id = $1",
        version,
        routers,
    )
    .execute(db)
    .await?;
    Ok(())
}
