//! What is staged together is what is staged alone.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use object_store::path::Path;
use polars::prelude::*;

use super::{Lake, noise};
use crate::lake::write::{ColumnProfile, Cut, Error, Staged, stage_split};
use crate::model::{Grain, TimeAxis};

fn daily(zone: &str) -> TimeAxis {
    TimeAxis::new(Grain::Days, zone, "2024-01-01", None, false).unwrap()
}

/// Days since 1970.
fn day(label: &str) -> i64 {
    daily("UTC").labelled(label).unwrap().start
}

fn path(member: i64) -> Path {
    Path::from(format!("visits/{member}/1-1.parquet"))
}

impl Lake {
    fn split(&self, plan: LazyFrame, cut: &Cut, members: &[i64]) -> Result<Vec<Staged>, Error> {
        let (place, cut) = (self.place.clone(), cut.clone());
        let paths: Vec<Path> = members.iter().map(|member| path(*member)).collect();
        let runtime = self.runtime.handle().clone();
        let stop = Arc::new(AtomicBool::new(false));
        let work = self
            .runtime
            .spawn_blocking(move || stage_split(plan, (&cut, &paths), &place, &runtime, &stop));
        self.runtime.block_on(work).expect("staging turns panics into errors")
    }

    fn read(&self, staged: &Staged) -> DataFrame {
        ParquetReader::new(std::io::Cursor::new(self.bytes(staged))).finish().unwrap()
    }
}

/// Rows of four days, a day's rows apart or together.
fn visits(rows: u64, is_sorted: bool) -> DataFrame {
    let first = day("2024-03-30");
    let day = |row: u64| match is_sorted {
        true => first + (row * 4 / rows) as i64,
        false => first + (row * 7 % 4) as i64,
    };
    let days: Vec<i32> = (0..rows).map(|row| day(row) as i32).collect();
    noise(rows)
        .lazy()
        .with_columns([lit(Series::new("day".into(), days)).cast(DataType::Date)])
        .collect()
        .unwrap()
}

/// What the columns hold; means are rounded, since sums of floats depend on batches.
fn profiles(staged: &Staged) -> Vec<ColumnProfile> {
    let rounded = |mean: f64| format!("{mean:.9e}").parse().unwrap();
    let round =
        |column: &ColumnProfile| ColumnProfile { mean: column.mean.map(rounded), ..column.clone() };
    staged.profile.iter().map(round).collect()
}

#[test]
fn each_member_is_what_it_would_be_alone() {
    let members: Vec<i64> = (0..5).map(|later| day("2024-03-30") + later).collect();
    let cut = Cut::new("day", &DataType::Date, &daily("Europe/Berlin"), &members).unwrap();
    for (lake, rows, is_sorted) in [
        (Lake::in_memory(), 1_000, false),
        (Lake::on_disk(), 1_000, true),
        (Lake::on_disk(), 700_000, false),
    ] {
        let frame = visits(rows, is_sorted);
        let together = lake.split(frame.clone().lazy(), &cut, &members).unwrap();
        assert_eq!(together.len(), 5);
        assert_eq!(together.iter().map(|staged| staged.rows).sum::<u64>(), rows);
        for (member, together) in members.iter().zip(&together) {
            let own = col("day").cast(DataType::Int32).eq(lit(*member as i32));
            let alone = frame.clone().lazy().filter(own);
            let rows = alone.clone().collect().unwrap();
            let alone = lake.stage(alone).unwrap();
            assert_eq!(together.path, path(*member).to_string());
            assert_eq!((together.rows, together.content), (alone.rows, alone.content));
            assert_eq!(together.schema, alone.schema);
            assert_eq!(profiles(together), profiles(&alone));
            assert_eq!(together.bytes, lake.bytes(together).len() as u64);
            assert_eq!(together.sha, blake3::hash(&lake.bytes(together)).to_hex().to_string());
            assert!(lake.read(together).equals(&rows), "the order of rows stays");
        }
        assert_eq!(together[4].rows, 0);
    }
}

#[test]
fn a_row_of_another_time_is_an_error_and_leaves_nothing() {
    let members = [day("2024-03-31"), day("2024-04-01")];
    let cut = Cut::new("day", &DataType::Date, &daily("UTC"), &members).unwrap();
    for (days, told) in [
        ([Some("2024-03-31"), Some("2024-04-02")], "2024-04-02"),
        ([Some("2024-03-30"), Some("2024-04-01")], "2024-03-30"),
        ([Some("2024-04-01"), None], "null"),
    ] {
        let lake = Lake::on_disk();
        let frame = df!("day" => days).unwrap().lazy();
        let frame = frame.select([col("day").cast(DataType::Date)]);
        let error = lake.split(frame.clone(), &cut, &members).unwrap_err();
        let expected =
            format!("a row belongs to none of the partitions that are made: its `day` is {told}");
        assert!(matches!(error, Error::Outside { .. }), "{error}");
        assert_eq!(error.to_string(), expected);
        assert_eq!(lake.objects(), 0);
        let alone = lake.stage(cut.guard(frame)).unwrap_err();
        assert!(alone.to_string().contains(&expected), "{alone}");
        assert_eq!(lake.objects(), 0);
    }
}

