//! What the queue does: runs that make nothing, recorded in full, beside `pgbench` writing as much.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio_util::sync::CancellationToken;

use super::super::progress;
use super::{Figure, cpu, pgbench};
use crate::cluster::{self, Database};
use crate::config::Config;
use crate::engine::{self, Bell, CrewOptions, Demand, Mill, Mode, Topic, WorkOptions};
use crate::job::{Project, Transform, verify};
use crate::model::{PartitionKey, PartitionSet, Ranges, Slice};
use crate::plan::{Request, Select};
use crate::spec::{Contract, Mapping, Source, TimePartitions, Type};
use crate::store::{self, Applied, Observed};

/// A cluster with fsync on, and a job of five-minute partitions that makes nothing of a source.
pub(super) struct Yard {
    pub(super) home: PathBuf,
    database: Database,
    pub(super) mill: Arc<Mill>,
    /// How many partitions there are to ask for.
    partitions: i64,
    /// How many of them have been asked for.
    taken: i64,
}

impl Yard {
    /// With so many partitions to ask for, a multiple of 20,000.
    pub(super) async fn open(config: &Config, name: &str, partitions: i64) -> Result<Self> {
        let home =
            std::env::temp_dir().join(format!("tidemill-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(home.join("landing"))?;
        let options = cluster::Options {
            database_url: None,
            state_dir: home.clone(),
            bin_dir: config.pg_bin.clone(),
        };
        let database = cluster::open(&options).await?;
        let pool = store::open(database.options.clone()).await?;
        let mill = open_mill(&home, pool).await?;
        let mut yard = Self { home, database, mill, partitions, taken: 0 };
        yard.publish_source().await?;
        Ok(yard)
    }

    pub(super) async fn close(self) -> Result<()> {
        self.mill.pool.close().await;
        self.database.close().await?;
        std::fs::remove_dir_all(&self.home)?;
        Ok(())
    }

    /// Publishes what the job reads: files that nobody opens.
    async fn publish_source(&mut self) -> Result<()> {
        let source = self.mill.catalog.index_of("raw").context("the bench declares `raw`")?;
        let first = super::first(&self.mill, source);
        for chunk in 0..self.partitions / 20_000 {
            let ordinals = first + chunk * 20_000..first + (chunk + 1) * 20_000;
            let observed: Vec<Observed> = ordinals
                .map(|ordinal| Observed {
                    key: PartitionKey { slice: Slice::none(), ordinal },
                    content: ordinal as u128,
                    rows: None,
                    files: vec![(format!("{ordinal}.csv"), 1)],
                    tags: vec![String::new()],
                    routes: Vec::new(),
                    routed_by: Vec::new(),
                })
                .collect();
            let mut tx = self.mill.pool.begin().await?;
            store::record_observed(&mut tx, &self.mill.registry, source, &observed, &[]).await?;
            tx.commit().await?;
        }
        Ok(store::bench_settle(&self.mill.pool).await?)
    }

    /// A program of the database's own installation.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.database.program(name)
    }

    /// What opens the database.
    pub(super) fn password(&self) -> Result<String> {
        self.database.password().context("the database of a bench is a private one")
    }

    /// Asks for the next partitions.
    pub(super) async fn ask(&mut self, runs: i64) -> Result<Applied> {
        let job = self.mill.catalog.index_of("nothing").context("the bench declares `nothing`")?;
        let first = super::first(&self.mill, job) + self.taken;
        anyhow::ensure!(
            self.taken + runs <= self.partitions,
            "the bench asked for too many partitions"
        );
        self.taken += runs;
        let set = PartitionSet::of(Slice::none(), Ranges::from_range(first..first + runs));
        let select = Select { missing: true, ..Select::default() };
        let request =
            Request { targets: vec![(job, set)], select, upstream: false, downstream: false };
        let planned = engine::plan_now(&self.mill, &request, crate::clock::now()).await?;
        let seen = planned.plan.hash.clone();
        let demand = Demand::backfill(request, &seen, "bench", "bench");
        let applied = engine::demand(&self.mill, &demand).await?;
        anyhow::ensure!(applied.runs == runs as u64, "{} of {runs} runs", applied.runs);
        Ok(applied)
    }

    /// Works on a backfill until it is done; seconds.
    pub(super) async fn work(&self, applied: Applied, mode: Mode) -> Result<f64> {
        let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
        let crew = CrewOptions { mode, ..CrewOptions::default() };
        let options = WorkOptions { crew, ..WorkOptions::default() };
        let began = Instant::now();
        let worker = engine::work(Arc::clone(&self.mill), options, stop.clone(), bell.clone());
        let worker = tokio::spawn(worker);
        bell.ring(Topic::Work);
        let look = Duration::from_millis(20);
        let counts = progress::follow(&self.mill, applied.backfill, applied.runs, look).await?;
        let took = began.elapsed().as_secs_f64();
        stop.cancel();
        worker.await??;
        anyhow::ensure!(counts.failed == 0, "{} attempts of the bench failed", counts.failed);
        Ok(took)
    }
}

async fn open_mill(home: &Path, pool: sqlx::PgPool) -> Result<Arc<Mill>> {
    let mut project = Project::new();
    let cut = TimePartitions::minutes(5, "2020-01-01");
    let raw = project.source(
        Source::files("raw", "{time:%Y/%m/%d/%H-%M}.csv")
            .under(home.join("landing").to_string_lossy())
            .partitions(&cut)
            .contract(Contract::new([("one", Type::Int64)])),
    );
    let nothing = Transform::new("nothing").reads(&raw, Mapping::Same).partitions(&cut);
    project.job(nothing.run(|_, [raw]| Ok(raw)));
    let catalog = project.catalog().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let verified = verify(&project, &catalog);
    anyhow::ensure!(verified.faults.is_empty(), "{:?}", verified.faults);
    let lake = home.join("lake");
    let options = std::collections::BTreeMap::new();
    let mill =
        Mill::open(project, catalog, verified, pool, &lake.to_string_lossy(), &options).await?;
    Ok(Arc::new(mill))
}

/// How many runs a measurement of throughput takes.
const RUNS: i64 = 40_000;

/// Runs that make nothing, from the plan to the last commit, everything recorded, and what each
/// takes of the processor, Postgres included. The limit is `pgbench` writing the same rows into
/// tables of the same shape, in batches as large, on the same cluster.
pub(super) async fn noop(config: &Config) -> Result<Vec<Figure>> {
    let mut yard = Yard::open(config, "noop", RUNS).await?;
    let limit = pgbench::rows_per_second(&yard).await?;
    let (rate, cost) = noop_rate(&mut yard).await?;
    yard.close().await?;
    let throughput = Figure {
        name: "noop_throughput",
        value: rate,
        unit: "/s",
        limit,
        samples: RUNS as usize,
        against: "pgbench writing the same rows",
    };
    let cost = Figure {
        name: "noop_cpu",
        value: cost * 1e3,
        unit: "ms",
        limit: 0.4,
        samples: RUNS as usize,
        against: "the budget a run, Postgres included",
    };
    Ok(vec![throughput, cost])
}

/// Runs a second, and seconds of processor time a run.
async fn noop_rate(yard: &mut Yard) -> Result<(f64, f64)> {
    let (began, before) = (Instant::now(), cpu::of_all(&yard.home)?);
    let applied = yard.ask(RUNS).await?;
    yard.work(applied, Mode::Nothing).await?;
    let took = began.elapsed().as_secs_f64();
    let cost = (cpu::of_all(&yard.home)? - before) / RUNS as f64;
    Ok((RUNS as f64 / took, cost))
}

/// The same beside ten million rows of history; the limit is what was reached without them.
pub(super) async fn noop_10m_history(config: &Config) -> Result<Figure> {
    let mut yard = Yard::open(config, "history", RUNS * 2).await?;
    let (limit, _) = noop_rate(&mut yard).await?;
    store::bench_history(&yard.mill.pool, 10_000_000).await?;
    let (value, _) = noop_rate(&mut yard).await?;
    yard.close().await?;
    Ok(Figure {
        name: "noop_throughput_10m_history",
        value,
        unit: "/s",
        limit,
        samples: RUNS as usize,
        against: "the same without history",
    })
}
