//! Loading what a decision of automation needs to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::Mill;
use super::resolve::{Joins, ask};
use crate::model::{PartitionKey, PartitionSet};
use crate::plan::{self, Assessment, EdgeChange, Ended, Facts, Ledger};
use crate::spec::{Catalog, Mapping};
use crate::store::{self, PinQuery, Slices, Touched};

/// More stale partitions than this are weighed a part at a time.
const WEIGHED_MAX: usize = 2_000;

/// Everything that a decision follows from.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) ledger: Ledger,
    pub(super) assessment: Assessment,
    pub(super) facts: Facts,
}

/// Takes the picture: the ledger at one instant, and what else is needed a moment later. What
/// changes in between is seen the next time, since the mark was taken before.
pub(super) async fn picture(mill: &Arc<Mill>, now: Timestamp) -> Result<Arc<Picture>> {
    let mut tx = mill.pool.begin_with(store::ONE_PICTURE).await?;
    let ledger = store::load(&mut tx, &mill.registry, now).await?;
    let slices = Slices::load(&mut tx).await?;
    let mut facts = Facts {
        holds: store::holds(&mut tx, &mill.registry, &slices).await?,
        approved: store::approvals(&mut tx, &mill.registry, &slices).await?,
        ..Facts::default()
    };
    for (dataset, failure) in store::failures_begun(&mut tx, &mill.registry, &slices).await? {
        facts.failures.entry(dataset).or_default().push(failure);
    }
    for (dataset, run) in store::cancelled(&mut tx, &mill.registry, &slices).await? {
        facts.cancelled.entry(dataset).or_default().push(run);
    }
    tx.commit().await?;
    let shared = Arc::clone(mill);
    let (ledger, assessment) = tokio::task::spawn_blocking(move || {
        let assessment = plan::assess(&shared.catalog, &ledger);
        (ledger, assessment)
    })
    .await?;
    let mut db = mill.pool.acquire().await?;
    let loader = Loader { mill, slices, ledger: &ledger, assessment: &assessment, now };
    loader.touched(&mut db, &mut facts).await?;
    loader.moved(&mut db, &mut facts).await?;
    loader.changes(&mut db, &mut facts).await?;
    loader.restated(&mut db, &mut facts).await?;
    Ok(Arc::new(Picture { ledger, assessment, facts }))
}

struct Loader<'a> {
    mill: &'a Mill,
    slices: Slices,
    ledger: &'a Ledger,
    assessment: &'a Assessment,
    now: Timestamp,
}

