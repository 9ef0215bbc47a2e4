//! `GET /overview`: what is broken, what is late, what is running, on one page.

mod facts;
mod problems;

use std::sync::Arc;

use axum::Json;
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{Action, May, Shared, act};
use super::backfills::Backfill;
use super::instant::Instant;
use super::problem::{Answer, Problem};
use super::sla::{self, SlaWindow};
use super::standing::{Counts, Word};
use crate::model::{BackfillState, words};
use crate::store::{self, BackfillFilter};
use problems::{ProblemItem, ProblemKind, Scene};

pub(super) use facts::OverviewFacts;

/// So many backfills are shown.
const BACKFILLS: i64 = 20;
/// The length of a bucket of the throughput.
const BUCKET: i64 = 900;
/// How many there are: a day.
const BUCKETS: i64 = 96;

/// How everything is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Overview {
    /// When everything was known to stand like this.
    as_of: Instant,
    /// How everything is, in a sentence.
    sentence: String,
    /// How many partitions stand where.
    counts: Counts,
    /// What is wrong, one row for each cause, the most urgent first; at most 100.
    problems: Vec<ProblemItem>,
    /// What is late, and what is due within a day and not there.
    deadlines: Vec<SlaWindow>,
    /// Backfills that are not over, newest first; at most 20.
    backfills: Vec<Backfill>,
    /// Runs in a worker's hands.
    running: i64,
    /// Runs that wait.
    waiting: i64,
    /// For how long the oldest run that could start has waited.
    oldest_wait_seconds: Option<f64>,
    /// How many workers live.
    workers: i64,
    /// When a scheduler last showed that it lives: it does so at least every half minute.
    scheduler_seen_at: Option<Instant>,
    /// When a worker last showed that it lives.
    workers_seen_at: Option<Instant>,
    /// What finished in the last day, by quarters of an hour.
    throughput: Vec<ThroughputBucket>,
}

/// What finished in a quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
struct ThroughputBucket {
    /// When it began.
    at: Instant,
    /// Runs that published.
    published: i64,
    /// Runs that failed.
    failed: i64,
    /// How many seconds all but the slowest twentieth of the latest 100 had waited to start.
    wait_p95: Option<f64>,
}

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(overview))
}

