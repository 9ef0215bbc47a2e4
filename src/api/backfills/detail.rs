//! `GET /backfills/{id}`.

use std::time::Duration;

use axum::Json;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::super::access::{Action, May, act};
use super::super::instant::Instant;
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use super::super::runs::RunRow;
use super::causes::{Cancellation, Failure};
use super::facts::{BackfillFacts, BackfillSums};
use super::plan::RUNS_MAX;
use super::plan_view::{Plan, Said};
use super::view::Backfill;
use crate::model::RunState;
use crate::plan::{Explanation, Obstacle, Wait};
use crate::store::{self, BackfillStanding, RunLine, RunSearch};

/// For how long what is added up over a backfill that is over is kept.
const OVER: Duration = Duration::from_hours(1);
/// The most runs that are shown.
const RUNNING_MAX: usize = 50;

/// Everything there is to say about one backfill.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct BackfillDetail {
    #[serde(flatten)]
    backfill: Backfill,
    /// How far it is, and what limits it.
    sentence: String,
    /// How it stands by dataset, in the order of waves.
    steps: Vec<BackfillStep>,
    /// Why runs failed, what cost most runs first; at most twenty causes.
    causes: Vec<Failure>,
    /// What was cancelled; that is no failure.
    cancellations: Vec<Cancellation>,
    /// Why runs have not started.
    waits: Vec<BackfillWait>,
    /// What people did to it, first to last.
    events: Vec<BackfillEvent>,
    /// The plan it was made from; none when another version of Tidemill wrote it.
    plan: Option<Plan>,
    /// The hash of that plan.
    plan_hash: String,
    /// Runs of it that workers are at, the latest first; at most fifty.
    now_running: Vec<RunRow>,
}

/// How the runs of a backfill for one dataset stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct BackfillStep {
    /// The dataset.
    dataset: String,
    /// Steps of a lower wave come first.
    wave: Option<u64>,
    /// How many wait for inputs.
    waiting: i64,
    /// How many may be claimed, now or after a pause.
    ready: i64,
    /// How many workers are at.
    running: i64,
    /// How many published.
    published: i64,
    /// How many found what is published up to date.
    unchanged: i64,
    /// How many failed.
    failed: i64,
    /// How many were cancelled.
    cancelled: i64,
}

/// Runs that have not started for the same reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct BackfillWait {
    /// The dataset.
    dataset: String,
    /// The word for it, as in the wait of a run.
    why: String,
    /// The same for people.
    text: String,
    /// How many.
    runs: i64,
    /// The number of one of them.
    example: i64,
}

/// What somebody did to a backfill.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct BackfillEvent {
    /// When.
    at: Instant,
    /// Who.
    by: String,
    /// What.
    action: String,
    /// With what.
    details: String,
}

