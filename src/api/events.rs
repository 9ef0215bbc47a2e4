//! `GET /events`: what happened, whatever it is about.

use std::sync::Arc;

use axum::Json;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{Action, May, Shared, act};
use super::instant::Instant;
use super::naming;
use super::paging::Page;
use super::problem::{Answer, Problem};
use super::query::Paged;
use crate::plan::schedule::why_skipped;
use crate::store::{self, Happened};

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventFilter {
    /// That happened then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Instant>,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EventRow {
    /// Its name: no two have the same.
    id: String,
    /// When.
    at: Instant,
    /// What kind of thing: `backfill.pause`, `attempt.failed`, `source.changed`,
    /// `schedule.skipped`, `job.paused`, …
    kind: String,
    /// What, in words.
    text: String,
    /// The dataset, if it is about one.
    dataset: Option<String>,
    /// What it is about: `backfill/17`, `run/4211`, `schedule/orders`, `dataset/orders`.
    object: Option<String>,
}

/// What happened, the latest first: what people did to backfills, what backfills came to, attempts
/// that failed, changes of sources, ticks that were skipped, pauses.
#[utoipa::path(
    get,
    path = "/events",
    tag = "events",
    params(EventFilter, super::paging::Paging),
    responses(
        (status = OK, body = Page<EventRow>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
async fn events(
    may: May<act::ReadRuns>,
    Paged(filter, paging): Paged<EventFilter>,
) -> Answer<Json<Page<EventRow>>> {
    let limit = paging.limit()?;
    let place = match paging.after::<(i64, String)>()? {
        Some((at, name)) => {
            let at = Timestamp::from_microsecond(at);
            (at.map_err(|_| Problem::invalid("`cursor` is not from this list"))?, name)
        }
        // A clock that is ahead is no reason to miss something.
        None => (
            crate::clock::now()
                .saturating_add(jiff::SignedDuration::from_hours(1))
                .unwrap_or(Timestamp::MAX),
            String::new(),
        ),
    };
    let since = filter.since.map_or(Timestamp::UNIX_EPOCH, |at| at.0);
    let only = may.only();
    let mut db = may.db().await?;
    let rows =
        store::happened(&mut db, only.as_deref(), (place.0, &place.1), since, limit + 1).await?;
    drop(db);
    let page = Page::cut(rows, limit, |row| (row.at.to_jiff().as_microsecond(), row.id.clone()));
    let items = page.items.into_iter().map(|row| event(&may, row)).collect();
    Ok(Json(Page { items, next: page.next }))
}

fn event<A: Action>(may: &May<A>, row: Happened) -> EventRow {
    let dataset = row.dataset_id.and_then(|id| naming::dataset(may, id)).map(str::to_owned);
    let object = match (row.backfill_id, row.run_id, &dataset) {
        (Some(backfill), ..) => Some(format!("backfill/{backfill}")),
        (None, Some(run), _) => Some(format!("run/{run}")),
        (None, None, Some(name)) if row.kind.starts_with("schedule.") => {
            Some(format!("schedule/{name}"))
        }
        (None, None, Some(name)) => Some(format!("dataset/{name}")),
        _ => None,
    };
    let text = naming::conceal(may, text(&row, dataset.as_deref()));
    EventRow { id: row.id, at: row.at.into(), kind: row.kind, text, dataset, object }
}

/// What happened, in words.
fn text(row: &Happened, dataset: Option<&str>) -> String {
    let who = row.who.as_deref().unwrap_or("somebody");
    let what = row.text.as_deref().unwrap_or_default();
    let backfill = row.backfill_id.unwrap_or_default();
    let dataset = dataset.map_or_else(
        || "a dataset that is not declared any more".to_owned(),
        |name| format!("`{name}`"),
    );
    match row.kind.as_str() {
        "backfill.created" => {
            format!("{who} asked for backfill {backfill}: {what}, {}", count(row.runs, "run"))
        }
        "backfill.completed" | "backfill.failed" => {
            // Of a backfill that is over, this is how many runs failed.
            let failed = row.run_id.unwrap_or_default();
            let (word, failures) = match failed {
                0 => ("is done", String::new()),
                _ => ("has failures", format!(", {failed} failed")),
            };
            format!("backfill {backfill} {word}: {what}; {} published{failures}", row.runs)
        }
        "backfill.cancelled" => format!("backfill {backfill} was cancelled: {what}"),
        kind if kind.starts_with("backfill.") => {
            let done = match kind.trim_start_matches("backfill.") {
                "pause" => "paused",
                "resume" => "resumed",
                "cancel" => "cancelled",
                "cancel_runs" => "cancelled runs of",
                "retry" => "retried",
                "set_priority" => "changed the priority of",
                "set_concurrency" => "changed the concurrency of",
                other => other,
            };
            let more = if what.is_empty() { String::new() } else { format!(": {what}") };
            format!("{who} {done} backfill {backfill}{more}")
        }
        "attempt.failed" | "attempt.expired" => {
            let (run, number) = (row.run_id.unwrap_or_default(), row.attempt.unwrap_or_default());
            let code = row.code.as_deref().unwrap_or("TM0401");
            let line = what.lines().next().unwrap_or_default();
            let word = if row.kind == "attempt.failed" { "failed" } else { "expired" };
            format!("attempt {number} of run {run} of {dataset} {word} with {code}: {line}")
        }
        "source.changed" => {
            format!("{} of source {dataset} changed", count(row.runs, "partition"))
        }
        "schedule.skipped" => {
            let (reason, detail) = match what.split_once(": ") {
                Some((reason, detail)) => (reason, Some(detail)),
                None => (what, None),
            };
            let why = why_skipped(reason, detail);
            match row.runs {
                1 => format!("the tick of {dataset} at {who} was skipped: {why}"),
                many => format!("{many} ticks of {dataset} until {who} were skipped: {why}"),
            }
        }
        "schedule.failed" => {
            let what = what.strip_prefix("failed: ").unwrap_or(what);
            format!("the tick of {dataset} at {who} failed: {what}")
        }
        "schedule.paused" => format!("{who} paused the schedule of {dataset}"),
        "schedule.resumed" => format!("the schedule of {dataset} was resumed"),
        "job.paused" => format!("{who} paused {dataset}"),
        other => format!("{other} {what}"),
    }
}

fn count(number: i64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use jiff_sqlx::ToSqlx;

    use super::*;

    fn told(kind: &str, who: Option<&str>, what: &str, runs: i64) -> String {
        let row = Happened {
            at: Timestamp::UNIX_EPOCH.to_sqlx(),
            id: String::new(),
            kind: kind.to_owned(),
            who: who.map(str::to_owned),
            text: Some(what.to_owned()),
            dataset_id: None,
            backfill_id: kind.starts_with("backfill").then_some(17),
            run_id: (kind == "backfill.failed" || kind.starts_with("attempt")).then_some(3),
            attempt: Some(2),
            code: Some("TM0505".to_owned()),
            runs,
        };
        text(&row, Some("orders"))
    }

    #[test]
    fn each_kind_of_event_is_a_sentence() {
        let lines = [
            told("backfill.created", Some("ada"), "`orders` 2024-03", 31),
            told("backfill.completed", Some("ada"), "`orders` 2024-03", 31),
            told("backfill.failed", Some("ada"), "`orders` 2024-03", 28),
            told("backfill.pause", Some("ada"), "4 handed back", 0),
            told("backfill.cancel_runs", Some("ada"), "1 runs", 0),
            told("attempt.failed", Some("box"), "no rows\nat all", 0),
            told("source.changed", None, "", 1),
            told("schedule.skipped", Some("2024-03-31 02:00+01:00"), "paused", 1),
            told(
                "schedule.skipped",
                Some("2024-03-31 02:00+01:00"),
                "cancelled: 2024-03 was cancelled",
                4,
            ),
            told("schedule.failed", Some("2024-03-31 02:00+01:00"), "failed: 2024-03 failed", 1),
            told("job.paused", Some("ada"), "", 0),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        ada asked for backfill 17: `orders` 2024-03, 31 runs
        backfill 17 is done: `orders` 2024-03; 31 published
        backfill 17 has failures: `orders` 2024-03; 28 published, 3 failed
        ada paused backfill 17: 4 handed back
        ada cancelled runs of backfill 17: 1 runs
        attempt 2 of run 3 of `orders` failed with TM0505: no rows
        1 partition of source `orders` changed
        the tick of `orders` at 2024-03-31 02:00+01:00 was skipped: the schedule was paused
        4 ticks of `orders` until 2024-03-31 02:00+01:00 were skipped: 2024-03 was cancelled
        the tick of `orders` at 2024-03-31 02:00+01:00 failed: 2024-03 failed
        ada paused `orders`
        ");
    }
}
