//! What people do to backfills: pause, resume, cancel, reorder. Each is written down.

use axum::Json;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::access::{Entry, May, act};
use super::super::body::Body;
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use super::detail::find;
use super::view::Backfill;
use crate::store::{self, BackfillStanding};

/// How to pause.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PauseBackfill {
    /// Lets what runs finish; without it, it is handed back.
    #[serde(default)]
    finish_running: bool,
}

/// What to change; what is left out stays.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBackfill {
    /// Within its class, the greater goes first.
    #[serde(default)]
    #[schema(minimum = -32_768, maximum = 32_767)]
    priority: Option<i16>,
    /// How many of its runs may run at once; null for no limit.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 2_147_483_647_i64)]
    concurrency: Limit,
}

/// A limit that is changed, perhaps to none, or left as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Limit {
    #[default]
    Kept,
    Set(Option<u32>),
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::deserialize(from).map(Self::Set)
    }
}

/// Lets nothing more of a backfill start.
#[utoipa::path(
    post,
    path = "/backfills/{id}/pause",
    tag = "backfills",
    params(("id" = i64, Path, description = "Its number.")),
    request_body = PauseBackfill,
    responses(
        (status = OK, body = Backfill),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = PAYLOAD_TOO_LARGE, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn pause(
    may: May<act::ControlBackfill>,
    At(id): At<i64>,
    Body(body): Body<PauseBackfill>,
) -> Answer<Json<Backfill>> {
    let before = find(&may, id).await?;
    let mut tx = may.begin().await?;
    let by = &may.principal().name;
    let handed_back = store::pause_backfill_in(&mut tx, id, by, body.finish_running).await?;
    let after = store::backfill_standing(&mut tx, id).await?;
    let mut now = state(&after);
    now["handed_back"] = json!(handed_back);
    may.audit(&mut tx, entry("backfill.pause", &before).after(&now)).await?;
    tx.commit().await.map_err(store::Error::from)?;
    store::ring(may.pool(), store::HALT).await?;
    Ok(Json(Backfill::of(&after, crate::clock::now())))
}

/// Lets a paused backfill go on.
#[utoipa::path(
    post,
    path = "/backfills/{id}/resume",
    tag = "backfills",
    params(("id" = i64, Path, description = "Its number.")),
    responses(
        (status = OK, body = Backfill),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn resume(
    may: May<act::ControlBackfill>,
    At(id): At<i64>,
) -> Answer<Json<Backfill>> {
    let before = find(&may, id).await?;
    let mut tx = may.begin().await?;
    store::resume_backfill_in(&mut tx, id, &may.principal().name).await?;
    let after = store::backfill_standing(&mut tx, id).await?;
    may.audit(&mut tx, entry("backfill.resume", &before).after(&state(&after))).await?;
    tx.commit().await.map_err(store::Error::from)?;
    store::ring(may.pool(), store::WORK).await?;
    Ok(Json(Backfill::of(&after, crate::clock::now())))
}

/// Cancels everything of a backfill that is not finished, running work included.
#[utoipa::path(
    post,
    path = "/backfills/{id}/cancel",
    tag = "backfills",
    params(("id" = i64, Path, description = "Its number.")),
    responses(
        (status = OK, body = Backfill),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn cancel(
    may: May<act::ControlBackfill>,
    At(id): At<i64>,
) -> Answer<Json<Backfill>> {
    let before = find(&may, id).await?;
    // It takes several transactions, since it waits for those that are publishing.
    let done = store::cancel_backfill(may.pool(), id, &may.principal().name).await;
    let mut db = may.db().await?;
    let after = store::backfill_standing(&mut db, id).await?;
    match done {
        Ok(done) => {
            let mut now = state(&after);
            now["cancelled_runs"] = json!(done.runs);
            now["with_them"] = json!(done.dependents);
            may.audit(&mut db, entry("backfill.cancel", &before).after(&now)).await?;
        }
        Err(error) => {
            let entry = entry("backfill.cancel", &before).after(&state(&after));
            may.audit(&mut db, entry.failed(error.to_string())).await?;
            return Err(error.into());
        }
    }
    Ok(Json(Backfill::of(&after, crate::clock::now())))
}

/// Changes how urgent a backfill is, and how much of it runs at once.
#[utoipa::path(
    patch,
    path = "/backfills/{id}",
    tag = "backfills",
    params(("id" = i64, Path, description = "Its number.")),
    request_body = ChangeBackfill,
    responses(
        (status = OK, body = Backfill),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = PAYLOAD_TOO_LARGE, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn change(
    may: May<act::ControlBackfill>,
    At(id): At<i64>,
    Body(body): Body<ChangeBackfill>,
) -> Answer<Json<Backfill>> {
    if body.priority.is_none() && body.concurrency == Limit::Kept {
        return Err(Problem::invalid("there is nothing to change")
            .hint("give `priority`, `concurrency`, or both"));
    }
    let is_limit = |runs: u32| 0 < runs && i32::try_from(runs).is_ok();
    if let Limit::Set(Some(runs)) = body.concurrency
        && !is_limit(runs)
    {
        return Err(Problem::invalid("`concurrency` is at least 1, or null for no limit")
            .hint("with 0 nothing would ever start; pause it instead"));
    }
    let before = find(&may, id).await?;
    let mut tx = may.begin().await?;
    let by = &may.principal().name;
    if let Some(priority) = body.priority {
        store::set_priority_in(&mut tx, id, by, priority).await?;
    }
    if let Limit::Set(limit) = body.concurrency {
        store::set_concurrency_in(&mut tx, id, by, limit).await?;
    }
    let after = store::backfill_standing(&mut tx, id).await?;
    may.audit(&mut tx, entry("backfill.change", &before).after(&state(&after))).await?;
    tx.commit().await.map_err(store::Error::from)?;
    store::ring(may.pool(), store::WORK).await?;
    Ok(Json(Backfill::of(&after, crate::clock::now())))
}

fn entry(action: &'static str, before: &BackfillStanding) -> Entry {
    let of = before.dataset_ids.iter().copied();
    Entry::new(action, "backfill", before.id).datasets(of).before(&state(before))
}

/// What people change of a backfill, as it is written down.
fn state(row: &BackfillStanding) -> Value {
    json!({
        "state": row.state,
        "paused_by": row.paused_by,
        "priority": row.priority,
        "concurrency": row.concurrency,
    })
}
