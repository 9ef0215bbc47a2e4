//! Where everything stands, as the terminal, the page and programs read it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sqlx::{PgConnection, PgPool};

use super::{Standing, standings};
use crate::model::{PartitionKey, PartitionSet};
use crate::plan::{self, Assessment};
use crate::spec::{Catalog, DatasetSpec, JobKind};
use crate::store::{self, Counts, Registry, Slices};

/// How many backfills and failures are shown.
const LATEST: i64 = 5;

/// Where everything stands.
#[derive(Clone, Debug, Serialize)]
pub struct StatusView {
    /// When the picture was taken.
    #[serde(serialize_with = "instant")]
    pub at: Timestamp,
    /// One line per dataset, in the order declared.
    pub datasets: Vec<DatasetView>,
    /// Runs that wait, for an input, a worker or the end of a pause.
    pub waiting: i64,
    /// Runs in a worker's hands.
    pub running: i64,
    /// The latest backfills, newest first.
    pub backfills: Vec<BackfillView>,
    /// The latest failures that no later run mended, newest first.
    pub failures: Vec<FailureView>,
}

/// Where the partitions of one dataset stand: every number but the first adds up to the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DatasetView {
    /// Its name.
    pub name: String,
    /// What makes it: `source`, `transform`, `load` or `export`.
    pub kind: &'static str,
    /// How it is cut.
    pub cut: String,
    /// How many partitions' time has come.
    pub partitions: u64,
    /// Published, and as they would be made now; of a source: whose files are there.
    pub fresh: u64,
    /// Published from other code or other inputs than those of now.
    pub stale: u64,
    /// Not published.
    pub missing: u64,
    /// Not published, and they cannot be: something outside of this project is not there.
    pub missing_upstream: u64,
    /// Whose last run failed.
    pub failed: u64,
    /// With a run that waits.
    pub waiting: u64,
    /// With a run in a worker's hands.
    pub running: u64,
    /// When a version was last published.
    #[serde(serialize_with = "maybe_instant")]
    pub published_at: Option<Timestamp>,
}

/// A backfill and how far it is.
#[derive(Clone, Debug, Serialize)]
pub struct BackfillView {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub state: String,
    /// What was asked for.
    pub request: String,
    /// Who asked.
    pub created_by: String,
    /// When.
    #[serde(serialize_with = "instant")]
    pub created_at: Timestamp,
    /// When its last run finished.
    #[serde(serialize_with = "maybe_instant")]
    pub finished_at: Option<Timestamp>,
    /// How many runs it has.
    pub runs: i64,
    /// How many succeeded.
    pub succeeded: i64,
    /// How many failed.
    pub failed: i64,
    /// How many were cancelled.
    pub cancelled: i64,
}

/// The failure of a partition's last run.
#[derive(Clone, Debug, Serialize)]
pub struct FailureView {
    /// The dataset.
    pub dataset: String,
    /// The partition.
    pub partition: String,
    /// The run.
    pub run: i64,
    /// The help page.
    pub code: String,
    /// What happened.
    pub message: String,
    /// When.
    #[serde(serialize_with = "instant")]
    pub failed_at: Timestamp,
}

/// Where everything stands at `now`.
///
/// # Errors
///
/// When the database fails.
pub async fn status(
    pool: &PgPool,
    catalog: &Catalog,
    registry: &Registry,
    now: Timestamp,
) -> store::Result<StatusView> {
    let mut db = pool.acquire().await?;
    let ledger = store::load(&mut db, registry, now).await?;
    let assessment = plan::assess(catalog, &ledger);
    let slices = Slices::load(&mut db).await?;
    let running = running_sets(&mut db, registry, &slices).await?;
    let published = store::last_published(&mut db).await?;
    let live = store::live_counts(&mut db, registry).await?;
    let mut backfills = Vec::new();
    for row in store::backfills(&mut db, None, LATEST).await? {
        let counts = store::backfill_counts(&mut db, row.id).await?;
        backfills.push(backfill(row, counts));
    }
    let failures = store::failures(&mut db, LATEST).await?;
    let mut datasets = datasets(catalog, &assessment, &running);
    for (dataset, id) in datasets.iter_mut().zip(&registry.datasets) {
        dataset.published_at = published.get(id).map(|at| at.to_jiff());
    }
    let failures = failures.into_iter().filter_map(|row| failure(catalog, registry, &slices, row));
    Ok(StatusView {
        at: now,
        datasets,
        waiting: live.waiting + live.ready,
        running: live.running,
        backfills,
        failures: failures.collect(),
    })
}

