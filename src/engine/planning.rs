//! Load, plan, record: the same for the terminal, the server and the pulse.

use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;

use super::Mill;
use crate::model::{Class, Origin};
use crate::plan::schedule::Asking;
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

/// Work that is asked for: what, by whom, and how urgent it is.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Which partitions.
    pub request: Request,
    /// The hash of the plan that was shown; none when nobody looked.
    pub expected: Option<String>,
    /// What was asked for, in words.
    pub text: String,
    /// Who asked.
    pub by: String,
    /// What kind of asker that is.
    pub origin: Origin,
    /// What kind of work it is.
    pub class: Class,
    /// Within its class, the greater goes first.
    pub priority: i16,
    /// How many of its runs may run at once, if limited.
    pub concurrency: Option<u32>,
    /// Whether the newest partitions come first.
    pub newest_first: bool,
    /// The ticks that ask.
    pub ticks: Vec<Asking>,
    /// The instant it is planned for; now, by this machine's clock, when there is none.
    pub at: Option<Timestamp>,
}

impl Demand {
    /// A backfill that a person asks for, once they have seen the plan with this hash.
    #[must_use]
    pub fn backfill(request: Request, seen: &str, text: &str, by: &str) -> Self {
        Self {
            request,
            expected: Some(seen.to_owned()),
            text: text.to_owned(),
            by: by.to_owned(),
            origin: Origin::Person,
            class: Class::Backfill,
            priority: 0,
            concurrency: None,
            newest_first: false,
            ticks: Vec::new(),
            at: None,
        }
    }

    /// Work that nobody looks at before it starts.
    #[must_use]
    pub fn automatic(request: Request, origin: Origin, class: Class, text: &str) -> Self {
        Self { expected: None, origin, class, ..Self::backfill(request, "", text, origin.as_str()) }
    }
}

/// Plans what is demanded again and records it, provided that the plan is still the one that was
/// shown. Who records should ring for [`Topic::Work`](super::Topic::Work).
///
/// # Errors
///
/// [`store::Error::PlanMoved`] when the world moved in between; or when the database fails.
pub async fn demand(mill: &Arc<Mill>, demand: &Demand) -> Result<Applied> {
    let now = demand.at.unwrap_or_else(crate::clock::now);
    let ledger = picture(mill, now).await?;
    let (shared, asked) = (Arc::clone(mill), demand.clone());
    let drawn = tokio::task::spawn_blocking(move || draw(&shared, &ledger, &asked)).await?;
    let drawn = drawn.ok_or(store::Error::PlanMoved)?;
    let new = NewBackfill {
        request: &demand.text,
        plan: drawn.stored,
        hash: &drawn.hash,
        by: &demand.by,
        origin: demand.origin,
        class: demand.class,
        priority: demand.priority,
        concurrency: demand.concurrency.map(|runs| i32::try_from(runs).unwrap_or(i32::MAX)),
        deadlines: &drawn.deadlines,
        ticks: &demand.ticks,
    };
    let mut tries = 0;
    let applied = loop {
        tries += 1;
        match store::apply(&mill.pool, &mill.catalog, &mill.registry, &drawn.wiring, &new).await {
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

/// A plan, spelled out to be recorded.
struct Drawn {
    wiring: plan::Wiring,
    deadlines: Vec<Option<Timestamp>>,
    stored: serde_json::Value,
    hash: String,
}

/// Plans and spells out; none when the plan is not the one that was shown.
fn draw(mill: &Mill, ledger: &Ledger, demand: &Demand) -> Option<Drawn> {
    let plan = plan::plan(&mill.catalog, ledger, &demand.request);
    if demand.expected.as_ref().is_some_and(|seen| *seen != plan.hash) {
        return None;
    }
    let assessment = plan::assess(&mill.catalog, ledger);
    let wiring = plan::wire(&mill.catalog, ledger, &assessment, &plan, demand.newest_first);
    let deadlines = match demand.class {
        // History was promised long ago.
        Class::Backfill => vec![None; wiring.runs.len()],
        Class::Live | Class::Late => plan::deadlines(&mill.catalog, &wiring, ledger.now),
    };
    Some(Drawn { wiring, deadlines, stored: as_json(mill, &plan), hash: plan.hash })
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
