//! Load, plan, record: the same for the terminal, the server and the pulse.

use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;

use super::Mill;
use crate::plan::{self, Assessment, BackfillPlan, Ledger, Request};
use crate::store::{self, Applied, NewBackfill};

/// A plan with the picture it was made from.
#[derive(Debug)]
pub struct Planned {
    /// The picture.
    pub ledger: Ledger,
    /// The plan.
    pub plan: BackfillPlan,
}

/// Where everything stands at `now`.
///
/// # Errors
///
/// When the database fails.
pub async fn assess_now(mill: &Mill, now: Timestamp) -> Result<(Ledger, Assessment)> {
    let ledger = picture(mill, now).await?;
    let assessment = plan::assess(&mill.catalog, &ledger);
    Ok((ledger, assessment))
}

/// One picture: all statements see the same instant.
async fn picture(mill: &Mill, now: Timestamp) -> Result<Ledger> {
    let mut tx = mill.pool.begin_with(store::ONE_PICTURE).await?;
    let ledger = store::load(&mut tx, &mill.registry, now).await?;
    tx.commit().await?;
    Ok(ledger)
}

/// Plans a request at `now`; nothing is recorded.
///
/// # Errors
///
/// When the database fails.
pub async fn plan_now(mill: &Mill, request: &Request, now: Timestamp) -> Result<Planned> {
    let ledger = picture(mill, now).await?;
    let plan = plan::plan(&mill.catalog, &ledger, request);
    Ok(Planned { ledger, plan })
}

/// Plans the request again and records it, provided that the plan is still the one with this hash.
///
/// # Errors
///
/// [`store::Error::PlanMoved`] when the world moved in between; or when the database fails.
pub async fn apply(
    mill: &Arc<Mill>,
    request: &Request,
    expected: &str,
    text: &str,
    newest_first: bool,
    by: &str,
) -> Result<Applied> {
    let now = crate::clock::now();
    let planned = plan_now(mill, request, now).await?;
    if planned.plan.hash != expected {
        return Err(store::Error::PlanMoved.into());
    }
    let shared = Arc::clone(mill);
    let (wiring, plan) = tokio::task::spawn_blocking(move || {
        let assessment = plan::assess(&shared.catalog, &planned.ledger);
        let wiring =
            plan::wire(&shared.catalog, &planned.ledger, &assessment, &planned.plan, newest_first);
        (wiring, planned.plan)
    })
    .await?;
    let stored = as_json(mill, &plan);
    let new = NewBackfill { request: text, plan: stored, hash: &plan.hash, by };
    let mut tries = 0;
    let applied = loop {
        tries += 1;
        match store::apply(&mill.pool, &mill.catalog, &mill.registry, &wiring, &new).await {
            Err(error) if error.is_contention() && tries < 5 => {
                tracing::info!("recording the plan again: {error}");
            }
            outcome => break outcome?,
        }
    };
    tracing::info!(
        backfill.id = applied.backfill,
        runs = applied.runs,
        "recorded backfill {} with {} runs",
        applied.backfill,
        applied.runs
    );
    Ok(applied)
}

/// The plan as it is kept with the backfill.
fn as_json(mill: &Mill, plan: &BackfillPlan) -> serde_json::Value {
    let steps: Vec<serde_json::Value> = plan
        .steps
        .iter()
        .flat_map(|step| step.sets.iter().map(move |(reason, set)| (step, reason, set)))
        .map(|(step, reason, set)| {
            let dataset = mill.catalog.dataset(step.dataset);
            let ranges: Vec<_> = set
                .slices()
                .flat_map(|(slice, ranges)| ranges.ranges().map(move |range| (slice, range)))
                .map(|(slice, range)| {
                    serde_json::json!({
                        "slice": slice.values().iter().map(|value| &**value).collect::<Vec<_>>(),
                        "first": dataset.scheme.label(range.start),
                        "last": dataset.scheme.label(range.end - 1),
                        "partitions": range.end - range.start,
                    })
                })
                .collect();
            serde_json::json!({
                "dataset": dataset.name.as_str(),
                "wave": step.wave,
                "reason": reason.as_str(),
                "ranges": ranges,
            })
        })
        .collect();
    serde_json::json!({ "hash": plan.hash, "runs": plan.runs(), "steps": steps })
}
