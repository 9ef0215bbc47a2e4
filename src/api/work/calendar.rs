//! `GET /calendar`: what schedules did and will do, by the days or the hours of a zone.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::problem::{Answer, Problem};
use super::super::query::Asked;
use crate::engine::Mill;
use crate::plan::schedule::{Timetable, day_bounds, hour_bounds, hour_label, ticks_between};
use crate::store::{self, SkippedTicks};

/// How many days at most, and by hour.
const DAYS: i64 = 45;
const DAYS_BY_HOUR: i64 = 8;
/// How many ticks that were skipped together are looked at.
const SKIPPED: i64 = 10_000;

/// Which days, of which zone.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CalendarFilter {
    /// The first day, such as `2024-03-01`.
    #[param(value_type = String, format = Date)]
    from: String,
    /// The day after the last.
    #[param(value_type = String, format = Date)]
    to: String,
    /// An IANA time zone, such as `Europe/Berlin`; `UTC` when nothing is said.
    zone: Option<String>,
    /// Each day, or each hour that clocks of the zone show, of 8 days at most; `day` when nothing is
    /// said.
    #[param(inline)]
    by: Option<By>,
}

/// What a stretch of the calendar is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CalendarBy)]
pub(super) enum By {
    /// A day.
    #[default]
    Day,
    /// An hour.
    Hour,
}

/// A day of the calendar, or an hour. What is planned is still to come; the other counts are of what
/// was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CalendarDay {
    /// The day, such as `2024-03-31`; of an hour, when it begins, such as `2024-03-31T03:00+02:00`.
    /// An hour that clocks show twice is there twice, with another offset, and one that they leave
    /// out is not there.
    day: String,
    #[serde(flatten)]
    all: Counts,
    /// The same of each dataset with a tick then.
    datasets: Vec<CalendarDataset>,
}

/// What a schedule does on a day, or in an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct CalendarDataset {
    /// The dataset.
    dataset: String,
    #[serde(flatten)]
    counts: Counts,
}

/// Ticks by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CalendarCounts)]
pub(super) struct Counts {
    /// That are still to come, as far as nobody has paused the schedule.
    planned: u64,
    /// Whose partitions are there.
    done: u64,
    /// Of which a partition failed.
    failed: u64,
    /// That were not made.
    skipped: u64,
    /// That wait or are being made.
    open: u64,
}

/// By day or hour, and by the place of the dataset in the catalog.
type Days = Vec<BTreeMap<usize, Counts>>;

