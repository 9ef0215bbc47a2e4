//! `POST /backfills`: applies a plan that was seen, or says what moved since.

use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::access::{Entry, May, act};
use super::super::body::Body;
use super::super::once::{Claim, Once};
use super::super::problem::{Answer, Problem};
use super::asking::{PlanClass, PlanRequest, PlanSelect, PlanTarget};
use super::plan::{self, Asking, RUNS_MAX};
use super::view::Backfill;
use crate::engine::{self, Demand, Drawn, PlanMoved, TooLarge};
use crate::plan::Explanation;
use crate::store;

/// The longest note.
const NOTE_MAX: usize = 2000;
/// The most differences between two plans that are spelled out.
const MOVED_MAX: usize = 50;
/// How often a plan is recorded again when other transactions stood in its way.
const TRIES: usize = 5;

/// A plan to be applied: what was asked for, and the hash of the plan that was seen.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBackfill {
    /// As in the plan.
    #[schema(max_items = 100)]
    targets: Vec<PlanTarget>,
    /// As in the plan.
    select: PlanSelect,
    /// As in the plan.
    upstream: bool,
    /// As in the plan.
    downstream: bool,
    /// As in the plan.
    newest_first: bool,
    /// As in the plan.
    #[schema(minimum = 1, maximum = 2_147_483_647_i64)]
    concurrency: Option<u32>,
    /// As in the plan.
    priority: i16,
    /// As in the plan.
    class: PlanClass,
    /// `hash` of the plan.
    #[schema(max_length = 64)]
    plan: String,
    /// What others should know about it.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// Applies a plan that was seen: exactly that, or nothing.
///
/// When the world moved since, nothing is recorded; the answer is 409 with code TM0203, and
/// `details` says what moved and what the plan is now.
#[utoipa::path(
    post,
    path = "/backfills",
    tag = "backfills",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again, it is done once."),
    ),
    request_body = NewBackfill,
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
pub(super) async fn create(
    may: May<act::CreateBackfill>,
    once: Once,
    Body(body): Body<NewBackfill>,
) -> Answer<Response> {
    check_text("a note", body.note.as_deref().unwrap_or_default(), NOTE_MAX)?;
    check_text("the hash of a plan", &body.plan, 64)?;
    let key = body.clone();
    let NewBackfill { plan, note, .. } = body.clone();
    let asked = PlanRequest {
        targets: body.targets,
        select: body.select,
        upstream: body.upstream,
        downstream: body.downstream,
        newest_first: body.newest_first,
        concurrency: body.concurrency,
        priority: body.priority,
        class: body.class,
    };
    let asking = Asking::read(&may, &asked).await?;
    let by = &may.principal().name;
    let demand = Demand {
        class: asked.class.into(),
        priority: asked.priority,
        concurrency: asked.concurrency,
        newest_first: asked.newest_first,
        note: note.filter(|note| !note.trim().is_empty()),
        ..Demand::backfill(asking.request.clone(), &plan, &asking.text, by)
    };
    apply(&may, &once, &key, demand, &asking).await
}

/// Refuses a text that is too long, or that no database takes.
pub(super) fn check_text(what: &str, text: &str, most: usize) -> Answer<()> {
    let is_odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    match text.chars().count() <= most && !text.chars().any(is_odd) {
        true => Ok(()),
        false => Err(Problem::invalid(format!(
            "{what} has at most {most} characters, and none that cannot be printed"
        ))),
    }
}

/// Applies a plan, once for each key.
pub(super) async fn apply(
    may: &May<act::CreateBackfill>,
    once: &Once,
    key: &impl Serialize,
    mut demand: Demand,
    asking: &Asking,
) -> Answer<Response> {
    // What was done is answered again, however the world moved since.
    if let Some(answer) = answered(may, once, key).await? {
        return Ok(answer);
    }
    demand.runs_max = Some(RUNS_MAX);
    demand.resources.hourly_rate = may.mill().hourly_rate();
    let turn = plan::turn().await?;
    let drawn = match engine::draw(may.mill(), &demand).await {
        Ok(drawn) => drawn,
        Err(error) => {
            return match answered(may, once, key).await? {
                Some(answer) => Ok(answer),
                None => Err(refused(may, error, &demand, asking).await),
            };
        }
    };
    drop(turn);
    plan::may_make(may, drawn.datasets())?;
    if drawn.shown.runs == 0 {
        return Err(Problem::conflict(
            "there is nothing to make: everything asked for is up to date, or cannot be made",
        )
        .hint("the plan says what cannot be made and why"));
    }
    for _ in 0..TRIES {
        match record(may, once.clone(), key, &demand, &drawn).await? {
            Recorded::Done(answer) => return Ok(answer),
            Recorded::Moved => return Err(raced(may, &demand, asking).await),
            Recorded::Again => (),
        }
    }
    Err(Problem::conflict("other transactions stood in the way again and again")
        .hint("try again in a moment"))
}

