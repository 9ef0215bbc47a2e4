//! What a partition costs beyond its query.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use polars::prelude::{
    DataFrame, DataType, Engine, FileWriteFormat, IntoLazy, LazyFrame, NamedFrom,
    ParquetCompression, ParquetWriteOptions, PlRefPath, ScanArgsParquet, Series, SinkDestination,
    SinkTarget, UnifiedSinkArgs, col, len, lit,
};
use polars_io::utils::sync_on_close::SyncOnCloseType;
use tokio_util::sync::CancellationToken;

use super::super::progress;
use super::{Figure, median};
use crate::cluster;
use crate::config::Config;
use crate::engine::{self, Bell, Demand, Mill, WorkOptions};
use crate::job::{JobResult, Project, Transform, verify};
use crate::plan::{Request, Select};
use crate::spec::{Contract, Mapping, Source, TimePartitions, Type};
use crate::store;

/// How much there is to make.
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) days: i64,
    pub(super) rows: usize,
    pub(super) rounds: usize,
}

/// Wall time of a backfill per partition, against a plain Polars program that reads and writes the
/// same partitions one after the other.
pub(super) async fn overhead(config: &Config, shape: &Shape) -> Result<Figure> {
    let home = std::env::temp_dir().join(format!("tidemill-bench-{}", std::process::id()));
    std::fs::create_dir_all(home.join("landing"))?;
    let measured = overhead_in(config, shape, &home).await;
    std::fs::remove_dir_all(&home)?;
    measured
}

async fn overhead_in(config: &Config, shape: &Shape, home: &Path) -> Result<Figure> {
    let landing = home.join("landing");
    let days = days(shape.days);
    for (seed, day) in days.iter().enumerate() {
        write(frame(shape.rows, seed as i64), &landing.join(format!("{day}.parquet")))?;
    }
    let options = cluster::Options {
        database_url: None,
        state_dir: home.to_path_buf(),
        bin_dir: config.pg_bin.clone(),
    };
    let database = cluster::open(&options).await?;
    let mill = open_mill(home, &days, store::open(database.options.clone()).await?).await?;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    // The first round warms both up and does not count.
    for round in 0..=shape.rounds {
        let (days, landing, out) = (days.clone(), landing.clone(), home.join("plain"));
        let by_hand = move || by_hand(&days, &landing, &out);
        let by_hand = tokio::task::spawn_blocking(by_hand).await?? / shape.days as f64;
        let made = backfill(&mill, "facts", 1).await? / shape.days as f64;
        if 0 < round {
            ours.push(made);
            plain.push(by_hand);
        }
    }
    mill.pool.close().await;
    database.close().await?;
    Ok(Figure {
        name: shape.name,
        value: median(ours),
        unit: "s",
        limit: median(plain),
        samples: shape.rounds,
        against: "a plain Polars program per partition",
    })
}

/// The query of both programs: what a job of daily facts does to each row and group.
pub(super) fn query(input: LazyFrame) -> JobResult<LazyFrame> {
    Ok(input
        .filter(col("amount").gt(lit(5)))
        .with_columns([(col("amount") * lit(2)).alias("double")])
        .with_columns([len().over([col("user")])?.cast(DataType::Int64).alias("n")]))
}

async fn open_mill(home: &Path, days: &[String], pool: sqlx::PgPool) -> Result<Arc<Mill>> {
    let mut project = Project::new();
    let last = days.last().context("a bench has days")?;
    let day = TimePartitions::daily(&days[0]).until(&next(last)?);
    let columns = [("user", Type::Int64), ("amount", Type::Int64), ("text", Type::String)];
    let events = project.source(
        Source::files("events", "{day}.parquet")
            .under(home.join("landing").to_string_lossy())
            .partitions(&day)
            .contract(Contract::new(columns)),
    );
    project.job(
        Transform::new("facts")
            .reads(&events, Mapping::Same)
            .partitions(&day)
            .run(|_, [events]| query(events)),
    );
    let catalog = project.catalog().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let verified = verify(&project, &catalog);
    anyhow::ensure!(verified.faults.is_empty(), "{:?}", verified.faults);
    let lake = home.join("lake");
    let options = std::collections::BTreeMap::new();
    let mill =
        Mill::open(project, catalog, verified, pool, &lake.to_string_lossy(), &options).await?;
    let mill = Arc::new(mill);
    engine::observe(&mill).await?;
    Ok(mill)
}

