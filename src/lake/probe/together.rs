//! Whether two neighbouring partitions come out of one query as they come out of two, on rows that
//! are made up.

use polars::prelude::{
    Column, DataFrame, DataType, Engine, IntoColumn, IntoLazy, LazyFrame, NamedFrom, PlSmallStr,
    PolarsResult, Schema, SchemaRef, Series, TimeUnit,
};

use super::guard;
use crate::lake::write::{Cut, content_of};
use crate::model::{TimeAxis, Window};

/// What a job reads, for rows to be made up.
pub struct Reading {
    /// The columns of the input.
    pub schema: SchemaRef,
    /// Whether a partition also reads what its neighbour reads.
    pub is_shared: bool,
}

/// A job as a function from the first and the last window and its inputs to its output.
type Build<'a> = dyn Fn(i64, i64, Vec<LazyFrame>) -> Result<LazyFrame, String> + 'a;

/// Makes two neighbours alone and together, and says what differs.
///
/// None when nothing does, and also when nothing can be told: made-up rows may be none that the job
/// can work on.
#[must_use]
pub fn differs_together(
    build: &Build<'_>,
    inputs: &[Reading],
    axis: &TimeAxis,
    column: &str,
    first: i64,
) -> Option<String> {
    let ordinals = [first, first + 1];
    let run = |from: i64, to: i64, own: std::ops::Range<usize>| -> Option<DataFrame> {
        let frames = inputs.iter().map(|input| {
            let own = if input.is_shared { 0..2 } else { own.clone() };
            rows(&input.schema, axis, &ordinals, own).map(IntoLazy::lazy)
        });
        let frames = frames.collect::<PolarsResult<Vec<_>>>().ok()?;
        let made = guard::catch(|| {
            let plan = build(from, to, frames).ok()?;
            Some(plan.collect_with_engine(Engine::InMemory).ok()?.unwrap_single())
        });
        made.ok().flatten()
    };
    let alone = [run(first, first, 0..1)?, run(first + 1, first + 1, 1..2)?];
    let cut = |frame: &DataFrame, members: &[i64]| {
        Cut::new(column, frame.schema().get(column)?, axis, members)
    };
    // Rows that are nobody's own alone say nothing about neighbours.
    for (frame, ordinal) in alone.iter().zip(&ordinals) {
        cut(frame, std::slice::from_ref(ordinal))?.deal(frame).ok()?;
    }
    let together = run(first, first + 1, 0..2)?;
    let mut dealt = match cut(&together, &ordinals)?.deal(&together) {
        Ok(dealt) => dealt.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        Err(error) => return Some(error.to_string()),
    };
    alone.iter().enumerate().find_map(|(member, alone)| {
        let together = dealt.remove(&member).unwrap_or_else(|| alone.clear());
        if content_of(alone).ok()? == content_of(&together).ok()? {
            return None;
        }
        let label = axis.label(ordinals[member]);
        let (alone, together) = (alone.height(), together.height());
        let what = match alone == together {
            true => "other rows".to_owned(),
            false => format!("{together} rows instead of {alone}"),
        };
        Some(format!("{label} has {what}"))
    })
}

/// Two rows for each of these windows. Values come again in the next window, as users do.
fn rows(
    schema: &Schema,
    axis: &TimeAxis,
    ordinals: &[i64; 2],
    own: std::ops::Range<usize>,
) -> PolarsResult<DataFrame> {
    let mut cells: Vec<(i64, i64, i64)> = Vec::new();
    for member in own {
        let Window { start, end } = axis.window(ordinals[member]);
        let (start, end) = (start.as_microsecond(), end.as_microsecond());
        for number in 0..2 {
            let micros = start + (end - start) / 3 * (number + 1);
            let day = start_day(axis, ordinals[member], micros);
            cells.push((number + member as i64, micros, day));
        }
    }
    let columns = schema.iter().map(|(name, kind)| column(name, kind, &cells));
    DataFrame::new(cells.len(), columns.collect::<PolarsResult<Vec<_>>>()?)
}

/// The civil day of an instant in the zone of the axis, or the first day of a window of days.
fn start_day(axis: &TimeAxis, ordinal: i64, micros: i64) -> i64 {
    let day = axis.first_day(ordinal).or_else(|| {
        let instant = jiff::Timestamp::from_microsecond(micros).ok()?;
        Some(instant.to_zoned(axis.zone().clone()).date())
    });
    let since = |day: jiff::civil::Date| day.duration_since(jiff::civil::date(1970, 1, 1));
    day.map_or(0, |day| since(day).as_secs().div_euclid(86_400))
}

fn column(name: &PlSmallStr, kind: &DataType, cells: &[(i64, i64, i64)]) -> PolarsResult<Column> {
    let name = name.clone();
    let numbers: Vec<i64> = cells.iter().map(|(number, ..)| *number).collect();
    let made = match kind {
        DataType::Date => {
            let days: Vec<i32> = cells.iter().map(|(.., day)| *day as i32).collect();
            Series::new(name, days).cast(kind)?
        }
        DataType::Datetime(_, zone) => {
            let micros: Vec<i64> = cells.iter().map(|(_, micros, _)| *micros).collect();
            let exact = DataType::Datetime(TimeUnit::Microseconds, zone.clone());
            Series::new(name, micros).cast(&exact)?.cast(kind)?
        }
        DataType::String => {
            let texts: Vec<String> = numbers.iter().map(|number| format!("v{number}")).collect();
            Series::new(name, texts)
        }
        DataType::Boolean => {
            Series::new(name, numbers.iter().map(|number| number % 2 == 0).collect::<Vec<_>>())
        }
        kind if kind.is_numeric() || kind.is_duration() => Series::new(name, numbers).cast(kind)?,
        kind => Series::full_null(name, cells.len(), kind),
    };
    Ok(made.into_column())
}