/// What was answered to the same request before, if it was.
async fn answered(
    may: &May<act::CreateBackfill>,
    once: &Once,
    key: &impl Serialize,
) -> Answer<Option<Response>> {
    // Nothing is committed: the key stays free until the plan is recorded.
    let mut tx = may.begin().await?;
    match once.clone().claim(&mut tx, may, key).await? {
        Claim::Again(answer) => Ok(Some(answer)),
        Claim::New(_) => Ok(None),
    }
}

/// What became of one try to record a plan.
enum Recorded {
    Done(Response),
    Moved,
    Again,
}

async fn record(
    may: &May<act::CreateBackfill>,
    once: Once,
    key: &impl Serialize,
    demand: &Demand,
    drawn: &Drawn,
) -> Answer<Recorded> {
    let mut tx = may.begin().await?;
    let keep = match once.claim(&mut tx, may, key).await? {
        Claim::New(keep) => keep,
        Claim::Again(answer) => return Ok(Recorded::Done(answer)),
    };
    let applied = match engine::record(&mut tx, may.mill(), demand, drawn).await {
        Ok(applied) => applied,
        Err(store::Error::PlanMoved) => return Ok(Recorded::Moved),
        Err(error) if error.is_contention() => return Ok(Recorded::Again),
        Err(error) => return Err(error.into()),
    };
    let row = store::backfill_standing(&mut tx, applied.backfill).await?;
    let answer = Backfill::of(&row, crate::clock::now());
    let entry = Entry::new("backfill.create", "backfill", applied.backfill)
        .datasets(row.dataset_ids)
        .after(&json!({
            "request": demand.text,
            "plan": drawn.shown.plan,
            "runs": applied.runs,
            "class": demand.class.as_str(),
            "priority": demand.priority,
            "concurrency": demand.concurrency,
            "retry_of": demand.retry_of,
        }));
    let entry = match &demand.note {
        Some(note) => entry.reason(note.clone()),
        None => entry,
    };
    may.audit(&mut tx, entry).await?;
    let answer = keep.keep(&mut tx, StatusCode::CREATED, &answer).await?;
    tx.commit().await.map_err(store::Error::from)?;
    // Who waits for work elsewhere looks at once.
    store::ring(may.pool(), store::WORK).await?;
    Ok(Recorded::Done(answer))
}

/// Why nothing was recorded.
async fn refused(
    may: &May<act::CreateBackfill>,
    error: anyhow::Error,
    demand: &Demand,
    asking: &Asking,
) -> Problem {
    let error = match error.downcast::<TooLarge>() {
        Ok(refused) => return plan::too_large(refused.runs, refused.most),
        Err(error) => error,
    };
    match error.downcast::<PlanMoved>() {
        Ok(PlanMoved { now, moved }) => {
            let moved = match moved {
                None => vec!["the plan that was seen is not known any more".to_owned()],
                Some(moved) if moved.is_empty() => {
                    vec!["the same partitions, but they lack other inputs".to_owned()]
                }
                Some(moved) => {
                    let rest = moved.len().saturating_sub(MOVED_MAX);
                    let mut lines: Vec<String> =
                        moved.iter().take(MOVED_MAX).map(ToString::to_string).collect();
                    lines.extend((0 < rest).then(|| format!("and {rest} more differences")));
                    lines
                }
            };
            let told = told(may, demand, asking, &now, moved).await;
            told.unwrap_or_else(|problem| problem)
        }
        Err(error) => error.into(),
    }
}

/// Another took some of the partitions while the plan was recorded: plans again, to say what is left.
async fn raced(may: &May<act::CreateBackfill>, demand: &Demand, asking: &Asking) -> Problem {
    let moved = vec!["another backfill took some of these partitions a moment ago".to_owned()];
    let now = crate::clock::now();
    let told = async {
        let planned = match demand.retry_of {
            Some(backfill) => engine::plan_retry(may.mill(), backfill, now).await?,
            None => engine::plan_now(may.mill(), &demand.request, now).await?,
        };
        let (shown, _) = plan::show(may, &planned, demand.concurrency).await?;
        told(may, demand, asking, &shown, moved).await
    };
    told.await.unwrap_or_else(|problem: Problem| problem)
}

async fn told(
    may: &May<act::CreateBackfill>,
    demand: &Demand,
    asking: &Asking,
    now: &Explanation,
    moved: Vec<String>,
) -> Answer<Problem> {
    let catalog = &may.mill().catalog;
    plan::may_make(may, now.steps.iter().filter_map(|step| catalog.index_of(&step.dataset)))?;
    // It may be applied next: then what moved since should be known.
    engine::remember(may.mill(), now).await?;
    let (_, alive) = plan::resources(may, demand.concurrency).await?;
    let plan = asking.plan_at(may, crate::clock::now(), now, alive);
    Ok(Problem::new(
        StatusCode::CONFLICT,
        "TM0203",
        "the world moved since this plan was made, so nothing was recorded",
    )
    .hint("look at the new plan, and apply that")
    .details(json!({ "moved": moved, "plan": plan })))
}
