//! What happens unasked: load, decide, record; it never waits for a run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;

use super::facts::{self, Picture};
use super::{Demand, Mill, Observation, demand, observe_due, route_all_published};
use crate::model::{Class, Origin, PartitionSet, Ranges, Registered};
use crate::plan::{self, Decision, Facts, Order};
use crate::store::{self, Applied, Mark};

/// How long a decision stands when nothing is recorded that would change it: in case a change
/// slipped through.
const STANDS: Duration = Duration::from_mins(10);

/// What a decision came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What was ordered.
    pub ordered: Vec<(Class, Applied)>,
    /// How many partitions wait for a time or for a person.
    pub held: u64,
    /// When the first of them need not wait any longer.
    pub wake_at: Option<Timestamp>,
    /// Whether somebody else recorded something first: decide again soon.
    pub is_overtaken: bool,
}

/// Decides what is made unasked and records it, each order in a transaction of its own. It never
/// waits for runs, and what it loses to somebody else is left for the next time.
///
/// # Errors
///
/// When the database fails.
pub async fn automate(mill: &Arc<Mill>, now: Timestamp) -> Result<Summary> {
    let picture = facts::picture(mill, now).await?;
    let decision = decide(mill, &picture).await?;
    let mut summary = Summary {
        held: decision.holds.iter().map(|hold| hold.partitions.len()).sum(),
        wake_at: decision.wake_at,
        ..Summary::default()
    };
    let mut spent = decision.spent;
    for order in &decision.orders {
        match record(mill, order).await {
            // Nothing of it is left to make: somebody else was first.
            Ok(applied) if applied.runs == 0 => summary.is_overtaken = true,
            Ok(applied) => {
                summary.ordered.push((order.class, applied));
                // An approval is for what was seen then, not for what changes later.
                spent.extend(approved(&picture.facts, order));
            }
            Err(error) => match error.downcast_ref::<store::Error>() {
                Some(store::Error::PlanMoved) => summary.is_overtaken = true,
                _ => return Err(error),
            },
        }
    }
    if decision.holds != picture.facts.holds || !spent.is_empty() {
        let mut tx = mill.pool.begin().await?;
        store::record_holds(&mut tx, &mill.registry, &decision.holds, &spent).await?;
        tx.commit().await?;
    }
    Ok(summary)
}

async fn decide(mill: &Arc<Mill>, picture: &Arc<Picture>) -> Result<Decision> {
    let (mill, picture) = (Arc::clone(mill), Arc::clone(picture));
    let decided =
        move || plan::decide(&mill.catalog, &picture.ledger, &picture.assessment, &picture.facts);
    Ok(tokio::task::spawn_blocking(decided).await?)
}

/// What of an order a person let go.
fn approved(facts: &Facts, order: &Order) -> Vec<(usize, PartitionSet)> {
    let targets = order.request.targets.iter();
    let approved = targets.filter_map(|(dataset, set)| {
        let approved = facts.approved.get(dataset)?.intersection(set);
        (!approved.is_empty()).then_some((*dataset, approved))
    });
    approved.collect()
}

/// Records an order.
async fn record(mill: &Arc<Mill>, order: &Order) -> Result<Applied> {
    let text = match order.class {
        Class::Live => "keep up with what has just come to pass",
        Class::Late => "make good what came late",
        Class::Backfill => "catch up with history",
    };
    let request = order.request.clone();
    let demanded = Demand::automatic(request, Origin::Automation, order.class, text);
    demand(mill, &demanded).await
}

/// What a step of an [`Automaton`] came to.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// What was observed.
    pub observation: Observation,
    /// What was decided; none when there was nothing new to decide about.
    pub summary: Option<Summary>,
}

/// Looks at sources that are due and decides when there is something new to decide about.
#[derive(Debug)]
pub struct Automaton {
    mill: Arc<Mill>,
    /// What the last decision followed from, and when it is out of date anyway.
    settled: Option<(World, Option<Timestamp>, Instant)>,
    is_first: bool,
}

/// What a decision follows from, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
struct World {
    mark: Mark,
    spans: Vec<Ranges>,
}

impl Automaton {
    /// One that has decided nothing yet.
    #[must_use]
    pub const fn new(mill: Arc<Mill>) -> Self {
        Self { mill, settled: None, is_first: true }
    }

    /// Looks at the sources that are due, and decides if anything changed since the last step.
    ///
    /// # Errors
    ///
    /// When the project's own landing fails, or the database fails.
    pub async fn step(&mut self, now: Timestamp) -> Result<Step> {
        let observation = observe_due(&self.mill).await?;
        if self.is_first {
            // Routes of versions that were published before their reader was declared.
            route_all_published(&self.mill).await?;
            self.is_first = false;
        }
        let world = self.world(now).await?;
        if self.is_settled(&world, now) {
            return Ok(Step { observation, summary: None });
        }
        // Nothing is settled when this fails half-way.
        self.settled = None;
        let summary = automate(&self.mill, now).await?;
        if summary.ordered.is_empty() && !summary.is_overtaken {
            self.settled = Some((world, summary.wake_at, Instant::now()));
        }
        Ok(Step { observation, summary: Some(summary) })
    }

    fn is_settled(&self, world: &World, now: Timestamp) -> bool {
        self.settled.as_ref().is_some_and(|(known, wake_at, since)| {
            known == world
                && wake_at.is_none_or(|wake_at| now < wake_at)
                && since.elapsed() < STANDS
        })
    }

    async fn world(&self, now: Timestamp) -> Result<World> {
        let catalog = &self.mill.catalog;
        let extents = catalog.extents(now, &Registered::new());
        let datasets = 0..catalog.datasets().len();
        let spans = datasets.map(|dataset| extents.of(dataset).ordinals.clone()).collect();
        let mut db = self.mill.pool.acquire().await?;
        Ok(World { mark: store::mark(&mut db, &self.mill.registry).await?, spans })
    }

    /// How long nothing is due: until a source is to be looked at or a hold is over.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn idle_for(&self, now: Timestamp) -> Result<Duration> {
        let mut db = self.mill.pool.acquire().await?;
        let source = store::next_watch(&mut db, &self.mill.registry).await?;
        let source = source.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 3600.0)));
        let hold = self.settled.as_ref().and_then(|(_, wake_at, _)| *wake_at);
        let hold = hold.map(|at| Duration::try_from(at.duration_since(now)).unwrap_or_default());
        Ok(source.into_iter().chain(hold).min().unwrap_or(STANDS))
    }
}
