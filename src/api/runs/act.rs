//! `POST /runs/{id}/cancel` and `POST /runs/{id}/retry`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::access::{Entry, May, act};
use super::super::backfills::Backfill;
use super::super::naming;
use super::super::once::{Claim, Once};
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use super::RunRow;
use super::row::find;
use crate::engine::{self, Demand, PlanMoved};
use crate::model::{PartitionKey, PartitionSet, Slice};
use crate::plan::{Request, Select};
use crate::store::{self, RunLine};

/// Cancels a run, and with it those that need it; what a worker has in hand stops.
#[utoipa::path(
    post,
    path = "/runs/{id}/cancel",
    tag = "runs",
    params(("id" = i64, Path, description = "The number of the run.")),
    responses(
        (status = OK, body = RunRow),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn cancel(may: May<act::ControlRuns>, At(id): At<i64>) -> Answer<Json<RunRow>> {
    let line = find(&may, id).await?;
    if line.finished_at.is_some() {
        return Err(over(&line));
    }
    let done = store::cancel_runs(may.pool(), &[id], &may.principal().name).await?;
    let after = find(&may, id).await?;
    if done.runs == 0 {
        // It finished while it was looked at.
        return Err(over(&after));
    }
    let entry = Entry::new("run.cancel", "run", id)
        .datasets([line.dataset_id])
        .before(&serde_json::json!({ "state": line.state }))
        .after(&serde_json::json!({ "state": after.state, "with_it": done.dependents }));
    let mut db = may.db().await?;
    may.audit(&mut db, entry).await?;
    Ok(Json(RunRow::of(&may, after, crate::clock::now())))
}

fn over(line: &RunLine) -> Problem {
    Problem::conflict(format!("run {} is {}, so there is nothing to cancel", line.id, line.state))
}

/// Makes the partition of a run again, by a backfill of exactly that partition.
///
/// A partition that is up to date is made again when its run succeeded, or was to be made fresh or
/// not: somebody wants it so.
#[utoipa::path(
    post,
    path = "/runs/{id}/retry",
    tag = "runs",
    params(
        ("id" = i64, Path, description = "The number of the run."),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again, it is done once."),
    ),
    responses(
        (status = CREATED, body = Backfill),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn retry(
    may: May<act::CreateBackfill>,
    At(id): At<i64>,
    once: Once,
) -> Answer<Response> {
    let line = find(&may, id).await?;
    let mut tx = may.begin().await?;
    let keep = match once.claim(&mut tx, &may, &id).await? {
        Claim::New(keep) => keep,
        Claim::Again(answer) => return Ok(answer),
    };
    let backfill = again(&may, &line).await?;
    let standing = store::backfill_standing(&mut tx, backfill).await?;
    let answer = keep
        .keep(&mut tx, StatusCode::CREATED, &Backfill::of(&standing, crate::clock::now()))
        .await?;
    let entry = Entry::new("run.retry", "run", id)
        .datasets([line.dataset_id])
        .after(&serde_json::json!({ "backfill": backfill }));
    may.audit(&mut tx, entry).await?;
    tx.commit().await.map_err(store::Error::from)?;
    Ok(answer)
}

/// Asks for the partition of a run; the backfill.
async fn again(may: &May<act::CreateBackfill>, line: &RunLine) -> Answer<i64> {
    let mill = may.mill();
    let partition = naming::partition(may, line.dataset_id, &line.dimension_values, line.ordinal);
    let Some(&dataset) = mill.registry.index.get(&line.dataset_id) else {
        let message =
            format!("`{}` is not declared any more, so nothing can make it", line.dataset);
        return Err(Problem::conflict(message));
    };
    if line.finished_at.is_none() {
        return Err(Problem::conflict(format!(
            "run {} is not over: it is {}",
            line.id, line.state
        ))
        .hint("wait until it is, or cancel it first"));
    }
    let slice = Slice::new(line.dimension_values.iter().map(String::as_str));
    let key = PartitionKey { slice, ordinal: line.ordinal };
    // What somebody wanted fresh or not is wanted so again.
    let all = line.state == "succeeded" || line.reason == "forced";
    let select = Select { missing: true, failed: true, stale: true, keep_code: false, all };
    let targets = vec![(dataset, PartitionSet::single(&key))];
    let request = Request { targets, select, upstream: false, downstream: false };
    let planned = engine::plan_now(mill, &request, crate::clock::now()).await?;
    if planned.plan.runs() == 0 {
        return Err(nothing(line, &partition, !planned.plan.blocked.is_empty()));
    }
    let text = format!("run {} again: `{}` {partition}", line.id, line.dataset);
    let seen = planned.plan.hash.clone();
    let demand = Demand::backfill(request, &seen, &text, &may.principal().name);
    let demand = Demand { class: line.class, ..demand };
    match engine::demand(mill, &demand).await {
        Ok(applied) => {
            store::ring(may.pool(), store::WORK).await?;
            Ok(applied.backfill)
        }
        Err(error) if error.is::<PlanMoved>() => Err(Problem::conflict(
            "the world moved meanwhile; look at the partition, and try again",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Why there is nothing to make.
fn nothing(line: &RunLine, partition: &str, is_blocked: bool) -> Problem {
    let what = format!("`{}` {partition}", line.dataset);
    match is_blocked {
        true => Problem::conflict(format!("{what} cannot be made now: what it reads is missing"))
            .hint("the page of the partition says what; make that first"),
        false => Problem::conflict(format!(
            "{what} is being made by another run, or was published since and is up to date"
        ))
        .hint("the page of the partition says which; make a backfill to make it all the same"),
    }
}
