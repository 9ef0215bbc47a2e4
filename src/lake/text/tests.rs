//! Every record is in the table or among the rejects, whatever the bytes.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use polars::prelude::*;
use proptest::prelude::*;

use super::{Error, TextFormat, TextReader, TextTable};
use crate::spec::{Contract, Type};

const CSV: TextFormat = TextFormat::Csv { delimiter: b',', header: true };
const BARE_CSV: TextFormat = TextFormat::Csv { delimiter: b',', header: false };

fn lines() -> Contract {
    Contract::new([
        ("invoice", Type::String),
        ("quantity", Type::Int32),
        ("price", Type::Decimal(2)),
        ("at", Type::Datetime),
    ])
    .required(["invoice"])
}

fn read(contract: &Contract, format: TextFormat, bytes: &[u8]) -> Result<TextTable, Error> {
    let mut reader = TextReader::new(contract, format);
    reader.read("file", bytes)?;
    reader.finish()
}

/// The table as lines of text, and the rejects as `line: reason`.
fn shown(table: &TextTable) -> (Vec<String>, Vec<String>) {
    let row = |row: usize| {
        let cells = table.frame.columns().iter();
        let cells: Vec<_> = cells.map(|column| column.get(row).unwrap().to_string()).collect();
        cells.join(" ")
    };
    let rejects = table.rejects.iter().map(|reject| format!("{}: {}", reject.line, reject.reason));
    ((0..table.frame.height()).map(row).collect(), rejects.collect())
}

#[track_caller]
fn check(table: &TextTable, rows: &[&str], rejects: &[&str]) {
    assert_eq!(table.rows_seen, table.frame.height() as u64 + table.rejected);
    let (found_rows, found_rejects) = shown(table);
    assert_eq!(found_rows, rows);
    assert_eq!(found_rejects, rejects);
}

#[test]
fn columns_are_matched_by_name_and_typed_by_the_contract() {
    let text = "price,ignored,invoice,quantity\n1.50,x,A1,3\n,y,A2,\n";
    let table = read(&lines(), CSV, text.as_bytes()).unwrap();
    check(&table, &["\"A1\" 3 1.50 null", "\"A2\" null null null"], &[]);
    assert_eq!(table.missing_columns, ["at"]);
    let kinds: Vec<_> = table.frame.columns().iter().map(Column::dtype).cloned().collect();
    let at = DataType::Datetime(TimeUnit::Microseconds, None);
    assert_eq!(kinds, [DataType::String, DataType::Int32, DataType::Decimal(38, 2), at]);
}

#[test]
fn without_a_header_columns_go_by_position() {
    let table = read(&lines(), BARE_CSV, b"A1,2,3.5,2010-12-01 08:26:00\n").unwrap();
    check(&table, &["\"A1\" 2 3.50 2010-12-01 08:26:00"], &[]);
}

#[test]
fn a_reject_names_its_line_its_reason_and_its_text() {
    let text = "invoice,quantity,price,at\r\n\
        A1,1,1,2010-12-01 08:26:00\r\n\
        \n\
        A2,abc,1,\r\n\
        \"A\n3\",1,1,\n\
        A4,1,1,,\r\n\
        A5,1\n\
        ,1,1,\n\
        A6,1.5,1,\n\
        A7,1,0.125,\n\
        A8,1,1,yesterday\r\
        \"A9\"\"\",-0,1e2,";
    let table = read(&lines(), CSV, text.as_bytes()).unwrap();
    check(
        &table,
        &["\"A1\" 1 1.00 2010-12-01 08:26:00", "\"A\n3\" 1 1.00 null", "\"A9\"\" 0 100.00 null"],
        &[
            "4: column `quantity` is `abc`, not an int32",
            "7: 4 fields expected, 5 found",
            "8: 4 fields expected, 2 found",
            "9: column `invoice` is null, the contract requires it",
            "10: column `quantity` is `1.5`, not an int32",
            "11: column `price` is `0.125`, not a decimal(38,2)",
            "12: column `at` is `yesterday`, not a datetime",
        ],
    );
    assert_eq!(table.rejects[0].text, "A2,abc,1,");
    assert_eq!(table.rejects[0].file, "file");
}

#[test]
fn text_that_is_not_utf8_is_rejected() {
    let table = read(&lines(), BARE_CSV, b"A\xff,1,1,\nA2,1,1,\n").unwrap();
    check(&table, &["\"A2\" 1 1.00 null"], &["1: column `invoice` is not valid UTF-8"]);
    let table = read(&lines(), TextFormat::NdJson, b"{\"invoice\":\"\xff\"}\n").unwrap();
    check(&table, &[], &["1: the line is not valid UTF-8"]);
}

