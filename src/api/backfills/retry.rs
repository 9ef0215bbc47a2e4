//! `POST /backfills/{id}/retry`, and its plan: exactly what failed in it and what was cancelled.

use axum::Json;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::body::Body;
use super::super::once::Once;
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use super::create::{apply, check_text};
use super::detail::find;
use super::plan::{self, Asking};
use super::plan_view::Plan;
use super::view::Backfill;
use crate::engine::{self, Demand};

/// A plan to be applied, by its hash.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryBackfill {
    /// `hash` of the plan.
    #[schema(max_length = 64)]
    plan: String,
}

/// Says what a retry would make: what failed in a backfill, what was cancelled, and has not been
/// made since.
///
/// It is a dry run: nothing is recorded.
#[utoipa::path(
    post,
    path = "/backfills/{id}/retry/plan",
    tag = "backfills",
    params(("id" = i64, Path, description = "The number of the backfill.")),
    responses(
        (status = OK, body = Plan),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn plan_retry(
    may: May<act::ReadBackfills>,
    At(id): At<i64>,
) -> Answer<Json<Plan>> {
    let before = find(&may, id).await?;
    let turn = plan::turn().await?;
    let planned = engine::plan_retry(may.mill(), id, crate::clock::now()).await?;
    let concurrency = before.concurrency.and_then(|runs| u32::try_from(runs).ok());
    let (shown, alive) = plan::show(&may, &planned, concurrency).await?;
    drop(turn);
    Ok(Json(Asking::again(id).plan(&may, &planned, &shown, alive)))
}

/// Makes what failed in a backfill and what was cancelled, as a new backfill with the same class,
/// priority and limit.
#[utoipa::path(
    post,
    path = "/backfills/{id}/retry",
    tag = "backfills",
    params(
        ("id" = i64, Path, description = "The number of the backfill."),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again, it is done once."),
    ),
    request_body = RetryBackfill,
    responses(
        (status = CREATED, body = Backfill),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = PAYLOAD_TOO_LARGE, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn retry(
    may: May<act::CreateBackfill>,
    At(id): At<i64>,
    once: Once,
    Body(body): Body<RetryBackfill>,
) -> Answer<Response> {
    check_text("the hash of a plan", &body.plan, 64)?;
    let before = find(&may, id).await?;
    let demand = Demand {
        class: before.class,
        priority: before.priority,
        concurrency: before.concurrency.and_then(|runs| u32::try_from(runs).ok()),
        ..Demand::retry(id, &body.plan, &may.principal().name)
    };
    apply(&may, &once, &(id, &body), demand, &Asking::again(id)).await
}
