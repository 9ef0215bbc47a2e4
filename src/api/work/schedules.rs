//! `GET /schedules`, and pausing one.

use std::collections::BTreeMap;

use axum::Json;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{Action, Entry, May, act};
use super::super::instant::Instant;
use super::super::paging::Page;
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Nothing, Paged};
use super::ticks::Tick;
use crate::engine;
use crate::plan::schedule::Timetable;
use crate::store::{self, ScheduleRow, TickRow};

/// How many ticks ahead are told.
const AHEAD: usize = 5;

/// The schedule of a job.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Schedule {
    /// The dataset it makes.
    dataset: String,
    /// When it ticks: a cron expression, or `at close`.
    timetable: String,
    /// The same in words.
    in_words: String,
    /// The zone it is read in.
    zone: String,
    /// What becomes of ticks that were missed: `all`, `latest` or `none` are made up for.
    catch_up: String,
    /// When it ticks next.
    next_at: Option<Instant>,
    /// When it ticks next, the first few times.
    next: Vec<Instant>,
    /// Its latest tick.
    last: Option<Tick>,
    /// Since when it is paused.
    paused_at: Option<Instant>,
    /// Who paused it.
    paused_by: Option<String>,
    /// How many of its ticks wait or are being made.
    open: i64,
    /// How many failed and wait for somebody.
    failed: i64,
}

/// What the database knows of schedules.
struct Known {
    rows: BTreeMap<i32, ScheduleRow>,
    latest: BTreeMap<i32, TickRow>,
    failed: BTreeMap<i32, i64>,
}

impl Known {
    async fn load<A: Action>(may: &May<A>, datasets: &[i32]) -> Answer<Self> {
        let mut db = may.db().await?;
        let rows = store::schedules(&mut db, datasets, None).await?;
        Ok(Self {
            rows: rows.into_iter().map(|row| (row.dataset_id, row)).collect(),
            latest: store::latest_ticks(&mut db, datasets).await?,
            failed: store::failed_ticks(&mut db, datasets).await?,
        })
    }
}

impl Schedule {
    /// The schedules of datasets, by their places in the catalog; those without one are left out.
    pub(in super::super) async fn of<A: Action>(
        may: &May<A>,
        datasets: &[usize],
        now: Timestamp,
    ) -> Answer<Vec<Self>> {
        let numbers: Vec<i32> =
            datasets.iter().map(|dataset| may.mill().registry.datasets[*dataset]).collect();
        let mut known = Known::load(may, &numbers).await?;
        let all = datasets.iter().filter_map(|dataset| Self::one(may, *dataset, &mut known, now));
        Ok(all.collect())
    }

    fn one<A: Action>(
        may: &May<A>,
        dataset: usize,
        known: &mut Known,
        now: Timestamp,
    ) -> Option<Self> {
        let spec = may.mill().catalog.dataset(dataset);
        let number = may.mill().registry.datasets[dataset];
        let timetable = Timetable::of(spec)?;
        let schedule = timetable.schedule();
        let row = known.rows.get(&number);
        let paused = row.filter(|row| row.is_paused());
        // What is recorded counts; what was declared where no scheduler has looked yet.
        let from = row.map_or(now, |row| row.cursor_at.to_jiff().max(now));
        let due = row.and_then(|row| row.next_due).map(jiff_sqlx::Timestamp::to_jiff);
        let overdue = due.filter(|due| *due <= from);
        let firings = timetable.after(from).map(|firing| firing.at);
        let next: Vec<Instant> = match paused {
            Some(_) => Vec::new(),
            None => overdue.into_iter().chain(firings).take(AHEAD).map(Instant).collect(),
        };
        let last = known.latest.remove(&number);
        Some(Self {
            dataset: spec.name.to_string(),
            timetable: schedule.to_string(),
            in_words: timetable.in_words(),
            zone: schedule.zone_for(&spec.scheme).to_owned(),
            catch_up: schedule.catch_up.as_str().to_owned(),
            next_at: next.first().copied(),
            next,
            last: last.map(|tick| Tick::of(may, spec.name.as_str(), tick)),
            paused_at: paused.and_then(|row| row.paused_at).map(Instant::from),
            paused_by: paused.and_then(|row| row.paused_by.clone()),
            open: row.map_or(0, |row| row.open),
            failed: known.failed.get(&number).copied().unwrap_or_default(),
        })
    }
}

