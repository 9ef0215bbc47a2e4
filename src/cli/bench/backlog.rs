//! Recording and cancelling a hundred thousand runs, with edges and gates between them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};

use super::{Figure, median};
use crate::cluster;
use crate::config::Config;
use crate::engine::{self, Demand, Mill};
use crate::job::{Project, Transform, verify};
use crate::plan::{Request, Select};
use crate::spec::{Contract, Mapping, TimePartitions, Type};
use crate::store;

/// 174 days in windows of five minutes, twice, and by day: 100,398 runs.
const UNTIL: &str = "2024-06-23";
/// Half of the runs wait on one other each; the daily ones wait at gates.
const RUNS: u64 = 100_398;
const ROUNDS: usize = 3;

/// Wall time from a demand to 100,000 recorded runs, planning included; and from the command to 100,000
/// cancelled ones. The limits are the same rows in bare tables.
pub(super) async fn enqueue_and_cancel(config: &Config) -> Result<[Figure; 2]> {
    let home = std::env::temp_dir().join(format!("tidemill-bench-queue-{}", std::process::id()));
    std::fs::create_dir_all(&home)?;
    let measured = measure(config, &home).await;
    std::fs::remove_dir_all(&home)?;
    measured
}

async fn measure(config: &Config, home: &Path) -> Result<[Figure; 2]> {
    let options = cluster::Options {
        database_url: None,
        state_dir: home.to_path_buf(),
        bin_dir: config.pg_bin.clone(),
    };
    let database = cluster::open(&options).await?;
    let mill = open_mill(home, store::open(database.options.clone()).await?).await?;
    let (mut enqueued, mut cancelled) = (Vec::new(), Vec::new());
    let (mut inserted, mut moved) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        inserted.push(store::plain_insert(&mill.pool, RUNS as i64).await?);
        moved.push(store::plain_move(&mill.pool).await?);
        let began = Instant::now();
        let backfill = enqueue(&mill).await?;
        enqueued.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        let done = store::cancel_backfill(&mill.pool, backfill, "bench").await?;
        cancelled.push(began.elapsed().as_secs_f64());
        anyhow::ensure!(done.runs == RUNS, "cancelled {} runs, not {RUNS}", done.runs);
    }
    mill.pool.close().await;
    database.close().await?;
    let figure = |name, values, limits, against| Figure {
        name,
        value: median(values),
        unit: "s",
        limit: median(limits),
        samples: ROUNDS,
        against,
    };
    Ok([
        figure("enqueue_100k", enqueued, inserted, "inserting as many rows into a bare table"),
        figure("cancel_100k", cancelled, moved, "moving as many rows between bare tables"),
    ])
}

async fn enqueue(mill: &Arc<Mill>) -> Result<i64> {
    let now = crate::clock::now();
    let names = ["ticks", "copies", "days"];
    let targets = names.iter().map(|name| {
        let dataset = mill.catalog.index_of(name).context("the bench declares it")?;
        let calendar = mill.catalog.dataset(dataset).scheme.existing(now);
        Ok((dataset, crate::model::PartitionSet::of(crate::model::Slice::none(), calendar)))
    });
    let select = Select { missing: true, ..Select::default() };
    let request = Request {
        targets: targets.collect::<Result<_>>()?,
        select,
        upstream: false,
        downstream: false,
    };
    // Nobody looked at the plan, so that it is made once and not twice.
    let demand = Demand { expected: None, ..Demand::backfill(request, "", "bench", "bench") };
    let applied = engine::demand(mill, &demand).await?;
    anyhow::ensure!(applied.runs == RUNS, "recorded {} runs, not {RUNS}", applied.runs);
    Ok(applied.backfill)
}

async fn open_mill(home: &Path, pool: sqlx::PgPool) -> Result<Arc<Mill>> {
    let mut project = Project::new();
    let minutes = TimePartitions::minutes(5, "2024-01-01").until(UNTIL);
    let contract = || Contract::new([("n", Type::Int64)]);
    let ticks = project.job(
        Transform::new("ticks")
            .partitions(&minutes)
            .contract(contract())
            .run(|_, []| Ok(polars::prelude::IntoLazy::lazy(polars::df!("n" => [1_i64])?))),
    );
    let copies = Transform::new("copies").reads(&ticks, Mapping::Same).partitions(&minutes);
    project.job(copies.contract(contract()).run(|_, [ticks]| Ok(ticks)));
    let days = TimePartitions::daily("2024-01-01").until(UNTIL);
    let days = Transform::new("days").reads(&ticks, Mapping::overlapping()).partitions(&days);
    project.job(days.contract(contract()).run(|_, [ticks]| Ok(ticks)));
    let catalog = project.catalog().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let verified = verify(&project, &catalog);
    anyhow::ensure!(verified.faults.is_empty(), "{:?}", verified.faults);
    let lake = home.join("lake");
    let options = BTreeMap::new();
    let mill =
        Mill::open(project, catalog, verified, pool, &lake.to_string_lossy(), &options).await?;
    Ok(Arc::new(mill))
}
