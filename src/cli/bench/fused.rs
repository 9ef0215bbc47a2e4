//! What making neighbours in one query is worth.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use polars::prelude::{DataType, col, len, lit};

use super::overhead::{backfill, days, frame, next, write};
use super::{Figure, median};
use crate::cluster;
use crate::config::Config;
use crate::engine::{self, Mill};
use crate::job::{Project, Transform, verify};
use crate::spec::{Contract, Dataset, Fuse, Mapping, Source, TimePartitions, Type};
use crate::store;

const DAYS: i64 = 1_000;
const ROWS: usize = 100;
const ROUNDS: usize = 3;
const SLOTS: usize = 2;

/// Partitions a second of a backfill of a thousand tiny ones, everything recorded, against the same
/// job without fusing.
pub(super) async fn fuse_speedup(config: &Config) -> Result<Figure> {
    let home = std::env::temp_dir().join(format!("tidemill-bench-fuse-{}", std::process::id()));
    std::fs::create_dir_all(home.join("landing"))?;
    let measured = measure(config, &home).await;
    std::fs::remove_dir_all(&home)?;
    measured
}

async fn measure(config: &Config, home: &Path) -> Result<Figure> {
    let days = days(DAYS);
    for (seed, day) in days.iter().enumerate() {
        let date = seed as i32 + FIRST_DAY;
        let rows =
            frame(ROWS, seed as i64).with_columns([lit(date).cast(DataType::Date).alias("day")]);
        write(rows, &home.join("landing").join(format!("{day}.parquet")))?;
    }
    let options = cluster::Options {
        database_url: None,
        state_dir: home.to_path_buf(),
        bin_dir: config.pg_bin.clone(),
    };
    let database = cluster::open(&options).await?;
    let mill = open_mill(home, &days, store::open(database.options.clone()).await?).await?;
    let (mut together, mut alone) = (Vec::new(), Vec::new());
    // The first round warms both up and does not count.
    for round in 0..=ROUNDS {
        let apart = backfill(&mill, "alone", SLOTS).await?;
        let fused = backfill(&mill, "together", SLOTS).await?;
        if 0 < round {
            alone.push(DAYS as f64 / apart);
            together.push(DAYS as f64 / fused);
        }
    }
    mill.pool.close().await;
    database.close().await?;
    Ok(Figure {
        name: "fuse_speedup",
        value: median(together),
        unit: "1/s",
        limit: median(alone),
        samples: ROUNDS,
        against: "the same partitions made one by one",
    })
}

/// The first of January 2020, in days since 1970.
const FIRST_DAY: i32 = 18_262;

/// The same job twice, once with leave to make neighbours together.
async fn open_mill(home: &Path, days: &[String], pool: sqlx::PgPool) -> Result<Arc<Mill>> {
    let mut project = Project::new();
    let last = days.last().context("a bench has days")?;
    let day = TimePartitions::daily(&days[0]).until(&next(last)?);
    let columns = [
        ("user", Type::Int64),
        ("amount", Type::Int64),
        ("text", Type::String),
        ("day", Type::Date),
    ];
    let events = project.source(
        Source::files("events", "{day}.parquet")
            .under(home.join("landing").to_string_lossy())
            .partitions(&day)
            .contract(Contract::new(columns)),
    );
    project.job(facts("alone", &events, &day));
    project.job(facts("together", &events, &day).fuse(Fuse::by("day").up_to(100)));
    let catalog = project.catalog().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let verified = verify(&project, &catalog);
    anyhow::ensure!(verified.faults.is_empty(), "{:?}", verified.faults);
    let (lake, options) = (home.join("lake"), std::collections::BTreeMap::new());
    let mill =
        Mill::open(project, catalog, verified, pool, &lake.to_string_lossy(), &options).await?;
    let mill = Arc::new(mill);
    engine::observe(&mill).await?;
    Ok(mill)
}

/// Daily facts: a row at a time, and numbers of the rows of its user and day.
fn facts(name: &str, events: &Dataset, day: &TimePartitions) -> crate::job::Job<Transform> {
    Transform::new(name).reads(events, Mapping::Same).partitions(day).run(|_, [events]| {
        Ok(events
            .filter(col("amount").gt(lit(5)))
            .with_columns([(col("amount") * lit(2)).alias("double")])
            .with_columns([len()
                .over([col("day"), col("user")])?
                .cast(DataType::Int64)
                .alias("n")]))
    })
}
