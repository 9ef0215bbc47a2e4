//! Planning and checking, without a database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::overhead::query;
use super::{Figure, median};
use crate::job::{Project, Transform, verify};
use crate::model::{PartitionSet, Registered, Slice};
use crate::plan::{self, Ledger, Record, Request, Select};
use crate::spec::{Catalog, Contract, Mapping, Source, TimePartitions, Type};

/// Plans a million partitions of a chain of 100 jobs, none of them made; the limit is a set of a
/// million keys, which any planner that goes key by key would build at least.
pub(super) fn plan_million() -> Figure {
    let catalog = chain_of_100();
    let select = Select { missing: true, ..Select::default() };
    let ledger = ledger(&catalog, 1);
    plan_figure("plan_million", &catalog, &ledger, select, 1_000_000)
}

/// Finds that a million published partitions of the same chain are stale: each is compared with
/// what it would be made from now.
pub(super) fn plan_million_published() -> Figure {
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
pub(super) fn check_500() -> Figure {
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