/// One backfill: how far it is, why it waits, why it failed.
#[utoipa::path(
    get,
    path = "/backfills/{id}",
    tag = "backfills",
    params(("id" = i64, Path, description = "Its number.")),
    responses(
        (status = OK, body = BackfillDetail),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn backfill(
    may: May<act::ReadBackfills>,
    At(id): At<i64>,
) -> Answer<Json<BackfillDetail>> {
    let now = crate::clock::now();
    let mut db = may.db().await?;
    let standing = known(&may, &mut db, id).await?;
    // Of a backfill that is over, what is added up stays as it is; while it goes on, those who ask
    // at the same time share it.
    let (key, age) = match standing.state.as_str() {
        "active" => (format!("active {id}"), Duration::ZERO),
        state => (format!("{state} {id} {}", standing.done()), OVER),
    };
    let added = async { Ok(BackfillSums::add_up(&mut db, &standing).await?) };
    let sums = may.caches().sums.get(key, age, added).await?;
    let facts = BackfillFacts::gather(&mut db, standing, sums, now).await?;
    let running = match facts.standing.running {
        0 => Vec::new(),
        _ => running(&mut db, id, now).await?,
    };
    drop(db);
    let running = running.into_iter().map(|line| RunRow::of(&may, line, now)).collect();
    Ok(Json(BackfillDetail::of(&may, &facts, running)))
}

/// Runs that workers are at.
async fn running(db: &mut PgConnection, backfill: i64, now: Timestamp) -> Answer<Vec<RunLine>> {
    let states = vec![RunState::Running];
    let search = RunSearch { states, backfill: Some(backfill), ..RunSearch::all(now) };
    Ok(store::search_runs(db, &search, None, RUNNING_MAX).await?.runs)
}

/// How a backfill stands, of which whoever asks may know.
pub(in super::super) async fn find<A: Action>(may: &May<A>, id: i64) -> Answer<BackfillStanding> {
    known(may, &mut *may.db().await?, id).await
}

async fn known<A: Action>(
    may: &May<A>,
    db: &mut PgConnection,
    id: i64,
) -> Answer<BackfillStanding> {
    let row = store::backfill_standing(db, id).await?;
    match is_known(may.only().as_deref(), &row.dataset_ids) {
        true => Ok(row),
        // As if it were not there.
        false => Err(store::Error::NoBackfill(id).into()),
    }
}

/// Whether somebody who may know of `only` these datasets may know of a backfill of `these`.
fn is_known(only: Option<&[i32]>, these: &[i32]) -> bool {
    only.is_none_or(|only| !these.is_empty() && these.iter().all(|id| only.contains(id)))
}

impl BackfillDetail {
    fn of<A: Action>(may: &May<A>, facts: &BackfillFacts, now_running: Vec<RunRow>) -> Self {
        let row = &facts.standing;
        let step = |step: &store::StepRow| BackfillStep {
            dataset: step.dataset.clone(),
            wave: facts.waves.get(&step.dataset).copied(),
            waiting: step.waiting,
            ready: step.ready,
            running: step.running,
            published: step.published,
            unchanged: step.unchanged,
            failed: step.failed,
            cancelled: step.cancelled,
        };
        let wait = |(group, wait): &(store::WaitGroup, Option<Wait>)| BackfillWait {
            dataset: facts.dataset(group.dataset_id),
            why: group.why.clone(),
            // When one of them starts says nothing of the others.
            text: wait.as_ref().map_or_else(
                || group.why.replace('_', " "),
                |wait| seen(may, wait).why.to_string(),
            ),
            runs: group.runs,
            example: group.example,
        };
        let event = |event: &store::EventRow| BackfillEvent {
            at: event.at.into(),
            by: event.by.clone(),
            action: event.action.clone(),
            details: event.details.clone(),
        };
        let plan = serde_json::from_value::<Explanation>(facts.plan.clone()).ok().map(|shown| {
            let said = Said {
                as_of: row.created_at.into(),
                sentence: row.request.clone(),
                cli: String::new(),
            };
            Plan::of(may, &shown, said, RUNS_MAX)
        });
        Self {
            backfill: Backfill::of(row, facts.now),
            sentence: facts.sentence(),
            steps: facts.steps.iter().map(step).collect(),
            causes: facts.causes.failures.clone(),
            cancellations: facts.causes.cancellations.clone(),
            waits: facts.waits.iter().map(wait).collect(),
            events: facts.events.iter().map(event).collect(),
            plan,
            plan_hash: row.plan_hash.clone(),
            now_running,
        }
    }
}

/// What keeps a run from starting, without the names of jobs that whoever asks may not know of.
fn seen<A: Action>(may: &May<A>, wait: &Wait) -> Wait {
    let mut wait = wait.clone();
    if let Obstacle::PoolFull { holders, .. } = &mut wait.why {
        let catalog = &may.mill().catalog;
        holders.retain(|(job, _)| match catalog.index_of(job) {
            Some(dataset) => may.sees(dataset),
            None => may.only().is_none(),
        });
    }
    wait
}

#[cfg(test)]
mod tests {
    use super::is_known;

    #[test]
    fn a_backfill_is_known_to_those_who_may_know_of_all_of_it() {
        assert!(is_known(None, &[]) && is_known(None, &[7]));
        assert!(is_known(Some(&[1, 7, 9]), &[1, 7]));
        assert!(!is_known(Some(&[1]), &[1, 7]));
        assert!(!is_known(Some(&[1]), &[]), "nobody knows what it is of");
    }
}
