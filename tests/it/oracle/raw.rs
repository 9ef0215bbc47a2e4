//! Loads the raw files of a data root into Postgres, without a line of the library's own code.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use jiff::civil::DateTime;
use polars::prelude::{CsvWriter, ParquetReader, QuoteStyle, SerReader, SerWriter};
use sqlx::PgConnection;

/// The raw tables. Text compares by bytes, so that ties are ordered alike on every machine;
/// instants are UTC without a zone, as in the files.
const TABLES: &str = r#"
    create unlogged table raw_dev (
        event_id text collate "C",
        event_time timestamp,
        received_at timestamp,
        tz_offset_min integer,
        user_id text collate "C",
        actor_id text collate "C",
        event_type text collate "C",
        product text collate "C",
        section text collate "C",
        page text collate "C",
        pr integer,
        batch_id text collate "C"
    );
    -- Also the files without a line: empty differs from missing.
    create unlogged table raw_retail_file (file_day date);
    create unlogged table raw_retail (
        file_day date,
        row_number bigint,
        invoice_no text collate "C",
        stock_code text collate "C",
        description text collate "C",
        quantity bigint,
        invoice_date timestamp,
        unit_price numeric,
        customer_id text collate "C",
        country text collate "C"
    );
    create unlogged table raw_clicks (
        uuid text collate "C",
        clicked_at timestamp,
        url text collate "C"
    );
"#;

/// What the queries need once the rows are in. The index serves the steps of the funnel.
const FINISH: &str = "
    create index raw_dev_step on raw_dev (user_id, product, event_type, event_time);
    analyze raw_dev;
    analyze raw_retail_file;
    analyze raw_retail;
    analyze raw_clicks;
";

/// The columns of `raw_dev`, in its order.
const DEV_COLUMNS: [&str; 12] = [
    "event_id",
    "event_time",
    "received_at",
    "tz_offset_min",
    "user_id",
    "actor_id",
    "event_type",
    "product",
    "section",
    "page",
    "pr",
    "batch_id",
];

/// Creates `raw_dev`, `raw_retail`, `raw_retail_file` and `raw_clicks` from the files below `data`.
///
/// # Errors
///
/// When a file cannot be read, is not what its name says, or when the database refuses its rows.
pub(crate) async fn load(db: &mut PgConnection, data: &Path) -> anyhow::Result<()> {
    sqlx::raw_sql(TABLES).execute(&mut *db).await.context("could not create the raw tables")?;
    load_dev(db, &data.join("devstream/by_arrival_month")).await?;
    load_retail(db, &data.join("retail")).await?;
    load_clicks(db, &data.join("clicks/session_dataset.csv.gz")).await?;
    sqlx::raw_sql(FINISH).execute(db).await.context("could not index the raw tables")?;
    Ok(())
}

async fn load_dev(db: &mut PgConnection, months: &Path) -> anyhow::Result<()> {
    let mut copy = db.copy_in_raw("copy raw_dev from stdin (format csv)").await?;
    for month in entries(months, "")? {
        for file in entries(&month, ".parquet")? {
            let rows = dev_rows(&file).with_context(|| could_not_read(&file))?;
            copy.send(rows).await?;
        }
    }
    copy.finish().await?;
    Ok(())
}

