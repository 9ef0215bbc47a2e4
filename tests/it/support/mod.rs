//! A whole Tidemill for one test: a database, a lake and a landing folder of its own.

pub(crate) mod aftermath;
pub(crate) mod api;
mod cluster;
mod hands;
mod invariants;
pub(crate) mod program;
mod s3;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use polars::prelude::DataFrame;
use sqlx::postgres::{PgConnectOptions, PgListener};
use tempfile::TempDir;
use tidemill::clock;
use tidemill::engine::{self, Bell, Mill, WorkOptions};
use tidemill::job::{Project, verify};
use tidemill::model::{PartitionKey, PartitionSet, Slice};
use tidemill::plan::{Request, Select};
use tidemill::store::{self, Counts};
use tokio_util::sync::CancellationToken;

pub(crate) use cluster::Cluster;
pub(crate) use invariants::check_invariants;
pub(crate) use s3::Moto;
pub(crate) use text::{plan_text, rows_text};

/// Everything that is missing, failed or stale.
pub(crate) const NEEDED: Select =
    Select { missing: true, failed: true, stale: true, keep_code: false, all: false };
/// Everything that is stale.
pub(crate) const STALE: Select = Select { missing: false, failed: false, ..NEEDED };
/// Everything, fresh or not.
pub(crate) const ALL: Select = Select { all: true, ..NEEDED };

/// Longer than any test waits for anything; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_mins(2);

/// Rings on the channel `told` when a backfill changes and when something is published.
pub(crate) const TELL: &str = "
    create function public.tell() returns trigger language plpgsql as
        $$ begin perform pg_notify('told', tg_table_name); return null; end $$;
    create trigger tell after insert or update on tidemill.backfill
        for each statement execute function public.tell();
    create trigger tell after insert on tidemill.materialization
        for each statement execute function public.tell();
    create trigger tell after insert or update on tidemill.attempt
        for each statement execute function public.tell();
";

/// Where a mill keeps what.
#[derive(Clone)]
pub(crate) struct Places {
    pub(crate) options: PgConnectOptions,
    pub(crate) lake: String,
    pub(crate) landing: String,
    pub(crate) store_options: BTreeMap<String, String>,
}

/// A whole Tidemill for one test.
pub(crate) struct TestMill {
    pub(crate) mill: Arc<Mill>,
    pub(crate) places: Places,
    folder: TempDir,
}

impl TestMill {
    /// A mill for a project, with nothing landed yet.
    pub(crate) async fn new(declare: impl FnOnce(&mut Project)) -> Self {
        let options = Cluster::shared().await.database().await;
        Self::with(declare, |folder| Places {
            options,
            lake: format!("{folder}/lake"),
            landing: format!("{folder}/landing"),
            store_options: BTreeMap::new(),
        })
        .await
    }

    /// A mill at places that are chosen given a folder of its own.
    pub(crate) async fn with(
        declare: impl FnOnce(&mut Project),
        places: impl FnOnce(&str) -> Places,
    ) -> Self {
        let folder = TempDir::new().unwrap();
        let places = places(folder.path().to_str().unwrap());
        let mill = open(declare, &places).await;
        sqlx::raw_sql(TELL).execute(&mill.pool).await.unwrap();
        Self { mill, places, folder }
    }

    /// Opens the same database and places with changed code.
    pub(crate) async fn redeclare(&mut self, declare: impl FnOnce(&mut Project)) {
        self.mill.pool.close().await;
        self.mill = open(declare, &self.places).await;
    }

    /// Checks what must always hold and lets go of the database.
    pub(crate) async fn finish(self) {
        check_invariants(&self.mill).await;
        self.mill.pool.close().await;
    }

    /// Where a landed file is.
    pub(crate) fn landing(&self, path: &str) -> PathBuf {
        self.folder.path().join("landing").join(path)
    }

