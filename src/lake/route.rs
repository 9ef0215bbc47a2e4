//! Which windows the rows of a partition belong to, by a time column.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use polars::prelude::{
    DataFrame, DataType, Engine, Expr, LazyFrame, PlanCallback, PolarsError, PolarsResult, col, len,
};

use super::write::row_hashes;
use crate::model::{TimeAxis, Window};
use crate::spec::Type;

/// The rows of a partition that belong to one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The window.
    pub ordinal: i64,
    /// How many rows.
    pub rows: u64,
    /// A hash of these rows, whatever their order.
    pub content: u128,
}

/// By window: how many rows, and two sums of their hashes.
type Tally = BTreeMap<i64, (u64, u64, u64)>;

/// Tells which windows of `axis` the rows of `frame` belong to by `column`, in one pass. Rows
/// without a time belong to none.
///
/// # Errors
///
/// When the query fails.
pub fn shares(frame: LazyFrame, column: &str, axis: &TimeAxis) -> PolarsResult<Vec<Share>> {
    let tally: Arc<Mutex<Tally>> = Arc::default();
    let (counted, name, axis) = (Arc::clone(&tally), column.to_owned(), axis.clone());
    let take = PlanCallback::new(move |batch: DataFrame| {
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut counted, &batch, &name, &axis)?;
        Ok(false)
    });
    frame.sink_batches(take, false, None)?.collect_with_engine(Engine::Streaming)?;
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    let share = |(ordinal, (rows, first, second)): (&i64, &(u64, u64, u64))| {
        let mut hasher = blake3::Hasher::new();
        for number in [*rows, *first, *second] {
            hasher.update(&number.to_le_bytes());
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Share { ordinal: *ordinal, rows: *rows, content: u128::from_le_bytes(half) }
    };
    Ok(tally.iter().map(share).collect())
}

/// How many rows a frame has.
///
/// # Errors
///
/// When the query fails.
pub fn count(frame: LazyFrame) -> PolarsResult<u64> {
    let counted = frame.select([len().cast(DataType::UInt64)]);
    let counted = counted.collect_with_engine(Engine::Streaming)?.unwrap_single();
    Ok(counted.columns()[0].u64()?.get(0).unwrap_or_default())
}

fn add(tally: &mut Tally, batch: &DataFrame, column: &str, axis: &TimeAxis) -> PolarsResult<()> {
    let hashes = row_hashes(batch)?;
    let times = batch.column(column)?;
    let is_date = *times.dtype() == DataType::Date;
    let micros = match times.dtype() {
        DataType::Date => times.cast(&DataType::Int32)?.cast(&DataType::Int64)?,
        DataType::Datetime(_, zone) => {
            let unit = polars::prelude::TimeUnit::Microseconds;
            times.cast(&DataType::Datetime(unit, zone.clone()))?.cast(&DataType::Int64)?
        }
        other => return Err(PolarsError::ComputeError(format!("no time: {other}").into())),
    };
    let mut current: Option<(Window, i64)> = None;
    for (time, hash) in micros.i64()?.iter().zip(hashes) {
        let Some(time) = time else { continue };
        let instant = if is_date { first_instant(time, axis) } else { instant(time) };
        let ordinal = match current {
            Some((window, ordinal)) if window.contains(instant) => ordinal,
            _ => {
                let ordinal = axis.ordinal_at(instant);
                current = Some((axis.window(ordinal), ordinal));
                ordinal
            }
        };
        let (rows, first, second) = tally.entry(ordinal).or_default();
        *rows += 1;
        *first = first.wrapping_add(hash);
        *second = second.wrapping_add(hash.rotate_left(29).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    }
    Ok(())
}

fn instant(micros: i64) -> Timestamp {
    let (least, most) = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    Timestamp::from_microsecond(micros.clamp(least, most)).expect("clamped to the range of time")
}

/// The first instant of a day, counted from 1970, in the zone of the axis.
fn first_instant(days: i64, axis: &TimeAxis) -> Timestamp {
    let noon = instant(days.saturating_mul(86_400_000_000));
    let civil = noon.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    axis.zone().to_timestamp(civil).unwrap_or(noon)
}

/// Keeps the rows whose time in `column` lies in the window of an ordinal: what a routed read
/// hands to the job.
pub fn keep(
    frame: LazyFrame,
    column: &str,
    kind: &Type,
    axis: &TimeAxis,
    window: Window,
) -> LazyFrame {
    let literal = |instant: Timestamp| -> Expr {
        use polars::prelude::{TimeUnit, TimeZone, lit};
        match kind {
            Type::Date => {
                let day = instant.to_zoned(axis.zone().clone()).date();
                let since = day.duration_since(jiff::civil::date(1970, 1, 1)).as_secs() / 86_400;
                lit(since as i32).cast(DataType::Date)
            }
            Type::Instant => lit(instant.as_microsecond())
                .cast(DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))),
            _ => {
                lit(instant.as_microsecond()).cast(DataType::Datetime(TimeUnit::Microseconds, None))
            }
        }
    };
    let inside = col(column).gt_eq(literal(window.start)).and(col(column).lt(literal(window.end)));
    frame.filter(inside)
}