#[test]
fn a_quote_that_is_never_closed_is_a_reject_and_not_a_long_value() {
    let text = "A1,1,1,\nA2,1,1,\"open\nA3,1,1,\nA4,1,1,\n";
    let contract = Contract::new(["a", "b", "c", "d"].map(|name| (name, Type::String)));
    let table = read(&contract, BARE_CSV, text.as_bytes()).unwrap();
    let reason = "2: a quote is never closed and takes in all 3 lines to the end";
    check(&table, &["\"A1\" \"1\" \"1\" null"], &[reason]);
    assert!(table.rejects[0].text.starts_with("A2,1,1,\"open\nA3"));
}

#[test]
fn a_record_longer_than_the_limit_is_an_error_or_a_reject() {
    let long = "x".repeat(17 << 20);
    let error = read(&lines(), BARE_CSV, format!("A1,1,1,\n\"{long}").as_bytes()).unwrap_err();
    assert!(matches!(error, Error::TooLong { line: 2, .. }), "{error}");
    let text = format!("{{\"invoice\":\"{long}\"}}\r\n{{\"invoice\":\"A2\"}}");
    let table = read(&lines(), TextFormat::NdJson, text.as_bytes()).unwrap();
    check(&table, &["\"A2\" null null null"], &["1: the line is longer than 16 MiB"]);
    assert_eq!(table.rejects[0].text.len(), 4 << 10);
}

#[test]
fn a_header_that_names_a_column_twice_is_an_error() {
    let error = read(&lines(), CSV, b"invoice,price,invoice\n").unwrap_err();
    assert!(error.to_string().contains("`invoice` twice"), "{error}");
}

#[test]
fn a_header_that_takes_in_the_rows_is_an_error() {
    let error = read(&lines(), CSV, b"invoice,\"price\nA1,1\nA2,2\n").unwrap_err();
    assert!(error.to_string().contains("takes in all 3 lines"), "{error}");
}

#[test]
fn a_header_of_another_file_is_an_error_with_rows_and_without() {
    let optional = Contract::new([("a", Type::String), ("b", Type::Int64)]);
    let lacks = "it lacks `invoice`, which the contract requires";
    for (contract, text, reason) in [
        (lines(), "quantity,price", lacks),
        (lines(), "quantity,price\n1,2\n3,4\n", lacks),
        (lines(), "this is not gzip", "it names no column of the contract, such as `invoice`"),
        (optional.clone(), "this is not gzip\n", "such as `a`, `b`"),
        (optional, "x,y\n1,2\n", "such as `a`, `b`"),
    ] {
        let error = read(&contract, CSV, text.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Header { .. }), "{text} {error}");
        assert!(error.to_string().contains(reason), "{text} {error}");
    }
}

#[test]
fn an_empty_file_and_a_lone_header_are_empty_tables() {
    for (format, text) in [(CSV, ""), (CSV, "invoice,quantity"), (TextFormat::NdJson, "\n \r\n")] {
        let table = read(&lines(), format, text.as_bytes()).unwrap();
        check(&table, &[], &[]);
        assert_eq!(table.frame.width(), 4);
    }
}

#[test]
fn objects_are_read_line_by_line() {
    let text = "{\"invoice\":\"A1\",\"quantity\":17850.0,\"price\":0.10,\"extra\":[1,{}]}\r\n\
        \n\
        {\"quantity\":\"7\",\"invoice\":\"tab\\there \\u00e9\",\
        \"at\":\"2010-12-01T10:26:00+02:00\"}\n\
        {\"invoice\":\"A3\"\n\
        [1, 2]\n\
        {\"invoice\":null}\n\
        {\"invoice\":\"A4\",\"price\":1234567890123456789012345678901234.56}\n\
        {\"invoice\":\"A5\",\"quantity\":{}}\n\
        {\"invoice\":\"A6\"} {}";
    let table = read(&lines(), TextFormat::NdJson, text.as_bytes()).unwrap();
    check(
        &table,
        &[
            "\"A1\" 17850 0.10 null",
            "\"tab\there é\" 7 null 2010-12-01 08:26:00",
            "\"A4\" null 1234567890123456789012345678901234.56 null",
        ],
        &[
            "4: EOF while parsing an object at column 15",
            "5: invalid type: sequence, expected a JSON object at column 0",
            "6: column `invoice` is null, the contract requires it",
            "8: column `quantity` is `{}`, not an int32",
            "9: trailing characters at column 18",
        ],
    );
}

