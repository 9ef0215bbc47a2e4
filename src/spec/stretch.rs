//! A window made longer by civil spans, such that later windows never need earlier time.

use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

use crate::model::civil::first_instant;
use crate::model::{TimeAxis, Window};

/// Which end of a window is moved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// The output's window, made longer by civil spans in its zone.
///
/// Windows cut by date move by date: a week before a day is the same weekday, whole, even when
/// clocks change at midnight. Others move by civil time, and where that would put a later window
/// before an earlier one, they reach a little further.
pub(super) fn stretch(output: &TimeAxis, ordinal: i64, back: &Span, ahead: &Span) -> Window {
    let window = output.window(ordinal);
    let after = ordinal.saturating_add(1);
    Window {
        start: moved(output, ordinal, window.start, &back.negate(), End::First),
        end: moved(output, after, window.end, ahead, End::Last),
    }
}

/// The start of window `ordinal`, which is `instant`, moved by `span`.
fn moved(axis: &TimeAxis, ordinal: i64, instant: Timestamp, span: &Span, end: End) -> Timestamp {
    let (dates, clock) = split(span);
    let by_date = if dates.is_zero() {
        Some(instant)
    } else {
        let civil = match axis.first_day(ordinal) {
            Some(day) => DateTime::from(day).checked_add(dates).ok(),
            None => by_clock(axis, instant, dates, end),
        };
        civil.map(|civil| first_instant(civil, axis.zone()))
    };
    by_date.and_then(|start| start.checked_add(clock).ok()).unwrap_or(instant)
}

/// The parts of a span that count dates, and those that count elapsed time.
fn split(span: &Span) -> (Span, SignedDuration) {
    let dates = Span::new()
        .years(span.get_years())
        .months(span.get_months())
        .weeks(span.get_weeks())
        .days(span.get_days());
    let clock = SignedDuration::from_hours(i64::from(span.get_hours()))
        + SignedDuration::from_mins(span.get_minutes())
        + SignedDuration::from_secs(span.get_seconds())
        + SignedDuration::from_millis(span.get_milliseconds())
        + SignedDuration::from_micros(span.get_microseconds())
        + SignedDuration::from_nanos(span.get_nanoseconds());
    (dates, clock)
}

/// The civil time `dates` away from `instant`.
///
/// Civil time runs back in two places: when clocks are set back, and from the 28th to the 31st when
/// those move to a shorter month. There the first end moves back to where that began, the last end
/// on to where it is over.
fn by_clock(axis: &TimeAxis, instant: Timestamp, dates: Span, end: End) -> Option<DateTime> {
    let zone = axis.zone();
    let mut from = zone.to_datetime(instant);
    if let AmbiguousOffset::Fold { before, after } = zone.to_ambiguous_timestamp(from).offset() {
        let earlier = before.to_timestamp(from).ok()?;
        let change = zone.following(earlier).next()?.timestamp();
        match end {
            End::First if instant < change => from = after.to_datetime(change),
            End::Last if change <= instant => from = before.to_datetime(change),
            End::First | End::Last => (),
        }
    }
    let to = from.checked_add(dates).ok()?;
    let day_beside = match end {
        End::First => from.date().tomorrow().ok()?,
        End::Last => from.date().yesterday().ok()?,
    };
    if day_beside.checked_add(dates).ok()? != to.date() {
        return Some(to);
    }
    match end {
        End::First => Some(to.date().into()),
        End::Last => to.date().checked_add(1.day()).ok().map(Into::into),
    }
}