/// Overview.
#[utoipa::path(
    get,
    path = "/overview",
    tag = "overview",
    responses(
        (status = OK, body = Overview),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn overview(may: May<act::ReadCatalog>) -> Answer<Json<Overview>> {
    let now = crate::clock::now();
    let mill = may.mill();
    let facts = may.overview().get(mill, may.shared().pictures(), may.only()).await?;
    let picture = Arc::clone(&facts.picture);
    let deadlines = match may.principal().may(&act::ReadSlas::PERMISSION) {
        true => {
            let promises = may.promises(&picture).await?;
            sla::deadlines(mill, &promises, &|dataset| may.sees(dataset), now)
        }
        false => Vec::new(),
    };
    let backfills = backfills(&may, now).await?;
    let scene = Scene { may: &may, picture: &picture, facts: &facts, deadlines: &deadlines };
    let problems = scene.problems();
    let mut counts = Counts::default();
    for dataset in (0..mill.catalog.datasets().len()).filter(|dataset| may.sees(*dataset)) {
        for (word, count) in picture.card(&mill.catalog, dataset).counts.each() {
            counts.add(word, count);
        }
    }
    let is_running = |state: &str| state == "running";
    let runs = |wanted: bool| {
        let lanes = facts.lanes.iter().filter(|lane| is_running(&lane.state) == wanted);
        lanes.map(|lane| lane.runs).sum::<i64>()
    };
    let (running, waiting) = (runs(true), runs(false));
    let waited = facts.lanes.iter().filter(|lane| lane.state == "ready");
    let oldest = waited.map(|lane| lane.waited).fold(0.0, f64::max);
    Ok(Json(Overview {
        as_of: picture.as_of().into(),
        sentence: sentence(&counts, &problems, running, waiting),
        counts,
        problems,
        deadlines,
        backfills,
        running,
        waiting,
        oldest_wait_seconds: (0.0 < oldest).then_some(oldest),
        workers: facts.heard.workers,
        scheduler_seen_at: facts.heard.scheduler_at.map(Into::into),
        workers_seen_at: facts.heard.workers_at.map(Into::into),
        throughput: day(&facts.day, now),
    }))
}

async fn backfills(may: &May<act::ReadCatalog>, now: jiff::Timestamp) -> Answer<Vec<Backfill>> {
    if !may.principal().may(&act::ReadBackfills::PERMISSION) {
        return Ok(Vec::new());
    }
    let filter = BackfillFilter {
        state: Some(BackfillState::Active),
        origin: None,
        before: None,
        only: may.only(),
        limit: BACKFILLS,
    };
    let mut db = may.db().await?;
    let rows = store::backfill_standings(&mut db, &filter).await?;
    Ok(rows.iter().map(|row| Backfill::of(row, now)).collect())
}

/// Every quarter of an hour of a day, those without anything too.
fn day(found: &[store::Throughput], now: jiff::Timestamp) -> Vec<ThroughputBucket> {
    let last = now.as_second().div_euclid(BUCKET) * BUCKET;
    let bucket = |back: i64| {
        let at = jiff::Timestamp::from_second(last - back * BUCKET).unwrap_or(now);
        let row = found.iter().find(|row| row.at.to_jiff() == at);
        ThroughputBucket {
            at: at.into(),
            published: row.map_or(0, |row| row.published),
            failed: row.map_or(0, |row| row.failed),
            wait_p95: row.and_then(|row| row.wait_p95),
        }
    };
    (0..BUCKETS).rev().map(bucket).collect()
}

/// How everything is: what is wrong first, else what goes on.
fn sentence(counts: &Counts, problems: &[ProblemItem], running: i64, waiting: i64) -> String {
    let mut parts = Vec::new();
    let failed = counts.of(Word::Failed);
    if 0 < failed {
        parts.push(format!("{} failed", words::count(failed, "partition")));
    }
    let mut kinds: Vec<(ProblemKind, u64)> = Vec::new();
    for item in problems {
        match kinds.iter_mut().find(|(kind, _)| *kind == item.kind()) {
            Some((_, count)) => *count += 1,
            None => kinds.push((item.kind(), 1)),
        }
    }
    for (kind, count) in kinds {
        parts.push(match kind {
            ProblemKind::Failed | ProblemKind::Stale => continue,
            ProblemKind::Late => format!("{} late", words::count(count, "promise")),
            ProblemKind::NoWorker => "runs wait that no worker takes".to_owned(),
            ProblemKind::SourceFault => {
                format!("{} cannot be looked at", words::count(count, "source"))
            }
            ProblemKind::MissingUpstream => {
                let verb = if count == 1 { "lacks" } else { "lack" };
                format!("{} {verb} what others need", words::count(count, "dataset"))
            }
            ProblemKind::Hold => format!("{count} to decide about"),
            ProblemKind::Paused => {
                format!("{} paused with runs waiting", words::count(count, "job"))
            }
        });
    }
    let under_way = match (running, waiting) {
        (0, 0) => "nothing is under way".to_owned(),
        _ => {
            let number = |runs: i64| words::number(runs.unsigned_abs());
            format!("{} running, {} waiting", number(running), number(waiting))
        }
    };
    match parts.is_empty() {
        true => format!("Nothing is wrong; {under_way}."),
        false => {
            let mut text = parts.join(", ");
            if let Some(first) = text.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("{text}; {under_way}.")
        }
    }
}

/// A day back from now: what is older is not asked for.
const _: () = assert!(BUCKET * BUCKETS == SignedDuration::from_hours(24).as_secs());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_all_its_quarters_of_an_hour() {
        let now: jiff::Timestamp = "2024-03-31T10:07:00Z".parse().unwrap();
        let at: jiff::Timestamp = "2024-03-31T09:45:00Z".parse().unwrap();
        let at = jiff_sqlx::ToSqlx::to_sqlx(at);
        let found = [store::Throughput { at, published: 7, failed: 1, wait_p95: Some(2.0) }];
        let day = day(&found, now);
        assert_eq!(day.len(), 96);
        assert_eq!(day[0].at.0.to_string(), "2024-03-30T10:15:00Z");
        assert_eq!(day[95].at.0.to_string(), "2024-03-31T10:00:00Z");
        assert_eq!((day[94].published, day[94].failed, day[95].published), (7, 1, 0));
    }

    #[test]
    fn the_sentence_says_what_is_wrong_before_what_goes_on() {
        let counts = Counts { fresh: 10, ..Counts::default() };
        assert_eq!(sentence(&counts, &[], 0, 0), "Nothing is wrong; nothing is under way.");
        let counts = Counts { failed: 2, ..counts };
        let text = sentence(&counts, &[], 3, 61_367);
        assert_eq!(text, "2 partitions failed; 3 running, 61,367 waiting.");
    }
}
