//! Frames over exactly the files that were pinned.

use std::sync::Arc;

use polars::prelude::{
    DataFrame, IntoLazy, LazyFrame, PlRefPath, PolarsResult, ScanSources, SchemaRef, col,
};
use polars_io::HiveOptions;
use polars_io::prelude::ParquetOptions;
use polars_plan::dsl::{
    CastColumnsPolicy, DslBuilder, ExtraColumnsPolicy, MissingColumnsPolicy, UnifiedScanArgs,
};

use super::{Place, small};

/// A frame over these Parquet objects of a place, in their order, with exactly these columns.
///
/// A missing column is null, an extra one is left out, a narrower integer or float is widened, and
/// any other type is an error: files of older versions stay readable, wrong ones do not pass.
///
/// # Errors
///
/// When the plan cannot be built.
pub fn scan(place: &Place, objects: &[String], schema: &SchemaRef) -> PolarsResult<LazyFrame> {
    if objects.is_empty() {
        return Ok(DataFrame::empty_with_schema(schema).lazy());
    }
    if let Some(rows) = small::read(place, objects, schema) {
        return Ok(rows.lazy());
    }
    let paths: Vec<PlRefPath> = objects.iter().map(|object| place.scan_path(object)).collect();
    let args = UnifiedScanArgs {
        schema: Some(Arc::clone(schema)),
        cloud_options: place.cloud().cloned(),
        glob: false,
        hive_options: HiveOptions::new_disabled(),
        missing_columns_policy: MissingColumnsPolicy::Insert,
        extra_columns_policy: ExtraColumnsPolicy::Ignore,
        cast_columns_policy: CastColumnsPolicy {
            integer_upcast: true,
            float_upcast: true,
            datetime_nanoseconds_downcast: true,
            datetime_milliseconds_upcast: true,
            ..CastColumnsPolicy::ERROR_ON_MISMATCH
        },
        ..UnifiedScanArgs::default()
    };
    let options = ParquetOptions { schema: Some(Arc::clone(schema)), ..ParquetOptions::default() };
    let sources = ScanSources::Paths(paths.into_iter().collect());
    let scanned = LazyFrame::from(DslBuilder::scan_parquet(sources, options, args)?.build());
    let columns: Vec<_> = schema.iter_names().map(|name| col(name.clone())).collect();
    Ok(scanned.select(columns))
}
