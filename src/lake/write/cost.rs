//! What staging costs, printed and not asserted: run with `--nocapture`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use object_store::path::Path;
use polars::prelude::*;
use tokio::runtime::Runtime;

use super::profile::Profiler;
use super::stage;
use crate::lake::Place;

/// Rows of an ordinary event table: ids, a time, a name out of few, an amount.
fn events(rows: u64) -> DataFrame {
    let user = |row: u64| format!("user-{:06}", row * 7_919 % 100_003);
    let at = |row: u64| 1_291_190_400_000_000 + (row * 1_000_003) as i64;
    let event = |row: u64| ["open", "edit", "save"][row as usize % 3];
    df!(
        "id" => (0..rows).map(super::content::mix).collect::<Vec<_>>(),
        "user" => (0..rows).map(user).collect::<Vec<_>>(),
        "at" => (0..rows).map(at).collect::<Vec<_>>(),
        "event" => (0..rows).map(event).collect::<Vec<_>>(),
        "amount" => (0..rows).map(|row| (row % 977) as f64 / 8.0).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn on_disk(folder: &tempfile::TempDir) -> Place {
    Place::open(folder.path().to_str().unwrap(), &BTreeMap::new()).unwrap()
}

fn mean_of(times: u32, mut work: impl FnMut(u32)) -> Duration {
    work(times);
    let start = Instant::now();
    (0..times).for_each(&mut work);
    start.elapsed() / times
}

#[test]
fn a_small_partition_costs_mostly_the_start_of_the_engine_and_the_disk() {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let (memory, disk) = (Place::in_memory(), on_disk(&folder));
    let stop = Arc::new(AtomicBool::new(false));
    let frame = events(100);
    let staged = |place: &Place, number: u32| {
        let path = Path::from(format!("events/{number}/run.parquet"));
        stage(frame.clone().lazy(), place, &path, runtime.handle(), &stop).unwrap()
    };
    let engine = mean_of(200, |_| {
        let take = PlanCallback::new(|_: DataFrame| Ok(false));
        let plan = frame.clone().lazy().sink_batches(take, true, None).unwrap();
        plan.collect_with_engine(Engine::Streaming).unwrap();
    });
    let profile = mean_of(200, |_| {
        let mut profiler = Profiler::new(frame.schema());
        profiler.observe(&frame).unwrap();
        profiler.finish();
    });
    let encode = mean_of(200, |_| {
        ParquetWriter::new(Vec::new()).finish(&mut frame.clone()).unwrap();
    });
    let in_memory = mean_of(200, |number| drop(staged(&memory, number)));
    let on_disk = mean_of(200, |number| drop(staged(&disk, number)));
    println!("100 rows: engine {engine:?}, profile {profile:?}, encoding {encode:?};");
    println!("staged in memory {in_memory:?}, on disk and synced {on_disk:?}");
}

#[test]
fn a_large_partition_is_compared_with_a_plain_sink() {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let disk = on_disk(&folder);
    let stop = Arc::new(AtomicBool::new(false));
    let frame = events(2_000_000);
    let size = frame.estimated_size() / 1_000_000;
    let plain = mean_of(2, |number| {
        let file = folder.path().join(format!("plain-{number}.parquet"));
        let options = ParquetWriteOptions::default();
        let target = SinkTarget::Path(PlRefPath::new(file.to_str().unwrap()));
        let format = FileWriteFormat::Parquet(Arc::new(options));
        let destination = SinkDestination::File { target };
        let plan = frame.clone().lazy().sink(destination, format, UnifiedSinkArgs::default());
        plan.unwrap().collect_with_engine(Engine::Streaming).unwrap();
    });
    let staged = mean_of(2, |number| {
        let path = Path::from(format!("staged-{number}.parquet"));
        stage(frame.clone().lazy(), &disk, &path, runtime.handle(), &stop).unwrap();
    });
    println!("2,000,000 rows, {size} MB: a plain sink {plain:?}, staged and synced {staged:?}");
}
