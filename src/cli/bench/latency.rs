//! How soon a reader starts once its input is committed, on an idle system.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use polars::prelude::{IntoLazy, df};
use tokio_util::sync::CancellationToken;

use super::super::progress;
use super::Figure;
use crate::cluster;
use crate::config::Config;
use crate::engine::{self, Bell, CrewOptions, Demand, Mill, Mode, Topic, WorkOptions};
use crate::job::{Project, Transform, verify};
use crate::model::{PartitionSet, Ranges, Slice};
use crate::plan::{Request, Select};
use crate::spec::{Mapping, TimePartitions};
use crate::store;

/// How often it is measured.
const SAMPLES: i64 = 300;

/// When each partition of the reader was started, by ordinal.
type Starts = Arc<Mutex<Vec<(i64, Timestamp)>>>;

/// From the begin of the transaction that publishes an input to the first line of its reader's code;
/// the limit is what two commits of one row take: the input's, and that of the claim.
pub(super) async fn handover(config: &Config) -> Result<Vec<Figure>> {
    let home = std::env::temp_dir().join(format!("tidemill-bench-latency-{}", std::process::id()));
    std::fs::create_dir_all(&home)?;
    let options = cluster::Options {
        database_url: None,
        state_dir: home.clone(),
        bin_dir: config.pg_bin.clone(),
    };
    let database = cluster::open(&options).await?;
    let pool = store::open(database.options.clone()).await?;
    let starts = Starts::default();
    let mill = open_mill(&home.join("lake"), pool, &starts).await?;
    let limit = 2.0 * store::bench_commit(&mill.pool).await?;
    run_all(&mill).await?;
    let reader = mill.catalog.index_of("reader").context("the bench declares `reader`")?;
    let committed = store::input_commits(&mill.pool, mill.registry.datasets[reader]).await?;
    let starts = starts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut took: Vec<f64> = starts
        .iter()
        .filter_map(|(ordinal, start)| {
            let (_, commit) = committed.iter().find(|(held, _)| held == ordinal)?;
            Some(start.duration_since(*commit).as_secs_f64() * 1e3)
        })
        .collect();
    mill.pool.close().await;
    database.close().await?;
    std::fs::remove_dir_all(&home)?;
    anyhow::ensure!(took.len() == SAMPLES as usize, "{} of {SAMPLES} samples", took.len());
    took.sort_by(f64::total_cmp);
    let figure = |name, share: usize| Figure {
        name,
        value: took[took.len() * share / 100],
        unit: "ms",
        limit: limit * 1e3,
        samples: took.len(),
        against: "two commits of one row",
    };
    Ok(vec![figure("handover_latency", 50), figure("handover_latency_p99", 99)])
}

async fn open_mill(
    lake: &std::path::Path,
    pool: sqlx::PgPool,
    starts: &Starts,
) -> Result<Arc<Mill>> {
    let mut project = Project::new();
    let day = TimePartitions::daily("2000-01-01").until("2020-01-01");
    let input = project.job(
        Transform::new("input")
            .partitions(day.clone())
            .run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
    );
    let starts = Arc::clone(starts);
    project.job(
        Transform::new("reader").reads(&input, Mapping::Same).partitions(day).version("1").run(
            move |cx, [input]| {
                let started = (cx.window().start.as_second() / 86_400, crate::clock::now());
                starts.lock().unwrap_or_else(PoisonError::into_inner).push(started);
                Ok(input)
            },
        ),
    );
    let catalog = project.catalog().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let verified = verify(&project, &catalog);
    anyhow::ensure!(verified.faults.is_empty(), "{:?}", verified.faults);
    let options = std::collections::BTreeMap::new();
    let mill =
        Mill::open(project, catalog, verified, pool, &lake.to_string_lossy(), &options).await?;
    Ok(Arc::new(mill))
}

/// Makes one input and its reader at a time.
async fn run_all(mill: &Arc<Mill>) -> Result<()> {
    let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
    let crew = CrewOptions { mode: Mode::InProcess, ..CrewOptions::default() };
    let options = WorkOptions { crew, ..WorkOptions::default() };
    let worker = engine::work(Arc::clone(mill), options, stop.clone(), bell.clone());
    let worker = tokio::spawn(worker);
    for sample in 0..SAMPLES {
        let mut targets = Vec::new();
        for name in ["input", "reader"] {
            let job = mill.catalog.index_of(name).context("the bench declares both")?;
            let first = super::first(mill, job) + sample;
            targets.push((job, PartitionSet::of(Slice::none(), Ranges::single(first))));
        }
        let select = Select { missing: true, ..Select::default() };
        let request = Request { targets, select, upstream: false, downstream: false };
        let planned = engine::plan_now(mill, &request, crate::clock::now()).await?;
        let demand = Demand::backfill(request, &planned.plan.hash, "bench", "bench");
        let applied = engine::demand(mill, &demand).await?;
        bell.ring(Topic::Work);
        let look = Duration::from_millis(5);
        let counts = progress::follow(mill, applied.backfill, applied.runs, look).await?;
        anyhow::ensure!(counts.failed == 0, "{} attempts of the bench failed", counts.failed);
    }
    stop.cancel();
    worker.await??;
    Ok(())
}
