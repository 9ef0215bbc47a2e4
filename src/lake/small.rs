//! What is so small that starting an engine for it costs more than the work.

use std::fs;
use std::io::Cursor;

use polars::prelude::{
    DataFrame, LazyFrame, ParallelStrategy, ParquetReader, PolarsResult, SchemaRef, SerReader,
};
use polars_plan::plans::{ArenaLpIter, FunctionIR, IR};

use super::Place;

/// Files of this many bytes in all are read at once.
const FILES_MAX: u64 = 1 << 20;
/// Files of this many rows in all are read at once.
const ROWS_READ: usize = 1 << 18;
/// Tables of this many bytes in all are computed in memory.
const TABLES_MAX: usize = 8 << 20;
/// The most rows that may come out of it, were every join a cross join.
const ROWS_MAX: usize = 1 << 22;

/// The rows of these objects, when they are few, here, and exactly of these columns; in all other
/// cases a scan must say what is to be done.
pub(super) fn read(place: &Place, objects: &[String], schema: &SchemaRef) -> Option<DataFrame> {
    if !place.is_local() {
        return None;
    }
    let paths: Vec<String> = objects.iter().map(|object| place.full_path(object)).collect();
    let sizes = paths.iter().map(|path| Some(fs::metadata(path).ok()?.len()));
    if FILES_MAX < sizes.sum::<Option<u64>>()? {
        return None;
    }
    let mut all = DataFrame::empty_with_schema(schema);
    for path in paths {
        let bytes = Cursor::new(fs::read(path).ok()?);
        let mut reader = ParquetReader::new(bytes).read_parallel(ParallelStrategy::None);
        // Few bytes may be many rows that repeat.
        if ROWS_READ < all.height() + reader.num_rows().ok()? {
            return None;
        }
        let found = reader.finish().ok()?.select(schema.iter_names().cloned()).ok()?;
        if **found.schema() != **schema {
            return None;
        }
        all.vstack_mut_owned(found).ok()?;
    }
    Some(all)
}

/// Whether a plan works on small tables only, and cannot make a large one of them.
pub(super) fn is_small(plan: &LazyFrame) -> PolarsResult<bool> {
    let plan = plan.clone().to_alp()?;
    let (mut bytes, mut rows, mut grows) = (0_usize, 0_usize, 0_u32);
    for (_, node) in plan.lp_arena.iter(plan.lp_top) {
        match node {
            IR::Scan { .. } => return Ok(false),
            IR::DataFrameScan { df, .. } => {
                bytes = bytes.saturating_add(df.estimated_size());
                rows = rows.saturating_add(df.height());
            }
            IR::Join { .. } | IR::MapFunction { function: FunctionIR::Explode { .. }, .. } => {
                grows += 1;
            }
            _ => (),
        }
    }
    Ok(bytes <= TABLES_MAX && rows.saturating_pow(grows + 1) <= ROWS_MAX)
}
