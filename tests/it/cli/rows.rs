//! Rows as the program writes them, read back by Polars, every value as text.

use std::io::Cursor;

use polars::prelude::{
    CsvReadOptions, DataFrame, DataType, IntoColumn as _, JsonFormat, JsonReader, ParquetReader,
    SerReader as _,
};

/// How the text formats write instants.
const INSTANT: &str = "%Y-%m-%dT%H:%M:%S%.f";

/// Rows in the format of this name.
pub(crate) fn read(format: &str, bytes: &[u8]) -> DataFrame {
    let bytes = Cursor::new(bytes);
    let frame = match format {
        "csv" => {
            let untyped = CsvReadOptions::default().with_infer_schema_length(Some(0));
            untyped.into_reader_with_file_handle(bytes).finish()
        }
        "ndjson" => JsonReader::new(bytes).with_json_format(JsonFormat::JsonLines).finish(),
        "parquet" => ParquetReader::new(bytes).finish(),
        other => panic!("`{other}` is no format"),
    };
    as_text(&frame.unwrap())
}

/// The formats differ in what types they know, not in what a value is.
fn as_text(frame: &DataFrame) -> DataFrame {
    let columns = frame.columns().iter().map(|column| match column.dtype() {
        DataType::Datetime(..) => {
            let instants = column.as_materialized_series().datetime().unwrap();
            instants.to_string(INSTANT).unwrap().into_column()
        }
        _ => column.cast(&DataType::String).unwrap(),
    });
    DataFrame::new(frame.height(), columns.collect()).unwrap()
}