#[test]
fn lists_and_structs_are_typed_to_their_leaves() {
    let point = Type::Struct(vec![("x".into(), Type::Int16), ("on".into(), Type::Instant)]);
    let contract = Contract::new([
        ("tags", Type::List(Box::new(Type::String))),
        ("point", point.clone()),
        ("points", Type::List(Box::new(point))),
    ]);
    let text = "{\"tags\":[\"a\",null],\
        \"point\":{\"x\":1,\"on\":\"2010-12-01T08:00:00Z\",\"y\":0}}\n\
        {\"tags\":[],\"point\":{},\"points\":[{\"x\":2},null]}\n\
        {\"tags\":null}\n\
        {\"point\":{\"x\":70000}}\n";
    let table = read(&contract, TextFormat::NdJson, text.as_bytes()).unwrap();
    let reject = "4: column `point` is `{\"x\":70000}`, not a struct<x: int16, on: instant>";
    assert_eq!(shown(&table).1, [reject]);
    let flat = table.frame.lazy().select([
        col("tags").list().len().alias("tags"),
        col("point").struct_().field_by_name("x").alias("x"),
        col("point").struct_().field_by_name("on").cast(DataType::Int64).alias("on"),
        col("points").list().get(lit(0), true).struct_().field_by_name("x").alias("first"),
    ]);
    let expected = df!(
        "tags" => [Some(2_u32), Some(0), None],
        "x" => [Some(1_i16), None, None],
        "on" => [Some(1_291_190_400_000_000_i64), None, None],
        "first" => [None, Some(2_i16), None],
    );
    assert!(flat.collect().unwrap().equals_missing(&expected.unwrap()));
}