impl Loader<'_> {
    /// What changed a moment ago, where readers wait for quiet; and what changed since their
    /// attempts, of the inputs of what failed.
    async fn touched(&self, db: &mut PgConnection, facts: &mut Facts) -> Result<()> {
        let catalog = &self.mill.catalog;
        for (dataset, quiet) in Facts::debounced(catalog) {
            let since = self.now.saturating_sub(quiet)?;
            let id = self.mill.registry.datasets[dataset];
            let touched = store::touched_since(db, id, &self.slices, since).await?;
            add(facts, dataset, touched);
        }
        for job in Facts::eager(catalog) {
            let runs =
                [&facts.failures, &facts.cancelled].into_iter().filter_map(|of| of.get(&job));
            let runs: Vec<&Ended> = runs.flatten().collect();
            let Some(since) = runs.iter().map(|run| run.seen_at).min() else { continue };
            let mut ended = PartitionSet::new();
            for run in runs {
                ended.extend(&PartitionSet::single(&run.key));
            }
            for (position, input) in catalog.inputs(job).iter().enumerate() {
                let id = self.mill.registry.datasets[input.dataset];
                let touched = match &input.reads.mapping {
                    // Rows for a window may come in any partition.
                    Mapping::Routed(_) => store::touched_since(db, id, &self.slices, since).await?,
                    _ => {
                        let ranges = self.read_by(job, position, &ended);
                        store::touched_within(db, id, &self.slices, &ranges, since).await?
                    }
                };
                add(facts, input.dataset, touched);
            }
        }
        Ok(())
    }

    /// The stretches of an input that partitions of a job read.
    fn read_by(&self, job: usize, position: usize, set: &PartitionSet) -> Vec<(i32, i64, i64)> {
        let link = self.mill.catalog.link(job, position);
        let input = self.mill.catalog.inputs(job)[position].dataset;
        let needed = link.needs(set, self.assessment.extents.of(input));
        let stretches = needed.slices().filter_map(|(slice, ranges)| {
            let slice = self.slices.id(slice)?;
            Some(ranges.ranges().map(move |range| (slice, range.start, range.end)))
        });
        stretches.flatten().collect()
    }

    /// What other code published and has another input since, where only that is made again.
    async fn moved(&self, db: &mut PgConnection, facts: &mut Facts) -> Result<()> {
        for job in Facts::keeping(&self.mill.catalog) {
            if self.assessment.statuses[job].stale_code.is_empty() {
                continue;
            }
            let id = self.mill.registry.datasets[job];
            let current = self.ledger.records[job].current_code.iter();
            let current: Vec<i32> = current.copied().collect();
            facts.moved.insert(job, store::moved(db, id, &self.slices, &current).await?);
        }
        Ok(())
    }

    /// By how much the inputs of stale partitions changed, where that is weighed.
    async fn changes(&self, db: &mut PgConnection, facts: &mut Facts) -> Result<()> {
        for job in Facts::weighing(&self.mill.catalog) {
            let status = &self.assessment.statuses[job];
            let mut stale = status.stale_input.clone();
            if let Some(moved) = facts.moved.get(&job) {
                stale.extend(&moved.intersection(&status.stale_code));
            }
            let keys: Vec<PartitionKey> = stale.difference(&status.live).keys().collect();
            for keys in keys.chunks(WEIGHED_MAX) {
                for (key, change) in self.weigh(db, job, keys).await? {
                    facts.changes.entry((job, key)).or_default().push(change);
                }
            }
        }
        Ok(())
    }

    async fn weigh(
        &self,
        db: &mut PgConnection,
        job: usize,
        keys: &[PartitionKey],
    ) -> Result<Vec<(PartitionKey, EdgeChange)>> {
        let id = self.mill.registry.datasets[job];
        let (mut outputs, mut queries) = (Vec::new(), Vec::<PinQuery>::new());
        let mut joins = Joins::new();
        for (at, key) in keys.iter().enumerate() {
            outputs.push((id, self.slices.id(&key.slice).unwrap_or_default(), key.ordinal));
            let known = (&self.assessment.extents, &self.slices);
            queries.extend(ask(self.mill, known, &mut joins, (at as i32, job, key)));
        }
        let changes = store::edge_changes(db, &outputs, &queries).await?;
        Ok(changes.into_iter().map(|(at, change)| (keys[at].clone(), change)).collect())
    }

    /// What of the budgets is spent.
    async fn restated(&self, db: &mut PgConnection, facts: &mut Facts) -> Result<()> {
        for job in budgeted(&self.mill.catalog) {
            let id = self.mill.registry.datasets[job];
            let since = plan::day_of(&self.mill.catalog, job, self.now).start;
            let spent = store::restated(db, id, since).await?;
            facts.restated.insert(job, spent);
        }
        Ok(())
    }
}

fn add(facts: &mut Facts, dataset: usize, touched: Touched) {
    let mut all: BTreeMap<Timestamp, PartitionSet> = BTreeMap::new();
    for (at, set) in facts.touched.remove(&dataset).into_iter().flatten().chain(touched) {
        all.entry(at).or_default().extend(&set);
    }
    facts.touched.insert(dataset, all.into_iter().collect());
}

fn budgeted(catalog: &Catalog) -> impl Iterator<Item = usize> + '_ {
    let jobs = catalog.datasets().iter().enumerate();
    jobs.filter(|(_, dataset)| {
        dataset.job().is_some_and(|job| job.automated.restatements_a_day.is_some())
    })
    .map(|(index, _)| index)
}
