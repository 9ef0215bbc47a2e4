//! Which versions an attempt reads: resolved once, in one statement, for a batch of runs.

use sqlx::PgConnection;

use super::Result;
use super::ledger::number;

/// A stretch of one input that a run needs.
#[derive(Clone, Debug, Default)]
pub struct PinQuery {
    /// Which run of the batch.
    pub run: i32,
    /// The position of the input.
    pub position: i32,
    /// The number of the input's dataset.
    pub dataset: i32,
    /// The number of the slice.
    pub slice: i32,
    /// The first ordinal; of a routed read, the output window.
    pub start: i64,
    /// The ordinal after the last.
    pub end: i64,
    /// The router of a routed read.
    pub router: Option<i32>,
}

/// A version that an attempt reads.
#[derive(Clone, Debug)]
pub struct Pin {
    /// Which run of the batch.
    pub run: i32,
    /// The position of the input.
    pub position: i32,
    /// The version.
    pub materialization: i64,
    /// The number of its slice.
    pub slice: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// The hash of its rows; of a routed read, of the rows for the window.
    pub content: u128,
    /// How many rows it has, where that is known.
    pub rows: Option<i64>,
    /// Its files.
    pub paths: Vec<String>,
    /// Their sizes.
    pub sizes: Vec<i64>,
    /// Hashes of their bytes, or what the store said of a source's file.
    pub tags: Vec<String>,
}

/// Resolves what a batch of runs reads to versions, in the order of the input's partitions.
///
/// # Errors
///
/// When the statement fails.
pub async fn pins(db: &mut PgConnection, queries: &[PinQuery]) -> Result<Vec<Pin>> {
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let column = |f: fn(&PinQuery) -> i32| queries.iter().map(f).collect::<Vec<i32>>();
    let starts: Vec<i64> = queries.iter().map(|query| query.start).collect();
    let ends: Vec<i64> = queries.iter().map(|query| query.end).collect();
    let routers: Vec<Option<i32>> = queries.iter().map(|query| query.router).collect();
    let rows = sqlx::query_file!(
        "src/store/sql/pins.sql",
        &column(|query| query.run),
        &column(|query| query.position),
        &column(|query| query.dataset),
        &column(|query| query.slice),
        &starts,
        &ends,
        &routers as &[Option<i32>],
    )
    .fetch_all(db)
    .await?;
    let pin = rows.into_iter().map(|row| Pin {
        run: row.run,
        position: row.position,
        materialization: row.materialization_id,
        slice: row.slice_id,
        ordinal: row.ordinal,
        content: number(&row.content),
        rows: row.rows,
        paths: row.paths,
        sizes: row.sizes,
        tags: row.hashes,
    });
    Ok(pin.collect())
}