    /// Lands a file, whole.
    pub(crate) fn land(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.landing(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // A new file and a rename: as producers should, and a version of its own each time.
        let draft = path.with_file_name(".draft");
        std::fs::write(&draft, text).unwrap();
        std::fs::rename(draft, path).unwrap();
    }

    /// The catalog index of a dataset.
    pub(crate) fn index(&self, name: &str) -> usize {
        self.mill.catalog.index_of(name).unwrap()
    }

    /// Asks for all partitions of these jobs; of every job when none is named.
    pub(crate) async fn ask(&self, names: &[&str], select: Select) -> Request {
        let (_, assessment) = engine::assess_now(&self.mill, clock::now()).await.unwrap();
        let datasets = self.mill.catalog.datasets().iter().enumerate();
        let targets = datasets
            .filter(|(_, dataset)| dataset.job().is_some())
            .filter(|(_, dataset)| names.is_empty() || names.contains(&dataset.name.as_str()))
            .map(|(index, _)| (index, assessment.statuses[index].universe.clone()))
            .collect();
        Request { targets, select, upstream: false, downstream: false }
    }

    /// Asks for one stretch of one job.
    pub(crate) fn ask_for(&self, name: &str, ranges: &str, select: Select) -> Request {
        let index = self.index(name);
        let ranges = self.mill.catalog.dataset(index).scheme.parse_ranges(ranges).unwrap();
        let targets = vec![(index, PartitionSet::of(Slice::none(), ranges))];
        Request { targets, select, upstream: false, downstream: false }
    }

    /// Looks at the sources and says what is stale, as text.
    pub(crate) async fn plan_stale(&self) -> String {
        engine::observe(&self.mill).await.unwrap();
        self.plan(&self.ask(&[], STALE).await).await
    }

    /// Looks at the sources and says what is missing, failed or stale, as text.
    pub(crate) async fn plan_needed(&self) -> String {
        engine::observe(&self.mill).await.unwrap();
        self.plan(&self.ask(&[], NEEDED).await).await
    }

    /// A plan as text.
    pub(crate) async fn plan(&self, request: &Request) -> String {
        let planned = engine::plan_now(&self.mill, request, clock::now()).await.unwrap();
        plan_text(&self.mill.catalog, &planned.plan)
    }

    /// Records a backfill; nobody works on it yet.
    pub(crate) async fn apply(&self, request: &Request) -> i64 {
        let planned = engine::plan_now(&self.mill, request, clock::now()).await.unwrap();
        self.try_apply(request, &planned.plan.hash).await.unwrap().backfill
    }

    /// Looks at the sources, plans, applies and works until it is done.
    pub(crate) async fn make(&self, request: &Request) -> String {
        let backfill = self.apply(request).await;
        self.work(backfill).await;
        counts_text(&self.counts(backfill).await)
    }

    /// Looks at the sources and makes everything that is missing, failed or stale.
    pub(crate) async fn catch_up(&self) -> String {
        engine::observe(&self.mill).await.unwrap();
        self.make(&self.ask(&[], NEEDED).await).await
    }

    /// Works until a backfill has ended.
    pub(crate) async fn work(&self, backfill: i64) {
        let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
        let mill = Arc::clone(&self.mill);
        let worker = tokio::spawn(engine::work(mill, work_options(), stop.clone(), bell));
        self.ended(backfill).await;
        stop.cancel();
        worker.await.unwrap().unwrap();
    }

    /// Waits until a backfill has ended.
    pub(crate) async fn ended(&self, backfill: i64) {
        let state = "select count(*) from tidemill.backfill where id = $1 and state <> 'active'";
        self.until(state, backfill).await;
    }

    /// Waits until a count is not zero; looks again whenever something happens.
    pub(crate) async fn until(&self, count: &'static str, argument: i64) {
        let waiting = async {
            let mut told = PgListener::connect_with(&self.mill.pool).await.unwrap();
            told.listen("told").await.unwrap();
            while self.number(count, argument).await == 0 {
                // What happened while the database was away was not told.
                let _ = tokio::time::timeout(Duration::from_secs(2), told.recv()).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "still nothing after {PATIENCE:?}: {count} ($1 = {argument})");
    }

    /// A number that a query with one argument answers; 0 while the database is away.
    pub(crate) async fn number(&self, query: &'static str, argument: i64) -> i64 {
        let answer = sqlx::query_scalar(query).bind(argument).fetch_one(&self.mill.pool).await;
        match answer {
            Ok(number) => number,
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42601") => {
                panic!("{query}: {error}")
            }
            Err(_) => 0,
        }
    }

    pub(crate) async fn counts(&self, backfill: i64) -> Counts {
        let mut db = self.mill.pool.acquire().await.unwrap();
        store::backfill_counts(&mut db, backfill).await.unwrap()
    }

    /// The key of a partition without dimensions besides time.
    pub(crate) fn key(&self, name: &str, label: &str) -> PartitionKey {
        let scheme = &self.mill.catalog.dataset(self.index(name)).scheme;
        let ranges = scheme.parse_ranges(label).unwrap();
        PartitionKey::time(ranges.iter().next().unwrap())
    }

    /// The version of a partition that readers see.
    pub(crate) async fn head(&self, name: &str, key: &PartitionKey) -> Option<store::VersionRow> {
        let mut db = self.mill.pool.acquire().await.unwrap();
        let slices = store::Slices::load(&mut db).await.unwrap();
        let dataset = self.mill.registry.datasets[self.index(name)];
        let slice = slices.id(&key.slice)?;
        store::version(&mut db, dataset, slice, key.ordinal).await.unwrap()
    }

    /// The rows of a published partition.
    pub(crate) async fn frame(&self, name: &str, key: &PartitionKey) -> DataFrame {
        let version = self.head(name, key).await.unwrap();
        let schema = self.mill.verified.schemas[self.index(name)].clone().unwrap();
        let mill = Arc::clone(&self.mill);
        let read = move || {
            let frame = tidemill::lake::scan(&mill.lake, &version.paths, &schema).unwrap();
            frame.collect().unwrap()
        };
        tokio::task::spawn_blocking(read).await.unwrap()
    }

    /// The rows of a published partition as sorted lines.
    pub(crate) async fn rows(&self, name: &str, label: &str) -> String {
        rows_text(&self.frame(name, &self.key(name, label)).await)
    }

    /// How many versions of its partitions a job has published.
    pub(crate) async fn published(&self, name: &str) -> i64 {
        let dataset = self.mill.registry.datasets[self.index(name)];
        let count = "select count(*) from tidemill.materialization where dataset_id = $1";
        self.number(count, i64::from(dataset)).await
    }

    /// Why partitions of a dataset failed, as lines `partition code message`.
    pub(crate) async fn failures(&self, name: &str) -> String {
        let dataset = self.index(name);
        let mut db = self.mill.pool.acquire().await.unwrap();
        let rows = store::failures(&mut db, 1000).await.unwrap();
        let number = self.mill.registry.datasets[dataset];
        let scheme = &self.mill.catalog.dataset(dataset).scheme;
        let of_dataset = rows.iter().filter(|row| row.dataset_id == number);
        let mut lines: Vec<String> = of_dataset
            .map(|row| format!("{} {} {}", scheme.label(row.ordinal), row.error_code, row.error))
            .collect();
        lines.sort();
        lines.join("\n")
    }
}

/// Looks often, so that tiny pauses stay tiny.
pub(crate) fn work_options() -> WorkOptions {
    WorkOptions { poll: Duration::from_millis(20), ..WorkOptions::default() }
}

/// The counts that are not zero.
pub(crate) fn counts_text(counts: &Counts) -> String {
    let parts = [
        (counts.live(), "live"),
        (counts.succeeded - counts.unchanged, "published"),
        (counts.unchanged, "unchanged"),
        (counts.failed, "failed"),
        (counts.cancelled, "cancelled"),
    ];
    let shown = parts.iter().filter(|(count, _)| *count != 0);
    let shown: Vec<String> = shown.map(|(count, word)| format!("{count} {word}")).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

async fn open(declare: impl FnOnce(&mut Project), places: &Places) -> Arc<Mill> {
    let mut project = Project::new();
    project.landing(places.landing.clone());
    declare(&mut project);
    let catalog = project.catalog().unwrap_or_else(|faults| panic!("{faults:#?}"));
    let verified = verify(&project, &catalog);
    assert!(verified.faults.is_empty(), "{:#?}", verified.faults);
    let pool = store::open(places.options.clone()).await.unwrap();
    let options = &places.store_options;
    let mill = Mill::open(project, catalog, verified, pool, &places.lake, options).await;
    Arc::new(mill.unwrap())
}