/// A dataset that is made on schedule, by its place in the catalog.
pub(super) fn scheduled<A: Action>(may: &May<A>, name: &str) -> Answer<usize> {
    let (dataset, spec) = may.dataset(name)?;
    match Timetable::of(spec) {
        Some(_) => Ok(dataset),
        None => Err(Problem::not_found(format!("`{name}` has no schedule"))
            .hint("the list of schedules has those that have one")),
    }
}

/// Schedules.
#[utoipa::path(
    get,
    path = "/schedules",
    tag = "schedules",
    params(super::super::paging::Paging),
    responses(
        (status = OK, body = Page<Schedule>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn schedules(
    may: May<act::ReadSchedules>,
    Paged(Nothing {}, paging): Paged<Nothing>,
) -> Answer<Json<Page<Schedule>>> {
    let limit = paging.limit()?;
    let after = paging.after::<String>()?;
    let catalog = &may.mill().catalog;
    let name = |dataset: usize| catalog.dataset(dataset).name.as_str();
    let mut datasets: Vec<usize> = (0..catalog.datasets().len())
        .filter(|dataset| after.as_ref().is_none_or(|after| after.as_str() < name(*dataset)))
        .filter(|dataset| may.sees(*dataset) && has_schedule(&may, *dataset))
        .collect();
    datasets.sort_unstable_by_key(|dataset| name(*dataset));
    datasets.truncate(usize::try_from(limit).unwrap_or(1) + 1);
    let page = Page::cut(datasets, limit, |dataset| name(*dataset).to_owned());
    let items = Schedule::of(&may, &page.items, crate::clock::now()).await?;
    Ok(Json(Page { items, next: page.next }))
}

fn has_schedule<A: Action>(may: &May<A>, dataset: usize) -> bool {
    let job = may.mill().catalog.dataset(dataset).job();
    job.is_some_and(|job| job.schedule.is_some())
}

/// Pauses a schedule: ticks until it is resumed are skipped.
#[utoipa::path(
    post,
    path = "/schedules/{dataset}/pause",
    tag = "schedules",
    params(("dataset" = String, Path, description = "The dataset that is made on schedule.")),
    responses(
        (status = OK, body = Schedule),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn pause(
    may: May<act::ControlJobs>,
    At(name): At<String>,
) -> Answer<Json<Schedule>> {
    change(&may, &name, true).await
}

/// Resumes a schedule: it goes on with its next tick.
#[utoipa::path(
    post,
    path = "/schedules/{dataset}/resume",
    tag = "schedules",
    params(("dataset" = String, Path, description = "The dataset that is made on schedule.")),
    responses(
        (status = OK, body = Schedule),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn resume(
    may: May<act::ControlJobs>,
    At(name): At<String>,
) -> Answer<Json<Schedule>> {
    change(&may, &name, false).await
}

/// What is so already is no mistake: nothing changes, and nothing is written down.
async fn change(may: &May<act::ControlJobs>, name: &str, is_pause: bool) -> Answer<Json<Schedule>> {
    let dataset = scheduled(may, name)?;
    let number = may.mill().registry.datasets[dataset];
    let now = crate::clock::now();
    engine::declare_schedule(may.mill(), dataset, now).await?;
    let mut tx = may.begin().await?;
    let is_new = match is_pause {
        true => store::pause_schedule(&mut tx, number, &may.principal().name, None).await?,
        false => store::resume_schedule(&mut tx, number, None).await?,
    };
    if is_new {
        let action = if is_pause { "schedule.pause" } else { "schedule.resume" };
        may.audit(&mut tx, Entry::new(action, "schedule", name).datasets([number])).await?;
        tx.commit().await.map_err(store::Error::from)?;
        store::ring(may.pool(), store::DEMAND).await?;
    } else {
        drop(tx);
    }
    let found = Schedule::of(may, &[dataset], now).await?.pop();
    found.map(Json).ok_or_else(|| Problem::not_found(format!("`{name}` has no schedule")))
}
