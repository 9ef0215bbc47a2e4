//! Rows as text, exactly.

use std::io::Write;
use std::sync::{Arc, Mutex};

use polars::prelude::*;

use super::encode::{Encoder, check, shape};
use super::preview::cell;
use crate::cli::args::ExportFormat;

#[derive(Clone, Default)]
struct Bytes(Arc<Mutex<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Encodes a frame, one batch a row, and gives the bytes.
fn encoded(frame: &DataFrame, format: ExportFormat) -> Vec<u8> {
    let shaped = shape(frame.clone().lazy(), frame.schema(), format).collect().unwrap();
    let out = Bytes::default();
    let mut encoder = Encoder::new(format, Box::new(out.clone()), shaped.schema()).unwrap();
    for row in 0..shaped.height() {
        encoder.take(shaped.slice(row as i64, 1)).unwrap();
    }
    assert_eq!(encoder.finish().unwrap(), frame.height() as u64);
    let bytes = out.0.lock().unwrap();
    bytes.clone()
}

fn text(frame: &DataFrame, format: ExportFormat) -> String {
    String::from_utf8(encoded(frame, format)).unwrap()
}

/// Two rows of every awkward type, the second all null.
fn awkward() -> DataFrame {
    let instant = Some(1_709_208_000_123_000_i64);
    let raw = df!(
        "name" => [Some("a, \"b\""), None],
        "blank" => [Some(""), None],
        "amount" => [Some("12.50"), None],
        "day" => [Some(19_782_i32), None],
        "at" => [instant, None],
        "instant" => [instant, None],
    )
    .unwrap();
    let micros = TimeUnit::Microseconds;
    raw.lazy()
        .with_columns([
            col("amount").cast(DataType::Decimal(38, 3)),
            col("day").cast(DataType::Date),
            col("at").cast(DataType::Datetime(micros, None)),
            col("instant").cast(DataType::Datetime(micros, Some(TimeZone::UTC))),
        ])
        .collect()
        .unwrap()
}

#[test]
fn csv_has_exact_decimals_iso_times_and_empty_nulls() {
    let expected = "name,blank,amount,day,at,instant\n\
        \"a, \"\"b\"\"\",\"\",12.500,2024-02-29,2024-02-29T12:00:00.123,2024-02-29T12:00:00.123Z\n\
        ,,,,,\n";
    assert_eq!(text(&awkward(), ExportFormat::Csv), expected);
}

#[test]
fn lines_of_json_keep_the_places_of_decimals() {
    let lines = text(&awkward(), ExportFormat::Ndjson);
    let row: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(row["amount"], "12.500");
    assert_eq!(row["day"], "2024-02-29");
    assert_eq!(row["instant"], "2024-02-29T12:00:00.123Z");
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn parquet_keeps_the_types() {
    let bytes = encoded(&awkward(), ExportFormat::Parquet);
    let read = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
    assert!(read.equals_missing(&awkward()));
}

#[test]
fn no_row_at_all_still_has_a_header() {
    let none = awkward().clear();
    assert_eq!(text(&none, ExportFormat::Csv), "name,blank,amount,day,at,instant\n");
    assert_eq!(text(&none, ExportFormat::Ndjson), "");
    let bytes = encoded(&none, ExportFormat::Parquet);
    assert_eq!(ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap().height(), 0);
}

#[test]
fn csv_refuses_nested_columns_and_names_them() {
    let schema =
        Schema::from_iter([Field::new("tags".into(), DataType::List(Box::new(DataType::String)))]);
    let fault = check("posts", &schema, ExportFormat::Csv).unwrap_err();
    assert!(fault.to_string().contains("`tags` of `posts`"), "{fault}");
    assert!(check("posts", &schema, ExportFormat::Ndjson).is_ok());
}

#[test]
fn a_cell_stays_on_one_line_and_on_the_screen() {
    let long = serde_json::json!(format!("a\nb{}", "x".repeat(100)));
    let shown = cell(&long);
    assert!(shown.starts_with("a b") && shown.ends_with('…'));
    assert_eq!(shown.chars().count(), 49);
    assert_eq!(cell(&serde_json::Value::Null), "-");
}
