//! Load, plan, record: the same for the terminal, the server and the pulse.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::Mill;
use crate::failpoint::{Failpoint, hit};
use crate::model::{Class, Origin};
use crate::plan::schedule::Asking;
use crate::plan::{
    self, Again, Assessment, BackfillPlan, Explanation, Ledger, Moved, Request, Resources,
};
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

/// Where everything stands at `now`, found out on a thread where others do not wait for it.
///
/// # Errors
///
/// When the database fails.
pub async fn assess_aside(mill: &Arc<Mill>, now: Timestamp) -> Result<(Ledger, Assessment)> {
    let ledger = picture(mill, now).await?;
    let shared = Arc::clone(mill);
    let assessing = tokio::task::spawn_blocking(move || {
        let assessment = plan::assess(&shared.catalog, &ledger);
        (ledger, assessment)
    });
    Ok(assessing.await?)
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
pub async fn plan_now(mill: &Arc<Mill>, request: &Request, now: Timestamp) -> Result<Planned> {
    let ledger = picture(mill, now).await?;
    let (mill, request) = (Arc::clone(mill), request.clone());
    Ok(tokio::task::spawn_blocking(move || {
        let plan = plan::plan(&mill.catalog, &ledger, &request);
        Planned { ledger, plan }
    })
    .await?)
}

/// Plans what failed in a backfill and what was cancelled, at `now`; nothing is recorded.
///
/// # Errors
///
/// When there is no such backfill, or the database fails.
pub async fn plan_retry(mill: &Arc<Mill>, backfill: i64, now: Timestamp) -> Result<Planned> {
    let again = left_of(mill, backfill).await?;
    let ledger = picture(mill, now).await?;
    let mill = Arc::clone(mill);
    Ok(tokio::task::spawn_blocking(move || {
        let plan = plan::plan_again(&mill.catalog, &ledger, &again);
        Planned { ledger, plan }
    })
    .await?)
}

async fn left_of(mill: &Mill, backfill: i64) -> Result<Again> {
    let mut db = mill.pool.acquire().await?;
    Ok(store::left_of(&mut db, &mill.registry, backfill).await?)
}

/// Fills in what the database knows of the resources that plans are estimated on: the slots of
/// living workers where none are given, and those of pools.
///
/// # Errors
///
/// When the database fails.
pub async fn resources(mill: &Mill, given: &Resources) -> Result<Resources> {
    let mut db = mill.pool.acquire().await?;
    let pools = store::pools(&mut db).await?;
    let slots = match given.slots {
        0 => store::living_slots(&mut db).await?,
        slots => slots,
    };
    let known = |pool: store::PoolRow| {
        (pool.name, pool.standing.slots.and_then(|slots| u32::try_from(slots).ok()))
    };
    Ok(Resources { slots, pools: pools.into_iter().map(known).collect(), ..given.clone() })
}

/// Explains a plan on these resources and remembers that it was shown, so that who applies it later
/// can be told what moved.
///
/// # Errors
///
/// When the database fails.
pub async fn explain(mill: &Mill, planned: &Planned, given: &Resources) -> Result<Explanation> {
    let resources = resources(mill, given).await?;
    let shown = plan::explain(&mill.catalog, &planned.ledger, &planned.plan, &resources);
    remember(mill, &shown).await?;
    Ok(shown)
}

/// A plan of more stretches than this is not remembered: what moved is then not known.
const REMEMBERED_MAX: usize = 50_000;

/// Remembers that a plan was shown.
///
/// # Errors
///
/// When the database fails.
pub async fn remember(mill: &Mill, shown: &Explanation) -> Result<()> {
    let made = shown.steps.iter().map(|step| step.ranges.len());
    let held = shown.blocked.iter().map(|held| held.ranges.len() + held.lacks.len());
    if made.chain(held).sum::<usize>() <= REMEMBERED_MAX {
        let mut db = mill.pool.acquire().await?;
        store::remember_plan(&mut db, &shown.plan, &serde_json::to_value(shown)?).await?;
    }
    Ok(())
}

/// The world moved since a plan was shown, so it was not recorded.
#[derive(Debug, thiserror::Error)]
#[error(
    "TM0203: the world moved since this plan was made, so nothing was recorded; the plan is now {}",
    .now.plan
)]
pub struct PlanMoved {
    /// The plan of now.
    pub now: Box<Explanation>,
    /// What moved; none when the plan that was shown is not known any more.
    pub moved: Option<Vec<Moved>>,
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
    /// The backfill of which what is left is to be made; then there is no request.
    pub retry_of: Option<i64>,
    /// What the stored estimate is for; no slots for those of the workers that live then.
    pub resources: Resources,
    /// The ticks that ask.
    pub ticks: Vec<Asking>,
    /// The instant it is planned for; now, by this machine's clock, when there is none.
    pub at: Option<Timestamp>,
    /// What whoever asks wants others to know.
    pub note: Option<String>,
    /// The most partitions it may make, if that is limited.
    pub runs_max: Option<u64>,
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
            retry_of: None,
            resources: Resources::default(),
            ticks: Vec::new(),
            at: None,
            note: None,
            runs_max: None,
        }
    }

    /// A backfill of exactly what failed in another one and what was cancelled.
    #[must_use]
    pub fn retry(backfill: i64, seen: &str, by: &str) -> Self {
        let request = Request {
            targets: Vec::new(),
            select: plan::Select::default(),
            upstream: false,
            downstream: false,
        };
        let text = format!("retry {backfill}");
        Self { retry_of: Some(backfill), ..Self::backfill(request, seen, &text, by) }
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
/// [`PlanMoved`] when the plan is not the one that was shown; [`store::Error::PlanMoved`] when another
/// took one of its partitions while it was recorded; or when the database fails.
pub async fn demand(mill: &Arc<Mill>, demand: &Demand) -> Result<Applied> {
    let drawn = draw(mill, demand).await?;
    let mut tries = 0;
    loop {
        tries += 1;
        let mut tx = mill.pool.begin().await?;
        match record(&mut tx, mill, demand, &drawn).await {
            Err(error) if error.is_contention() && tries < 5 => {
                tracing::info!("recording the plan again: {error}");
            }
            outcome => {
                let applied = outcome?;
                tx.commit().await?;
                hit(Failpoint::AfterApply).map_err(store::Error::from)?;
                return Ok(applied);
            }
        }
    }
}

/// Plans what is demanded again and spells it out, provided that the plan is still the one that was
/// shown; nothing is recorded.
///
/// # Errors
///
/// [`PlanMoved`] when the plan is not the one that was shown; [`TooLarge`] when it makes more than
/// it may; or when the database fails.
pub async fn draw(mill: &Arc<Mill>, demand: &Demand) -> Result<Drawn> {
    let again = match demand.retry_of {
        Some(backfill) => Some(left_of(mill, backfill).await?),
        None => None,
    };
    let mut asked = demand.clone();
    asked.resources.concurrency = demand.concurrency;
    asked.resources = resources(mill, &asked.resources).await?;
    let now = demand.at.unwrap_or_else(crate::clock::now);
    let ledger = picture(mill, now).await?;
    let shared = Arc::clone(mill);
    let drawing =
        tokio::task::spawn_blocking(move || spell(&shared, &ledger, &asked, again.as_ref()));
    match drawing.await? {
        Ok(drawn) => Ok(drawn),
        Err(Undrawn::Moved(now)) => Err(refusal(mill, demand, now).await?.into()),
        Err(Undrawn::TooLarge(refused)) => Err(refused.into()),
    }
}

/// Records what was drawn, in a transaction of the caller.
///
/// # Errors
///
/// When another took one of its partitions since it was drawn, or a statement fails.
pub async fn record(
    db: &mut PgConnection,
    mill: &Mill,
    demand: &Demand,
    drawn: &Drawn,
) -> store::Result<Applied> {
    let new = NewBackfill {
        request: &demand.text,
        plan: serde_json::to_value(&drawn.shown).unwrap_or_default(),
        hash: &drawn.shown.plan,
        by: &demand.by,
        origin: demand.origin,
        class: demand.class,
        priority: demand.priority,
        concurrency: demand.concurrency.map(|runs| i32::try_from(runs).unwrap_or(i32::MAX)),
        deadlines: &drawn.deadlines,
        retry_of: demand.retry_of,
        ticks: &demand.ticks,
        note: demand.note.as_deref(),
    };
    let applied = store::apply_in(db, &mill.catalog, &mill.registry, &drawn.wiring, &new).await?;
    tracing::info!(
        backfill.id = applied.backfill,
        runs = applied.runs,
        "recorded backfill {} with {} runs",
        applied.backfill,
        applied.runs
    );
    Ok(applied)
}

/// A plan makes more partitions than it may, so it was not spelled out.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("TM0606: this is {runs} partitions; at most {most} are made at once")]
pub struct TooLarge {
    /// How many it makes.
    pub runs: u64,
    /// How many it may make.
    pub most: u64,
}

/// Why a plan was not spelled out.
enum Undrawn {
    /// It is another than the one that was shown.
    Moved(Box<Explanation>),
    /// It makes more than it may.
    TooLarge(TooLarge),
}

/// A plan, spelled out to be recorded.
#[derive(Debug)]
pub struct Drawn {
    /// The plan as people read it.
    pub shown: Explanation,
    wiring: plan::Wiring,
    deadlines: Vec<Option<Timestamp>>,
}

impl Drawn {
    /// The datasets it makes partitions of, by catalog index.
    #[must_use]
    pub fn datasets(&self) -> BTreeSet<usize> {
        self.wiring.runs.iter().map(|(dataset, _, _)| *dataset).collect()
    }
}

/// Plans and spells out; or the plan of now, when it is not the one that was shown.
fn spell(
    mill: &Mill,
    ledger: &Ledger,
    demand: &Demand,
    again: Option<&Again>,
) -> std::result::Result<Drawn, Undrawn> {
    let plan = match again {
        Some(again) => plan::plan_again(&mill.catalog, ledger, again),
        None => plan::plan(&mill.catalog, ledger, &demand.request),
    };
    let runs = plan.runs();
    if let Some(most) = demand.runs_max.filter(|most| *most < runs) {
        return Err(Undrawn::TooLarge(TooLarge { runs, most }));
    }
    let shown = plan::explain(&mill.catalog, ledger, &plan, &demand.resources);
    if demand.expected.as_ref().is_some_and(|seen| *seen != plan.hash) {
        return Err(Undrawn::Moved(Box::new(shown)));
    }
    let assessment = plan::assess(&mill.catalog, ledger);
    let wiring = plan::wire(&mill.catalog, ledger, &assessment, &plan, demand.newest_first);
    let deadlines = match demand.class {
        // History was promised long ago.
        Class::Backfill => vec![None; wiring.runs.len()],
        Class::Live | Class::Late => plan::deadlines(&mill.catalog, &wiring, ledger.now),
    };
    Ok(Drawn { shown, wiring, deadlines })
}

/// Says what moved since the plan that was shown.
async fn refusal(mill: &Mill, demand: &Demand, now: Box<Explanation>) -> Result<PlanMoved> {
    let mut db = mill.pool.acquire().await?;
    let seen = demand.expected.as_deref().unwrap_or_default();
    let seen = store::shown_plan(&mut db, seen).await?;
    // One that another version wrote may read otherwise: then it is as good as forgotten.
    let seen = seen.and_then(|seen| serde_json::from_value::<Explanation>(seen).ok());
    let moved = seen.map(|seen| plan::moved(&mill.catalog, &seen, &now));
    Ok(PlanMoved { now, moved })
}