/// What schedules did and will do, by the days or the hours of a zone.
#[utoipa::path(
    get,
    path = "/calendar",
    tag = "schedules",
    params(CalendarFilter),
    responses(
        (status = OK, body = Vec<CalendarDay>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn calendar(
    may: May<act::ReadSchedules>,
    Asked(filter): Asked<CalendarFilter>,
) -> Answer<Json<Vec<CalendarDay>>> {
    let (first, end) = (day(&filter.from)?, day(&filter.to)?);
    let name = filter.zone.as_deref().unwrap_or("UTC");
    let zone = TimeZone::get(name).map_err(|_| {
        Problem::invalid(format!("`{name}` is not an IANA time zone"))
            .hint("such as `Europe/Berlin` or `UTC`")
    })?;
    let (bounds, labels) = stretches(first, end, &zone, filter.by.unwrap_or_default())?;
    let mill = may.mill();
    let datasets: Vec<usize> = (0..mill.catalog.datasets().len())
        .filter(|dataset| may.sees(*dataset))
        .filter(|dataset| {
            mill.catalog.dataset(*dataset).job().is_some_and(|job| job.schedule.is_some())
        })
        .collect();
    let numbers: Vec<i32> =
        datasets.iter().map(|dataset| mill.registry.datasets[*dataset]).collect();
    let mut db = may.db().await?;
    let rows = store::schedules(&mut db, &numbers, None).await?;
    let counted = store::tick_days(&mut db, &numbers, &bounds).await?;
    let whole = (bounds[0], bounds[bounds.len() - 1]);
    let skipped = store::skipped_ticks(&mut db, &numbers, whole, SKIPPED).await?;
    drop(db);
    let mut days: Days = vec![BTreeMap::new(); bounds.len() - 1];
    for row in counted {
        let held = usize::try_from(row.day).ok().and_then(|day| days.get_mut(day));
        let (Some(held), Some(&dataset)) = (held, mill.registry.index.get(&row.dataset_id)) else {
            continue;
        };
        let counts = held.entry(dataset).or_default();
        let ticks = row.ticks.unsigned_abs();
        match row.state.as_str() {
            "done" => counts.done += ticks,
            "failed" => counts.failed += ticks,
            "skipped" => counts.skipped += ticks,
            _ => counts.open += ticks,
        }
    }
    let now = crate::clock::now();
    // From where each schedule is not recorded yet; none of those that are paused.
    let ahead = datasets.into_iter().filter_map(|dataset| {
        let number = mill.registry.datasets[dataset];
        match rows.iter().find(|row| row.dataset_id == number) {
            Some(row) if row.is_paused() => None,
            Some(row) => Some((dataset, row.cursor_at.to_jiff().max(now))),
            None => Some((dataset, now)),
        }
    });
    let ahead: Vec<(usize, Timestamp)> = ahead.collect();
    let shared = Arc::clone(mill);
    let shape = (bounds, skipped, ahead);
    let days = tokio::task::spawn_blocking(move || fill(&shared, days, shape))
        .await
        .map_err(|error| Problem::internal(&error))?;
    let told = labels.into_iter().zip(days).map(|(day, counts)| {
        let told = counts.into_iter().filter(|(_, counts)| *counts != Counts::default());
        let datasets = told.map(|(dataset, counts)| CalendarDataset {
            dataset: mill.catalog.dataset(dataset).name.to_string(),
            counts,
        });
        let datasets: Vec<CalendarDataset> = datasets.collect();
        let all = datasets.iter().fold(Counts::default(), |sum, one| sum.with(one.counts));
        CalendarDay { day, all, datasets }
    });
    Ok(Json(told.collect()))
}

/// When each stretch begins, and when the last is over; and what each is called.
fn stretches(
    first: Date,
    end: Date,
    zone: &TimeZone,
    by: By,
) -> Answer<(Vec<Timestamp>, Vec<String>)> {
    let (most, unit) = match by {
        By::Day => (DAYS, "days"),
        By::Hour => (DAYS_BY_HOUR, "days by hour"),
    };
    let length = end.duration_since(first).as_hours() / 24;
    if length < 1 || most < length {
        return Err(Problem::invalid(format!("`from` to `to` is not 1 to {most} {unit}")));
    }
    let days = day_bounds(first, end, zone);
    if days.len() < 2 {
        return Err(Problem::invalid(format!("no clock shows {first} or the day after it")));
    }
    Ok(match by {
        By::Day => {
            let dates = first.series(jiff::ToSpan::day(1)).take(days.len() - 1);
            (days, dates.map(|day| day.to_string()).collect())
        }
        By::Hour => {
            let bounds = hour_bounds(&days, zone);
            let starts = &bounds[..bounds.len() - 1];
            let labels = starts.iter().map(|at| hour_label(*at, zone)).collect();
            (bounds, labels)
        }
    })
}

fn day(text: &str) -> Answer<Date> {
    text.parse().map_err(|_| {
        Problem::invalid(format!("`{text}` is no day")).hint("write it as `2024-03-31`")
    })
}

impl Counts {
    const fn with(self, other: Self) -> Self {
        Self {
            planned: self.planned + other.planned,
            done: self.done + other.done,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
            open: self.open + other.open,
        }
    }
}

/// Adds what timetables say: where ticks that were skipped together fell, and those still to come.
/// That takes a while where schedules tick each minute.
fn fill(
    mill: &Mill,
    mut days: Days,
    (bounds, skipped, ahead): (Vec<Timestamp>, Vec<SkippedTicks>, Vec<(usize, Timestamp)>),
) -> Days {
    for row in skipped {
        let Some(&dataset) = mill.registry.index.get(&row.dataset_id) else { continue };
        let Some(timetable) = Timetable::of(mill.catalog.dataset(dataset)) else { continue };
        let (first, last) = (row.first_at.to_jiff(), row.tick_at.to_jiff());
        let after = first.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(first);
        let fell = ticks_between(&timetable, after, Some(last), &bounds);
        for (day, ticks) in fell.iter().enumerate().filter(|(_, ticks)| 0 < **ticks) {
            days[day].entry(dataset).or_default().skipped += ticks;
        }
    }
    // Many jobs tick alike.
    let mut known: BTreeMap<(String, String, String, Timestamp), Vec<u64>> = BTreeMap::new();
    for (dataset, after) in ahead {
        let spec = mill.catalog.dataset(dataset);
        let Some(timetable) = Timetable::of(spec) else { continue };
        let schedule = timetable.schedule();
        let cut = match spec.scheme.time() {
            Some(axis) => format!("{} {:?}", spec.scheme, axis.calendar()),
            None => String::new(),
        };
        let zone = schedule.zone_for(&spec.scheme).to_owned();
        let key = (schedule.to_string(), zone, cut, after);
        let planned =
            known.entry(key).or_insert_with(|| ticks_between(&timetable, after, None, &bounds));
        for (day, ticks) in planned.iter().enumerate().filter(|(_, ticks)| 0 < **ticks) {
            days[day].entry(dataset).or_default().planned += ticks;
        }
    }
    days
}
