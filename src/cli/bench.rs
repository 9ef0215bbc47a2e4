//! `tidemill bench`: what Tidemill costs, as ratios to what the machine can do in the same run.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use polars::prelude::{
    DataFrame, IntoLazy, LazyFrame, NamedFrom, ParquetCompression, ParquetWriter, Series, col, len,
    lit,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::args::BenchArgs;
use super::{output, progress};
use crate::cluster;
use crate::config::Config;
use crate::engine::{self, Mill, WorkOptions};
use crate::job::{JobResult, Project, Transform, verify};
use crate::model::{PartitionSet, Registered, Slice};
use crate::plan::{self, Ledger, Record, Request, Select};
use crate::spec::{Catalog, Contract, Mapping, Source, TimePartitions, Type};
use crate::store;

/// One measured figure, with what the machine itself does in the same run.
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    limit: f64,
    samples: usize,
    /// What the limit is.
    against: &'static str,
}

/// Measures what was asked for.
pub(super) async fn bench(config: &Config, args: &BenchArgs, json: bool) -> Result<ExitCode> {
    let wanted = |name: &str| args.name.as_deref().is_none_or(|only| only == name);
    let mut figures = Vec::new();
    if wanted("plan_million") {
        figures.push(plan_million());
    }
    if wanted("plan_million_published") {
        figures.push(plan_million_published());
    }
    if wanted("check_500") {
        figures.push(check_500());
    }
    if wanted("overhead_per_partition") {
        let shape = Shape { name: "overhead_per_partition", days: 300, rows: 100, rounds: 3 };
        figures.push(overhead(config, &shape).await?);
    }
    if wanted("overhead_vs_polars") {
        let shape = Shape { name: "overhead_vs_polars", days: 4, rows: 4_000_000, rounds: 3 };
        figures.push(overhead(config, &shape).await?);
    }
    anyhow::ensure!(
        !figures.is_empty(),
        "there is no bench of that name; there are `plan_million`, \
         `plan_million_published`, `check_500`, `overhead_per_partition` and `overhead_vs_polars`"
    );
    for figure in &figures {
        let ratio = figure.value / figure.limit;
        if json {
            output::json(&serde_json::json!({
                "name": figure.name,
                "value": figure.value,
                "unit": figure.unit,
                "limit": figure.limit,
                "ratio": ratio,
                "samples": figure.samples,
            }));
        } else {
            output::line(&format!(
                "{:<24} {:>10.4} {:<4} {:>8.2} times {} ({:.4} {}; {} samples)",
                figure.name,
                figure.value,
                figure.unit,
                ratio,
                figure.against,
                figure.limit,
                figure.unit,
                figure.samples
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Plans a million partitions of a chain of 100 jobs, none of them made; the limit is a set of a
/// million keys, which any planner that goes key by key would build at least.
fn plan_million() -> Figure {
    let catalog = chain_of_100();
    let select = Select { missing: true, ..Select::default() };
    let ledger = ledger(&catalog, 1);
    plan_figure("plan_million", &catalog, &ledger, select, 1_000_000)
}

/// Finds that a million published partitions of the same chain are stale: each is compared with
/// what it would be made from now.
fn plan_million_published() -> Figure {
    let catalog = chain_of_100();
    let select = Select { stale: true, ..Select::default() };
    let ledger = ledger(&catalog, catalog.datasets().len());
    plan_figure("plan_million_published", &catalog, &ledger, select, 1_000_000)
}

fn plan_figure(
    name: &'static str,
    catalog: &Catalog,
    ledger: &Ledger,
    select: Select,
    expected: u64,
) -> Figure {
    let days = catalog.dataset(0).scheme.calendar();
    let slice = Slice::none();
    let targets = (1..catalog.datasets().len())
        .map(|job| (job, PartitionSet::of(slice.clone(), days.clone())))
        .collect();
    let request = Request { targets, select, upstream: false, downstream: false };
    let rounds = 5;
    let (mut took, mut keys) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let began = Instant::now();
        let plan = plan::plan(catalog, ledger, &request);
        took.push(began.elapsed().as_secs_f64());
        assert_eq!(plan.runs(), expected, "the bench knows what there is to plan");
        let began = Instant::now();
        let set: BTreeSet<(usize, i64)> =
            (0..100).flat_map(|job| days.iter().map(move |ordinal| (job, ordinal))).collect();
        keys.push(began.elapsed().as_secs_f64());
        std::hint::black_box(set);
    }
    let against = "building a set of as many keys";
    Figure { name, value: median(took), unit: "s", limit: median(keys), samples: rounds, against }
}

/// Checks a project of 500 jobs, fingerprints among it; the limit is only building each job's plan
/// and resolving its columns once.
fn check_500() -> Figure {
    let mut project = Project::new();
    let day = TimePartitions::daily("2024-01-01");
    let columns = [("user", Type::Int64), ("amount", Type::Int64), ("text", Type::String)];
    let events = project.source(
        Source::files("events", "{day}.parquet")
            .under(".")
            .partitions(&day)
            .contract(Contract::new(columns.clone())),
    );
    for job in 0..500 {
        project.job(
            Transform::new(&format!("job_{job}"))
                .reads(&events, Mapping::Same)
                .partitions(&day)
                .run(|_, [events]| query(events)),
        );
    }
    let rounds = 5;
    let (mut took, mut resolved) = (Vec::new(), Vec::new());
    let schema = Arc::new(crate::lake::schema(&Contract::new(columns)));
    for _ in 0..rounds {
        let began = Instant::now();
        let catalog = project.catalog().expect("this file declares a sound project");
        let verified = verify(&project, &catalog);
        took.push(began.elapsed().as_secs_f64());
        assert!(verified.faults.is_empty(), "this file declares sound jobs");
        let began = Instant::now();
        for _ in 0..500 {
            let frame = crate::lake::probe::probe("events", Arc::clone(&schema));
            let mut plan = query(frame).expect("the query of this file builds");
            std::hint::black_box(plan.collect_schema().expect("and resolves"));
        }
        resolved.push(began.elapsed().as_secs_f64());
    }
    let against = "resolving the same 500 plans once";
    let (value, limit) = (median(took), median(resolved));
    Figure { name: "check_500", value, unit: "s", limit, samples: rounds, against }
}

/// A source and 100 jobs, each reading the one before, of 10,000 partitions of five minutes each.
fn chain_of_100() -> Catalog {
    let mut project = Project::new();
    let minutes = TimePartitions::minutes(5, "2024-01-01").until("2024-02-04T17:20");
    let contract = || Contract::new([("n", Type::Int64)]);
    let mut last = project.source(
        Source::files("events", "{time:%Y%m%dT%H%M}.parquet")
            .under(".")
            .partitions(&minutes)
            .contract(contract()),
    );
    for job in 0..100 {
        last = project.job(
            Transform::new(&format!("job_{job}"))
                .reads(&last, Mapping::Same)
                .partitions(&minutes)
                .contract(contract())
                .run(|_, [input]| Ok(input)),
        );
    }
    project.catalog().expect("this file declares a sound project")
}

/// A picture in which every partition of the first `published` datasets is there, made by the code
/// of today from something else.
fn ledger(catalog: &Catalog, published: usize) -> Ledger {
    let mut records = vec![Record::default(); catalog.datasets().len()];
    let slice = Slice::none();
    let ordinals = catalog.dataset(0).scheme.calendar();
    for (dataset, record) in records.iter_mut().enumerate().take(published) {
        let is_made = 0 < dataset;
        let head = |ordinal| plan::Head {
            ordinal,
            content: 1,
            inputs: is_made.then_some(0),
            code: is_made.then_some(1),
        };
        let heads = ordinals.iter().map(head).collect();
        record.tracks.insert(slice.clone(), plan::Track::new(&slice, heads));
        record.current_code.insert(1);
    }
    Ledger { now: crate::clock::now(), registered: Registered::new(), records }
}

/// How much there is to make.
struct Shape {
    name: &'static str,
    days: i64,
    rows: usize,
    rounds: usize,
}

/// Wall time of a backfill per partition, against a plain Polars program that reads and writes the
/// same partitions one after the other.
async fn overhead(config: &Config, shape: &Shape) -> Result<Figure> {
    let home = std::env::temp_dir().join(format!("tidemill-bench-{}", std::process::id()));
    std::fs::create_dir_all(home.join("landing"))?;
    let measured = overhead_in(config, shape, &home).await;
    std::fs::remove_dir_all(&home)?;
    measured
}

async fn overhead_in(config: &Config, shape: &Shape, home: &Path) -> Result<Figure> {
    let landing = home.join("landing");
    let days: Vec<String> = (0..shape.days)
        .map(|day| {
            let day = jiff::civil::date(2024, 1, 1) + jiff::SignedDuration::from_hours(24 * day);
            day.to_string()
        })
        .collect();
    for (seed, day) in days.iter().enumerate() {
        write(&mut frame(shape.rows, seed as i64), &landing.join(format!("{day}.parquet")))?;
    }
    let options = cluster::Options {
        database_url: None,
        state_dir: home.to_path_buf(),
        bin_dir: config.pg_bin.clone(),
    };
    let database = cluster::open(&options).await?;
    let mill = open_mill(home, &days, store::open(database.options.clone()).await?).await?;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..shape.rounds {
        ours.push(backfill(&mill).await? / shape.days as f64);
        let (days, landing, out) = (days.clone(), landing.clone(), home.join("plain"));
        let took = tokio::task::spawn_blocking(move || by_hand(&days, &landing, &out)).await??;
        plain.push(took / shape.days as f64);
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
fn query(input: LazyFrame) -> JobResult<LazyFrame> {
    Ok(input
        .filter(col("amount").gt(lit(5)))
        .with_columns([(col("amount") * lit(2)).alias("double")])
        .with_columns([len()
            .over([col("user")])?
            .cast(polars::prelude::DataType::Int64)
            .alias("n")]))
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

/// Makes every partition anew, one after the other; seconds.
async fn backfill(mill: &Arc<Mill>) -> Result<f64> {
    let now = crate::clock::now();
    let (_, assessment) = engine::assess_now(mill, now).await?;
    let facts = mill.catalog.index_of("facts").context("the bench declares `facts`")?;
    let select = Select { all: true, ..Select::default() };
    let targets = vec![(facts, assessment.statuses[facts].universe.clone())];
    let request = Request { targets, select, upstream: false, downstream: false };
    let began = Instant::now();
    let planned = engine::plan_now(mill, &request, now).await?;
    let applied =
        engine::apply(mill, &request, &planned.plan.hash, "bench", false, "bench").await?;
    let (stop, bell) = (CancellationToken::new(), Arc::new(Notify::new()));
    let options =
        WorkOptions { slots: 1, poll: Duration::from_millis(5), ..WorkOptions::default() };
    let worker = tokio::spawn(engine::work(Arc::clone(mill), options, stop.clone(), bell));
    let counts =
        progress::follow(mill, applied.backfill, applied.runs, Duration::from_millis(5)).await?;
    let took = began.elapsed().as_secs_f64();
    stop.cancel();
    worker.await??;
    anyhow::ensure!(counts.failed == 0, "{} attempts of the bench failed", counts.failed);
    Ok(took)
}

/// The same by a plain program; seconds.
fn by_hand(days: &[String], landing: &Path, out: &Path) -> Result<f64> {
    std::fs::create_dir_all(out)?;
    let began = Instant::now();
    for day in days {
        let path = landing.join(format!("{day}.parquet"));
        let path = polars::prelude::PlRefPath::new(path.to_string_lossy().as_ref());
        let input = LazyFrame::scan_parquet(path, polars::prelude::ScanArgsParquet::default())?;
        let plan = query(input).map_err(|error| anyhow::anyhow!("{error}"))?;
        let mut made =
            plan.collect_with_engine(polars::prelude::Engine::Streaming)?.unwrap_single();
        write(&mut made, &out.join(format!("{day}.parquet")))?;
    }
    Ok(began.elapsed().as_secs_f64())
}

fn write(frame: &mut DataFrame, path: &Path) -> Result<()> {
    let file = std::fs::File::create(path)?;
    let level = polars_utils::compression::ZstdLevel::try_new(1)?;
    ParquetWriter::new(&file)
        .with_compression(ParquetCompression::Zstd(Some(level)))
        .finish(frame)?;
    // The product's partitions are on the disk when they are published; so are these.
    file.sync_all()?;
    Ok(())
}

fn frame(rows: usize, seed: i64) -> DataFrame {
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
    .collect()
    .expect("a frame in memory")
}

fn next(day: &str) -> Result<String> {
    let day: jiff::civil::Date = day.parse()?;
    Ok(day.tomorrow()?.to_string())
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