#[test]
fn compression_is_recognised_by_its_bytes() {
    let text = "\u{feff}invoice,quantity,price,at\nA1,1,1,\n";
    let mut gzip = gzipped(text.as_bytes());
    gzip.extend(gzipped(b"A2,2,2,\n"));
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let one = ["\"A1\" 1 1.00 null"];
    check(&read(&lines(), CSV, text.as_bytes()).unwrap(), &one, &[]);
    check(&read(&lines(), CSV, &zstd).unwrap(), &one, &[]);
    check(&read(&lines(), CSV, &gzip).unwrap(), &[one[0], "\"A2\" 2 2.00 null"], &[]);
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_file_cut_short_is_an_error_and_never_a_shorter_table() {
    let text = "A1,1,1,\n".repeat(1_000);
    for whole in [gzipped(text.as_bytes()), zstd::encode_all(text.as_bytes(), 3).unwrap()] {
        assert_eq!(read(&lines(), BARE_CSV, &whole).unwrap().rows_seen, 1_000);
        for length in 4..whole.len() {
            let mut reader = TextReader::new(&lines(), BARE_CSV);
            let error = reader.read("orders.csv", &whole[..length]).unwrap_err();
            assert!(error.to_string().contains("`orders.csv`"), "{error}");
            assert!(matches!(reader.finish(), Err(Error::Unfinished { .. })));
        }
    }
}

#[test]
fn rows_of_many_files_and_batches_stay_in_order() {
    let contract = Contract::new([("id", Type::Int64), ("twice", Type::UInt64)]);
    let mut reader = TextReader::new(&contract, BARE_CSV);
    for file in 0..2_i64 {
        let ids = file * 100_000..(file + 1) * 100_000;
        let rows: Vec<String> = ids.map(|id| format!("{id},{}\n", id * 2)).collect();
        reader.read(&format!("{file}.csv"), rows.concat().as_bytes()).unwrap();
    }
    let table = reader.finish().unwrap();
    let ids: Vec<i64> = (0..200_000).collect();
    let twice: Vec<u64> = (0..200_000).map(|id| id * 2).collect();
    assert!(table.frame.equals(&df!("id" => ids, "twice" => twice).unwrap()));
}

#[test]
fn rejects_are_counted_past_those_that_are_kept() {
    let table = read(&lines(), BARE_CSV, "x\n".repeat(10_001).as_bytes()).unwrap();
    assert_eq!((table.rejected, table.rejects.len()), (10_001, 10_000));
}

#[test]
fn half_a_million_rows_are_read_and_timed() {
    let day = "536365,85123A,\"WHITE HANGING HEART, T-LIGHT\",6,2010-12-01 08:26:00,2.55,17850.0,\
        United Kingdom\r\n";
    let header =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    let bytes = gzipped((header.to_owned() + &day.repeat(541_909)).as_bytes());
    let contract = Contract::new([
        ("InvoiceNo", Type::String),
        ("StockCode", Type::String),
        ("Description", Type::String),
        ("Quantity", Type::Int64),
        ("InvoiceDate", Type::Datetime),
        ("UnitPrice", Type::Decimal(3)),
        ("CustomerID", Type::Int64),
        ("Country", Type::String),
    ]);
    let start = std::time::Instant::now();
    let table = read(&contract, CSV, &bytes).unwrap();
    println!("541,909 rows of 8 columns in {:?}", start.elapsed());
    assert_eq!((table.frame.height(), table.rejected), (541_909, 0));
}

/// A contract with a column of every kind, so that garbage meets every conversion.
fn everything() -> Contract {
    Contract::new([
        ("a", Type::String),
        ("b", Type::Int8),
        ("c", Type::UInt64),
        ("d", Type::Float32),
        ("e", Type::Boolean),
        ("f", Type::Date),
        ("g", Type::Instant),
        ("h", Type::Decimal(3)),
        ("i", Type::Duration),
        ("j", Type::List(Box::new(Type::Int64))),
        ("k", Type::Struct(vec![("a".into(), Type::Date), ("b".into(), Type::Decimal(1))])),
    ])
    .required(["b"])
}

/// Bytes that look like a format often enough to get deep into it.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        ",",
        ",,,,,,,,,",
        "\"",
        "\n",
        "\r\n",
        "\r",
        "1",
        "-7.50",
        "1e400",
        "true",
        "2020-02-29",
        " 00:00:01.5Z",
        "{\"a\":",
        "{\"b\":1,\"k\":{\"a\":\"2020-02-29\"}}\n",
        "}",
        "[1,2]",
        "null",
        ":",
        "é",
        "\\",
        "\u{feff}",
        "a,b,c,d\n",
        "x,1,2,3,true,2020-02-29,,0.5,PT1S,[1],{}\n",
    ];
    let piece = prop::sample::select(pieces.map(|piece| piece.as_bytes().to_vec()).to_vec());
    let piece = prop_oneof![9 => piece, 1 => prop::collection::vec(any::<u8>(), 0..4)];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_record_of_any_bytes_is_lost(bytes in garbage()) {
        for format in [CSV, BARE_CSV, TextFormat::NdJson] {
            // Of a header that is not that of the contract, no record is read.
            let header: &[u8] = if format == CSV { b"b,a,x\n" } else { b"" };
            let bytes = [header, &bytes].concat();
            // Bytes that happen to begin like a compressed file may fail to decompress.
            let Ok(table) = read(&everything(), format.clone(), &bytes) else { continue };
            prop_assert_eq!(table.rows_seen, table.frame.height() as u64 + table.rejected);
            prop_assert_eq!(table.rejected, table.rejects.len() as u64);
            let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            let records = match format {
                TextFormat::NdJson => plain
                    .split(|byte| *byte == b'\n')
                    .filter(|line| !line.trim_ascii().is_empty())
                    .count(),
                // Quotes may join lines, so only files without them can be counted so simply.
                TextFormat::Csv { .. } if plain.contains(&b'"') => continue,
                TextFormat::Csv { header, .. } => plain
                    .split(|byte| *byte == b'\n' || *byte == b'\r')
                    .filter(|line| !line.is_empty())
                    .count()
                    .saturating_sub(usize::from(header)),
            };
            prop_assert_eq!(table.rows_seen, records as u64);
        }
    }

    #[test]
    fn written_rows_are_read_back(
        rows in prop::collection::vec(("[ -~\r\n\"]{1,9}", any::<i64>()), 0..50),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for (text, number) in &rows {
            writer.write_record([text.as_str(), &number.to_string()]).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let contract = Contract::new([("text", Type::String), ("number", Type::Int64)]);
        let table = read(&contract, BARE_CSV, &bytes).unwrap();
        let texts: Vec<&str> = rows.iter().map(|(text, _)| text.as_str()).collect();
        let numbers: Vec<i64> = rows.iter().map(|(_, number)| *number).collect();
        prop_assert!(table.frame.equals(&df!("text" => texts, "number" => numbers).unwrap()));
    }
}
