//! `POST /backfills/plan`: what a backfill would make, as a dry run.

use std::time::Duration;

use axum::Json;
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::super::access::{Action, May, act};
use super::super::body::Body;
use super::super::problem::{Answer, Problem};
use super::asking::PlanRequest;
use super::plan_view::{Plan, Said};
use crate::engine::{self, Planned};
use crate::plan::{self, Asked, Explanation, Request, Resources};
use crate::store;

/// The most partitions that a backfill makes at once over the network.
pub(super) const RUNS_MAX: u64 = 500_000;
/// The most partitions that a plan is explained for.
const SHOWN_MAX: u64 = 20_000_000;

/// How many plans are made at once: each takes a whole processor.
static PLANNING: Semaphore = Semaphore::const_new(2);
/// How long a request waits for its turn to plan.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says what a backfill would make, in which order, why, and how long that takes.
///
/// It is a dry run: nothing is recorded. `POST /backfills` applies exactly this plan, by its hash.
#[utoipa::path(
    post,
    path = "/backfills/plan",
    tag = "backfills",
    request_body = PlanRequest,
    responses(
        (status = OK, body = Plan),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = PAYLOAD_TOO_LARGE, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn plan_backfill(
    may: May<act::ReadBackfills>,
    Body(body): Body<PlanRequest>,
) -> Answer<Json<Plan>> {
    let asking = Asking::read(&may, &body).await?;
    let turn = turn().await?;
    let planned = engine::plan_now(may.mill(), &asking.request, crate::clock::now()).await?;
    let shown = show(&may, &planned, body.concurrency).await?;
    drop(turn);
    Ok(Json(asking.plan(&may, &planned, &shown.0, shown.1)))
}

/// What is asked for, understood.
pub(super) struct Asking {
    pub(super) request: Request,
    /// In a line.
    pub(super) text: String,
    cli: String,
}

impl Asking {
    pub(super) async fn read<A: Action>(may: &May<A>, body: &PlanRequest) -> Answer<Self> {
        let asked = body.read(may)?;
        Self::of(may, &asked).await
    }

    async fn of<A: Action>(may: &May<A>, asked: &Asked) -> Answer<Self> {
        let catalog = &may.mill().catalog;
        let mut db = may.db().await?;
        let registered = store::registered(&mut db).await?;
        let extents = catalog.extents(crate::clock::now(), &registered);
        Ok(Self {
            request: plan::request(catalog, &extents, asked)?,
            text: plan::request_text(catalog, &extents, asked),
            cli: plan::commands(catalog, &extents, asked).unwrap_or_default().join("\n"),
        })
    }

    /// What is left of an earlier backfill.
    pub(super) fn again(backfill: i64) -> Self {
        let request = Request {
            targets: Vec::new(),
            select: plan::Select::default(),
            upstream: false,
            downstream: false,
        };
        let cli = format!("tidemill backfills retry {backfill}");
        Self { request, text: format!("retry {backfill}"), cli }
    }

    pub(super) fn plan<A: Action>(
        &self,
        may: &May<A>,
        planned: &Planned,
        shown: &Explanation,
        alive: u32,
    ) -> Plan {
        self.plan_at(may, planned.ledger.now, shown, alive)
    }

    pub(super) fn plan_at<A: Action>(
        &self,
        may: &May<A>,
        at: jiff::Timestamp,
        shown: &Explanation,
        alive: u32,
    ) -> Plan {
        let sentence = plan::plan_sentence(shown, at, alive);
        Plan::of(may, shown, Said { as_of: at.into(), sentence, cli: self.cli.clone() }, RUNS_MAX)
    }
}

/// A turn to plan.
pub(super) async fn turn() -> Answer<SemaphorePermit<'static>> {
    let turn = tokio::time::timeout(PATIENCE, PLANNING.acquire()).await;
    match turn {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(Problem::new(
            axum::http::StatusCode::TOO_MANY_REQUESTS,
            "TM0607",
            "others are planning, and it takes long",
        )
        .hint("try again; a plan for a shorter stretch is made sooner")
        .retry_after(5)),
    }
}

/// The plan explained and remembered, if it may be shown; and how many slots living workers have.
pub(super) async fn show<A: Action>(
    may: &May<A>,
    planned: &Planned,
    concurrency: Option<u32>,
) -> Answer<(Explanation, u32)> {
    let runs = planned.plan.runs();
    if SHOWN_MAX < runs {
        return Err(too_large(runs, SHOWN_MAX));
    }
    may_make(may, planned.plan.steps.iter().map(|step| step.dataset))?;
    let (resources, alive) = resources(may, concurrency).await?;
    let shown = engine::explain(may.mill(), planned, &resources).await?;
    Ok((shown, alive))
}

/// What plans are estimated on, and how many slots living workers have.
pub(super) async fn resources<A: Action>(
    may: &May<A>,
    concurrency: Option<u32>,
) -> Answer<(Resources, u32)> {
    let hourly_rate = may.mill().hourly_rate();
    let given = Resources { concurrency, hourly_rate, ..Resources::default() };
    let known = engine::resources(may.mill(), &given).await?;
    let alive = known.slots;
    Ok((known, alive))
}

/// Refuses a plan that reaches what whoever asks may not know of.
pub(super) fn may_make<A: Action>(
    may: &May<A>,
    datasets: impl IntoIterator<Item = usize>,
) -> Answer<()> {
    if datasets.into_iter().all(|dataset| may.sees(dataset)) {
        return Ok(());
    }
    Err(Problem::forbidden("this would make partitions of datasets beyond what you may see")
        .hint("leave out upstream and downstream, or ask somebody who may see all of it"))
}

/// A request that asks for too much, and for how much.
pub(super) fn too_large(runs: u64, most: u64) -> Problem {
    Problem::invalid(format!("this is {runs} partitions; at most {most} are made at once"))
        .hint("take a shorter stretch of time, or fewer datasets; the plan says how many each has")
        .details(json!({ "runs": runs, "runs_max": most }))
}
