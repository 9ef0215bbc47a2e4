//! Text that names a stretch of civil time: `2024`, `2024-Q1`, `2024-03`, `2024-W13`, `2024-03-31`,
//! `2024-03-31T02`, `2024-03-31T02:30`, each hour or minute also with an offset.

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::{Timestamp, ToSpan};

/// A stretch of time that a person named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// From one civil time up to another, in a zone still to be said.
    Civil(DateTime, DateTime),
    /// The window that holds an exact instant.
    Instant(Timestamp),
}

/// Why a text does not name a stretch of time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLabel {
    /// It has none of the forms that are read.
    #[error(
        "`{0}` names no time; write a year `2024`, quarter `2024-Q1`, month `2024-03`, week \
         `2024-W13`, day `2024-03-31`, or time `2024-03-31T02:30+01:00`"
    )]
    NoTime(String),
    /// It is a range of which the end comes first.
    #[error("`{0}` ends before it starts; write the earlier end first")]
    Reversed(String),
}

impl Period {
    /// Reads a label.
    ///
    /// # Errors
    ///
    /// When the text has none of the forms above, or names a day that is in no calendar.
    pub fn parse(text: &str) -> Result<Self, InvalidLabel> {
        Self::read(text.trim()).ok_or_else(|| InvalidLabel::NoTime(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        if let Some((day, time)) = text.split_once('T') {
            return Self::read_time(text, day, time);
        }
        if let Some((year, week)) = text.split_once("-W") {
            let week: i8 = week.parse().ok()?;
            let monday = ISOWeekDate::new(year.parse().ok()?, week, Weekday::Monday).ok()?.date();
            return Some(Self::dates(monday, monday.checked_add(7.days()).ok()?));
        }
        if let Some((year, quarter)) = text.split_once("-Q") {
            let quarter: i8 = quarter.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
            let first = Date::new(year.parse().ok()?, quarter * 3 - 2, 1).ok()?;
            return Some(Self::dates(first, first.checked_add(3.months()).ok()?));
        }
        match text.split('-').collect::<Vec<_>>()[..] {
            [year] if year.len() == 4 => {
                let first = Date::new(year.parse().ok()?, 1, 1).ok()?;
                Some(Self::dates(first, first.checked_add(1.year()).ok()?))
            }
            [year, month] if year.len() == 4 && month.len() == 2 => {
                let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
                Some(Self::dates(first, first.checked_add(1.month()).ok()?))
            }
            [_, _, _] if text.len() == 10 => {
                let day: Date = text.parse().ok()?;
                Some(Self::dates(day, day.checked_add(1.day()).ok()?))
            }
            _ => None,
        }
    }

    fn read_time(text: &str, day: &str, time: &str) -> Option<Self> {
        let has_offset = time.ends_with('Z') || time.contains(['+', '-']);
        if has_offset {
            let at = time.find(['Z', '+', '-'])?;
            let clock = &time[..at];
            let seconds = match clock.len() {
                2 => ":00:00",
                5 => ":00",
                _ => "",
            };
            let full = format!("{day}T{clock}{seconds}{}", &time[at..]);
            return full.parse().ok().map(Self::Instant);
        }
        let day: Date = day.parse().ok()?;
        let (hour, minute, span) = match time.split(':').collect::<Vec<_>>()[..] {
            [hour] => (hour.parse().ok()?, 0, 1.hour()),
            [hour, minute] => (hour.parse().ok()?, minute.parse().ok()?, 1.minute()),
            _ => {
                let start: DateTime = text.parse().ok()?;
                return Some(Self::Civil(start, start.checked_add(1.second()).ok()?));
            }
        };
        let start = DateTime::new(day.year(), day.month(), day.day(), hour, minute, 0, 0).ok()?;
        Some(Self::Civil(start, start.checked_add(span).ok()?))
    }

    fn dates(start: Date, end: Date) -> Self {
        Self::Civil(start.into(), end.into())
    }
}