/// The partitions that workers are at, by catalog index.
///
/// # Errors
///
/// When the database fails.
pub async fn running_sets(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
) -> store::Result<BTreeMap<usize, PartitionSet>> {
    let mut running: BTreeMap<usize, PartitionSet> = BTreeMap::new();
    for row in store::running(db).await? {
        if let Some(&index) = registry.index.get(&row.dataset_id) {
            let slice = slices.slice(row.slice_id);
            let key = PartitionKey { slice, ordinal: row.ordinal };
            running.entry(index).or_default().extend(&PartitionSet::single(&key));
        }
    }
    Ok(running)
}

/// One line per dataset, without what only the database knows.
pub(super) fn datasets(
    catalog: &Catalog,
    assessment: &Assessment,
    running: &BTreeMap<usize, PartitionSet>,
) -> Vec<DatasetView> {
    let none = PartitionSet::new();
    let line = |(index, spec): (usize, &DatasetSpec)| {
        let status = &assessment.statuses[index];
        let mut view = DatasetView {
            name: spec.name.to_string(),
            kind: kind(spec),
            cut: spec.scheme.to_string(),
            partitions: status.universe.len(),
            ..DatasetView::default()
        };
        let running = running.get(&index).unwrap_or(&none);
        for (standing, set) in standings(spec.source().is_some(), status, running) {
            *match standing {
                Standing::Running => &mut view.running,
                Standing::Waiting => &mut view.waiting,
                Standing::Failed => &mut view.failed,
                Standing::MissingUpstream => &mut view.missing_upstream,
                Standing::Missing => &mut view.missing,
                Standing::StaleCode | Standing::StaleInput | Standing::StaleUpstream => {
                    &mut view.stale
                }
                Standing::Fresh | Standing::Present => &mut view.fresh,
            } += set.len();
        }
        view
    };
    catalog.datasets().iter().enumerate().map(line).collect()
}

const fn kind(spec: &DatasetSpec) -> &'static str {
    match spec.job() {
        None => "source",
        Some(job) => match job.kind {
            JobKind::Transform => "transform",
            JobKind::Load => "load",
            JobKind::Export => "export",
        },
    }
}

fn backfill(row: store::BackfillRow, counts: Counts) -> BackfillView {
    BackfillView {
        id: row.id,
        state: row.state,
        request: row.request,
        created_by: row.created_by,
        created_at: row.created_at.to_jiff(),
        finished_at: row.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
        runs: row.runs,
        succeeded: counts.succeeded,
        failed: counts.failed,
        cancelled: counts.cancelled,
    }
}

/// None for a dataset that is not declared any more.
fn failure(
    catalog: &Catalog,
    registry: &Registry,
    slices: &Slices,
    row: store::FailureRow,
) -> Option<FailureView> {
    let spec = catalog.dataset(*registry.index.get(&row.dataset_id)?);
    let key = PartitionKey { slice: slices.slice(row.slice_id), ordinal: row.ordinal };
    Some(FailureView {
        dataset: spec.name.to_string(),
        partition: spec.scheme.describe(&key),
        run: row.run_id,
        code: row.error_code,
        message: row.error,
        failed_at: row.failed_at.to_jiff(),
    })
}

fn instant<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}

#[expect(clippy::ref_option, reason = "the signature serde asks for")]
fn maybe_instant<S: Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => to.collect_str(at),
        None => to.serialize_none(),
    }
}