/// Makes every partition of a job anew, so many at a time; seconds.
pub(super) async fn backfill(mill: &Arc<Mill>, job: &str, slots: usize) -> Result<f64> {
    let now = crate::clock::now();
    let (_, assessment) = engine::assess_now(mill, now).await?;
    let facts = mill.catalog.index_of(job).context("the bench declares its jobs")?;
    let select = Select { all: true, ..Select::default() };
    let targets = vec![(facts, assessment.statuses[facts].universe.clone())];
    let request = Request { targets, select, upstream: false, downstream: false };
    let began = Instant::now();
    let planned = engine::plan_now(mill, &request, now).await?;
    let seen = &planned.plan.hash;
    let demand = Demand::backfill(request, seen, "bench", "bench");
    let applied = engine::demand(mill, &demand).await?;
    let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
    let options = WorkOptions { slots, poll: Duration::from_millis(5), ..WorkOptions::default() };
    let worker = tokio::spawn(engine::work(Arc::clone(mill), options, stop.clone(), bell));
    let counts =
        progress::follow(mill, applied.backfill, applied.runs, Duration::from_millis(5)).await?;
    let took = began.elapsed().as_secs_f64();
    stop.cancel();
    worker.await??;
    anyhow::ensure!(counts.failed == 0, "{} attempts of the bench failed", counts.failed);
    Ok(took)
}

/// The same by a plain program: the streaming engine reads, computes and writes one partition after
/// the other, and the disk has each before the next; seconds.
fn by_hand(days: &[String], landing: &Path, out: &Path) -> Result<f64> {
    std::fs::create_dir_all(out)?;
    let began = Instant::now();
    for day in days {
        let path = landing.join(format!("{day}.parquet"));
        let path = PlRefPath::new(path.to_string_lossy().as_ref());
        let input = LazyFrame::scan_parquet(path, ScanArgsParquet::default())?;
        let plan = query(input).map_err(|error| anyhow::anyhow!("{error}"))?;
        write(plan, &out.join(format!("{day}.parquet")))?;
    }
    Ok(began.elapsed().as_secs_f64())
}

/// Writes a plan the way anybody would, compressed like the product's partitions and, like them, on
/// the disk when it is done.
pub(super) fn write(plan: LazyFrame, path: &Path) -> Result<()> {
    let level = polars_utils::compression::ZstdLevel::try_new(1)?;
    let options = ParquetWriteOptions {
        compression: ParquetCompression::Zstd(Some(level)),
        ..ParquetWriteOptions::default()
    };
    let target = SinkTarget::Path(PlRefPath::new(path.to_string_lossy().as_ref()));
    let args = UnifiedSinkArgs { sync_on_close: SyncOnCloseType::All, ..Default::default() };
    let format = FileWriteFormat::Parquet(Arc::new(options));
    let plan = plan.sink(SinkDestination::File { target }, format, args)?;
    plan.collect_with_engine(Engine::Streaming)?;
    Ok(())
}

pub(super) fn frame(rows: usize, seed: i64) -> LazyFrame {
    let mixed = |row: usize, salt: i64| {
        ((row as i64 + seed * 7919 + salt).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 33)
            .abs()
    };
    let users: Vec<i64> = (0..rows).map(|row| mixed(row, 1) % 100_000).collect();
    let amounts: Vec<i64> = (0..rows).map(|row| mixed(row, 2)).collect();
    let texts: Vec<String> = (0..rows).map(|row| format!("page/{:x}", mixed(row, 3))).collect();
    DataFrame::new_infer_height(vec![
        Series::new("user".into(), users).into(),
        Series::new("amount".into(), amounts).into(),
        Series::new("text".into(), texts).into(),
    ])
    .expect("columns of one length and different names")
    .lazy()
}

/// So many days, by label.
pub(super) fn days(count: i64) -> Vec<String> {
    let day = |day| jiff::civil::date(2020, 1, 1) + jiff::SignedDuration::from_hours(24 * day);
    (0..count).map(|number| day(number).to_string()).collect()
}

/// The day after.
pub(super) fn next(day: &str) -> Result<String> {
    let day: jiff::civil::Date = day.parse()?;
    Ok(day.tomorrow()?.to_string())
}