#[test]
fn a_plan_that_fails_leaves_nothing() {
    let members = [day("2024-03-30"), day("2024-03-31")];
    let cut = Cut::new("day", &DataType::Date, &daily("UTC"), &members).unwrap();
    let lake = Lake::on_disk();
    let bad = visits(10, true).lazy().with_columns([lit("x").strict_cast(DataType::Int64)]);
    assert!(matches!(lake.split(bad, &cut, &members).unwrap_err(), Error::Plan(_)));
    let other = df!("day" => ["2024-03-30"]).unwrap().lazy();
    assert!(matches!(lake.split(other, &cut, &members).unwrap_err(), Error::Uncut { .. }));
    let none = df!("id" => [1]).unwrap().lazy();
    let error = lake.split(none, &cut, &members).unwrap_err();
    assert_eq!(error.to_string(), "could not tell partitions apart: column `day` is missing");
    assert_eq!(lake.objects(), 0);
}

/// How many of these values belong to each of the members, or what is told of the one that does not.
fn dealt(cut: &Cut, values: Series) -> Result<Vec<(usize, usize)>, String> {
    let frame = DataFrame::new(values.len(), vec![values.into_column()]).unwrap();
    let mut dealt = cut.deal(&frame).map_err(|error| error.to_string())?;
    dealt.sort_by_key(|(member, _)| *member);
    Ok(dealt.into_iter().map(|(member, rows)| (member, rows.height())).collect())
}

#[test]
fn times_belong_to_days_of_the_zone_also_where_clocks_change() {
    let axis = daily("Europe/Berlin");
    let members = [day("2024-03-30"), day("2024-03-31"), day("2024-04-01")];
    let utc = Some(TimeZone::UTC);
    let cut =
        Cut::new("at", &DataType::Datetime(TimeUnit::Milliseconds, utc.clone()), &axis, &members);
    // From the start of the 30th, the last instant before the short 31st, its first, and its last.
    let instants = ["2024-03-29T23:00", "2024-03-30T22:59", "2024-03-30T23:00", "2024-03-31T21:59"];
    let at = |instants: &[&str]| {
        let millis: Vec<i64> = instants
            .iter()
            .map(|at| format!("{at}:00Z").parse::<jiff::Timestamp>().unwrap().as_millisecond())
            .collect();
        let kind = DataType::Datetime(TimeUnit::Milliseconds, utc.clone());
        Series::new("at".into(), millis).cast(&kind).unwrap()
    };
    let cut = cut.unwrap();
    assert_eq!(dealt(&cut, at(&instants)), Ok(vec![(0, 2), (1, 2)]));
    let after = dealt(&cut, at(&["2024-04-01T22:00"])).unwrap_err();
    assert!(after.ends_with("its `at` is 2024-04-01T22:00:00Z"), "{after}");
    assert!(dealt(&cut, at(&["2024-03-29T22:59"])).is_err());
}

#[test]
fn months_are_told_apart_by_dates_and_numbers() {
    let axis = TimeAxis::new(Grain::Months(1), "UTC", "2024-01", None, false).unwrap();
    let january = axis.labelled("2024-01").unwrap().start;
    let members = [january, january + 1];
    let cut = Cut::new("day", &DataType::Date, &axis, &members).unwrap();
    let days = ["2024-02-29", "2024-01-01", "2024-01-31"].map(|label| day(label) as i32);
    let days = Series::new("day".into(), days).cast(&DataType::Date).unwrap();
    assert_eq!(dealt(&cut, days), Ok(vec![(0, 2), (1, 1)]));
    let cut = Cut::new("month", &DataType::Int32, &axis, &members).unwrap();
    let months = Series::new("month".into(), [january as i32, january as i32 + 1]);
    assert_eq!(dealt(&cut, months), Ok(vec![(0, 1), (1, 1)]));
    let hours = TimeAxis::new(Grain::Minutes(60), "UTC", "2024-01-01", None, false).unwrap();
    assert!(Cut::new("day", &DataType::Date, &hours, &[0]).is_none());
    assert!(Cut::new("day", &DataType::String, &axis, &members).is_none());
}