async fn load_retail(db: &mut PgConnection, folder: &Path) -> anyhow::Result<()> {
    let files = entries(folder, ".csv.gz")?;
    let mut days = String::new();
    let mut copy = db.copy_in_raw("copy raw_retail from stdin (format csv)").await?;
    for file in &files {
        let day = day_of(file)?;
        let rows = retail_rows(file, day).with_context(|| could_not_read(file))?;
        copy.send(rows).await?;
        days.push_str(day);
        days.push('\n');
    }
    copy.finish().await?;
    let mut copy = db.copy_in_raw("copy raw_retail_file from stdin").await?;
    copy.send(days.into_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

async fn load_clicks(db: &mut PgConnection, file: &Path) -> anyhow::Result<()> {
    let rows = click_rows(file).with_context(|| could_not_read(file))?;
    let mut copy = db.copy_in_raw("copy raw_clicks from stdin (format csv)").await?;
    copy.send(rows).await?;
    copy.finish().await?;
    Ok(())
}

/// The rows of one parquet file as CSV.
fn dev_rows(file: &Path) -> anyhow::Result<Vec<u8>> {
    let frame = ParquetReader::new(File::open(file)?).finish()?;
    let mut frame = frame.select(DEV_COLUMNS)?;
    let mut rows = Vec::new();
    CsvWriter::new(&mut rows)
        .include_header(false)
        // Every text in quotes: only that keeps a quote within a text, and "" apart from null.
        .with_quote_style(QuoteStyle::NonNumeric)
        .finish(&mut frame)?;
    Ok(rows)
}

/// The well-formed lines of one day's file as CSV, after the day and the line's place in the file.
fn retail_rows(file: &Path, day: &str) -> anyhow::Result<Vec<u8>> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    for (row_number, record) in (1_u64..).zip(records(file)?) {
        let record = record?;
        // Quantity, InvoiceDate and UnitPrice must be what they claim to be.
        let well_formed = record.len() == 8
            && record[3].parse::<i64>().is_ok()
            && is_datetime(&record[4])
            && is_decimal(&record[5]);
        if well_formed {
            let row_number = row_number.to_string();
            rows.write_record([day, &row_number].into_iter().chain(&record))?;
        }
    }
    Ok(rows.into_inner()?)
}

/// The well-formed lines of the page views as CSV.
fn click_rows(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    for record in records(file)? {
        let record = record?;
        if record.len() == 3 && is_datetime(&record[1]) {
            rows.write_record(&record)?;
        }
    }
    Ok(rows.into_inner()?)
}

/// The records of a compressed CSV file after its header, ragged ones included.
fn records(file: &Path) -> anyhow::Result<impl Iterator<Item = csv::Result<StringRecord>>> {
    let text = MultiGzDecoder::new(File::open(file)?);
    Ok(csv::ReaderBuilder::new().flexible(true).from_reader(text).into_records())
}

fn is_datetime(text: &str) -> bool {
    DateTime::strptime("%Y-%m-%d %H:%M:%S", text).is_ok()
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The day in the name of a file like `2010-12-01.csv.gz`.
fn day_of(file: &Path) -> anyhow::Result<&str> {
    file.file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.split('.').next())
        .with_context(|| format!("the name of `{}` has no day", file.display()))
}

/// What a folder holds under names that end in `suffix`, sorted. Hidden files are not there yet.
fn entries(folder: &Path, suffix: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| could_not_read(folder))? {
        let entry = entry?;
        let name = entry.file_name().into_encoded_bytes();
        if name.ends_with(suffix.as_bytes()) && !name.starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn could_not_read(path: &Path) -> String {
    format!("could not read the raw data in `{}`", path.display())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn broken_lines_are_left_out_and_the_others_keep_their_place() -> anyhow::Result<()> {
        let text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,C\n\
                    536365,85123A,\"A \"\"Z\"\", B\",6,2010-12-01 08:26:00,2.55,17850.0,UK\r\n\
                    536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850.0\n\
                    536365,71053,LANTERN,six,2010-12-01 08:26:00,3.39,17850.0,UK\r\n\
                    536365,71053,LANTERN,6,yesterday,3.39,17850.0,UK\n\
                    536365,71053,LANTERN,6,2010-12-01 08:26:00,n/a,17850.0,UK\n\
                    C536379,D,,-1,2010-12-01 09:41:00,27.5,,UK\n";
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("2010-12-01.csv.gz");
        let mut packed = GzEncoder::new(File::create(&file)?, Compression::fast());
        packed.write_all(text.as_bytes())?;
        packed.finish()?;
        let rows = retail_rows(&file, day_of(&file)?)?;
        assert_eq!(
            String::from_utf8(rows)?,
            "2010-12-01,1,536365,85123A,\"A \"\"Z\"\", B\",6,2010-12-01 08:26:00,2.55,17850.0,UK\n\
             2010-12-01,6,C536379,D,,-1,2010-12-01 09:41:00,27.5,,UK\n"
        );
        Ok(())
    }

    #[test]
    fn a_decimal_has_digits_on_both_sides_of_its_point() {
        for good in ["2.55", "-11062.06", "0.001", "7"] {
            assert!(is_decimal(good), "{good}");
        }
        for bad in ["", "-", ".5", "5.", "n/a", "1e5", "1.2.3", "inf"] {
            assert!(!is_decimal(bad), "{bad}");
        }
    }
}
