//! The projects that are simulated: small, and each with something of its own.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use tidemill::prelude::*;
use tidemill::spec::Catalog;

use crate::model::queue::{Job, Pool as Slots, Queue};

/// The simulated day begins at its end: half a minute later, another day has closed.
pub(super) const DAWN: &str = "2024-01-06T23:59:30Z";

/// Every shape.
pub(super) fn shapes() -> &'static [Catalog] {
    static SHAPES: OnceLock<Vec<Catalog>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let declared: [fn(&mut Project); 5] = [chain, diamond, crowd, steps, weeks];
        declared.iter().copied().map(built).collect()
    })
}

fn built(declare: fn(&mut Project)) -> Catalog {
    let mut project = Project::new();
    declare(&mut project);
    project.catalog().unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn days() -> TimePartitions {
    TimePartitions::daily("2024-01-03")
}

fn raw(project: &mut Project, name: &str) -> Dataset {
    let files = Source::files(name, "{day}").under("landing").format(Format::Parquet);
    project.source(files.partitions(days()).contract(columns()))
}

fn columns() -> Contract {
    Contract::new([("a", Type::Int64)])
}

/// One after the other; the last goes on without what failed.
fn chain(project: &mut Project) {
    let raw = raw(project, "raw");
    let clean = Transform::new("clean").reads(&raw, Mapping::Same).partitions(days());
    let clean = project.job(clean.run(|_, [raw]| Ok(raw)));
    let narrow = Pool::new("narrow").slots(2);
    let report = Transform::new("report").reads(&clean, Mapping::Same.or_skip()).pool(&narrow);
    let report = project.job(report.weight(2).partitions(days()).run(|_, [clean]| Ok(clean)));
    let late = Transform::new("late").reads(&report, Mapping::Same).partitions(days());
    project.job(late.pool(&narrow).run(|_, [report]| Ok(report)));
}

/// Two ways from one source to one job.
fn diamond(project: &mut Project) {
    let raw = raw(project, "raw");
    let left = Transform::new("left").reads(&raw, Mapping::Same).concurrency(1).partitions(days());
    let left = project.job(left.run(|_, [raw]| Ok(raw)));
    let right = Transform::new("right").reads(&raw, Mapping::lookback(1.day()).or_skip());
    let right = project.job(right.partitions(days()).run(|_, [raw]| Ok(raw)));
    let both = Transform::new("both").reads(&left, Mapping::Same).reads(&right, Mapping::Same);
    project.job(both.partitions(days()).run(|_, [left, _]| Ok(left)));
}

/// Jobs without inputs that are in each other's way.
fn crowd(project: &mut Project) {
    let narrow = Pool::new("narrow").slots(3);
    for (name, weight, runs) in [("one", 1, 1), ("two", 2, 2), ("three", 3, 3), ("four", 4, 4)] {
        let job = Transform::new(name).pool(&narrow).weight(weight).concurrency(runs);
        project.job(job.partitions(days()).run(|_, []| Ok(df!("one" => [1_i64])?.lazy())));
    }
}

/// Running state: each day from the day before.
fn steps(project: &mut Project) {
    let raw = raw(project, "raw");
    let state = Transform::new("state").reads(&raw, Mapping::Same);
    let state = state.reads_itself(Mapping::previous()).partitions(days()).contract(columns());
    let state = project.job(state.run(|_, [raw, _]| Ok(raw)));
    let last = Transform::new("last").reads(&state, Mapping::Same.or_skip()).partitions(days());
    project.job(last.retry(Retry::never()).run(|_, [state]| Ok(state)));
}

/// Gates: more days than are worth an edge each, read by several.
fn weeks(project: &mut Project) {
    let days = || TimePartitions::daily("2024-01-01");
    let numbers = Transform::new("numbers").partitions(days());
    let numbers = project.job(numbers.run(|_, []| Ok(df!("one" => [1_i64])?.lazy())));
    let sums = Transform::new("sums").reads(&numbers, Mapping::All).partitions(days());
    let sums = project.job(sums.run(|_, [numbers]| Ok(numbers)));
    let any = Transform::new("any").reads(&numbers, Mapping::All.or_skip()).partitions(days());
    project.job(any.run(|_, [numbers]| Ok(numbers)));
    let best = Transform::new("best").reads(&sums, Mapping::lookback(6.days()).or_skip());
    project.job(best.partitions(days()).run(|_, [sums]| Ok(sums)));
}

/// An empty queue for what a catalog declares.
pub(super) fn queue_of(catalog: &Catalog) -> Queue {
    let mut queue = Queue::default();
    let mut pools: BTreeMap<String, i32> = BTreeMap::new();
    for dataset in catalog.datasets() {
        let limits = dataset.job().map(|job| job.limits.clone()).unwrap_or_default();
        let next = pools.len() as i32 + 1;
        let pool = *pools.entry(limits.pool.name.clone()).or_insert(next);
        let slots = limits.pool.slots.map(|slots| slots as i32);
        let shares = [limits.pool.live, limits.pool.late, limits.pool.backfill];
        queue.pools.insert(pool, Slots { slots, shares });
        queue.jobs.push(Job {
            name: dataset.name.to_string(),
            pool,
            weight: limits.weight as i32,
            concurrency: limits.concurrency.map(|runs| runs as i32),
            attempts_max: dataset.job().map_or(1, |job| job.retry.attempts_max() as i32),
            is_paused: false,
        });
    }
    queue
}
