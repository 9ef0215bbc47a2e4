//! Raw files for tests: a feed that stands still, and files that come late or change.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn as _, NamedFrom as _, ParquetReader, ParquetWriter,
    SerReader as _, Series, TimeUnit,
};

const RETAIL_HEADER: &str =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

/// A product event, as far as tests care.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) at: DateTime,
    pub(crate) received: DateTime,
    pub(crate) user: &'static str,
    pub(crate) kind: &'static str,
}

/// The day it is now, in UTC.
pub(crate) fn today() -> Date {
    tidemill::clock::now().to_zoned(TimeZone::UTC).date()
}

/// A first day for the feed: a Monday in the second week of a month, so many months ago.
pub(crate) fn start(months_ago: i64) -> Date {
    let eighth =
        today().first_of_month().saturating_sub(months_ago.months()).saturating_add(7.days());
    let since_monday = eighth.weekday().since(Weekday::Monday);
    eighth.saturating_add(i64::from((7 - since_monday) % 7).days())
}

/// Makes the feed begin on this day.
pub(crate) fn begin(landing: &Path, start: Date) {
    fs::create_dir_all(landing).unwrap();
    let feed = serde_json::json!({ "seed": 7, "start": start.to_string() });
    fs::write(landing.join("feed.json"), feed.to_string()).unwrap();
}

/// Keeps the feed from growing while a test looks at it: the feed never replaces a file, so a file
/// without rows for today and tomorrow is all that will come.
pub(crate) fn freeze(landing: &Path) {
    for day in [today(), today().saturating_add(1.days())] {
        let name = day.strftime("part-%d.parquet").to_string();
        events(&month_folder(landing, day).join(name), &[]);
    }
}

/// The folder of what arrives in the month of a day.
pub(crate) fn month_folder(landing: &Path, day: Date) -> std::path::PathBuf {
    let month = day.strftime("received_month=%Y-%m").to_string();
    landing.join("devstream/by_arrival_month").join(month)
}

/// Lands a file of events.
pub(crate) fn events(path: &Path, events: &[Event]) {
    let texts = |name: &str, text: fn(&Event) -> String| {
        Column::new(name.into(), events.iter().map(text).collect::<Vec<_>>())
    };
    let times = |name: &str, time: fn(&Event) -> DateTime| {
        let micros = |event| time(event).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let values: Vec<i64> = events.iter().map(|event| micros(event).as_microsecond()).collect();
        let kind = DataType::Datetime(TimeUnit::Microseconds, None);
        Series::new(name.into(), values).cast(&kind).unwrap().into_column()
    };
    let nulls = |name: &str, kind: &DataType| {
        Series::full_null(name.into(), events.len(), kind).into_column()
    };
    let columns = vec![
        texts("event_id", |event| format!("late-{}-{}", event.user, event.at)),
        times("event_time", |event| event.at),
        times("received_at", |event| event.received),
        Column::new("tz_offset_min".into(), vec![60_i16; events.len()]),
        texts("user_id", |event| event.user.to_owned()),
        texts("actor_id", |event| event.user.to_owned()),
        texts("event_type", |event| event.kind.to_owned()),
        texts("product", |_| "rails".to_owned()),
        nulls("section", &DataType::String),
        texts("page", |_| "late.md".to_owned()),
        nulls("pr", &DataType::Int32),
        texts("batch_id", |_| "late".to_owned()),
    ];
    let mut frame = DataFrame::new(events.len(), columns).unwrap();
    land(path, |file| {
        ParquetWriter::new(file).finish(&mut frame).unwrap();
    });
}

/// Lands the order lines of a day, in place of those that were there.
pub(crate) fn orders(landing: &Path, day: Date, lines: &[String]) {
    let text = format!("{RETAIL_HEADER}\n{}\n", lines.join("\n"));
    land(&landing.join("retail").join(format!("{day}.csv.gz")), |file| {
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
    });
}

/// Puts a file in place, whole.
fn land(path: &Path, write: impl FnOnce(&mut File)) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let draft = path.with_extension("draft");
    write(&mut File::create(&draft).unwrap());
    fs::rename(draft, path).unwrap();
}

/// The days with a file of order lines.
pub(crate) fn retail_days(data: &Path) -> BTreeSet<Date> {
    let names = fs::read_dir(data.join("retail")).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.to_str()?.strip_suffix(".csv.gz")?.parse().ok()).collect()
}

/// Who did something when, of all events that landed, duplicates included.
pub(crate) fn user_events(landing: &Path) -> Vec<(String, DateTime)> {
    let mut all = Vec::new();
    for month in fs::read_dir(landing.join("devstream/by_arrival_month")).unwrap() {
        for file in fs::read_dir(month.unwrap().path()).unwrap() {
            let file = File::open(file.unwrap().path()).unwrap();
            let frame = ParquetReader::new(file).finish().unwrap();
            let users = frame.column("user_id").unwrap().str().unwrap().clone();
            let times = frame.column("event_time").unwrap().cast(&DataType::Int64).unwrap();
            for (user, time) in users.iter().zip(times.i64().unwrap().iter()) {
                let (Some(user), Some(time)) = (user, time) else { continue };
                let at = jiff::Timestamp::from_microsecond(time).unwrap();
                all.push((user.to_owned(), at.to_zoned(TimeZone::UTC).datetime()));
            }
        }
    }
    all
}
