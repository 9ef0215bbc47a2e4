//! What must hold whenever no worker works, whatever happened before.

use std::collections::BTreeSet;

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use sqlx::Row as _;
use tidemill::clock;
use tidemill::engine::{self, Mill};
use tidemill::model::{PartitionSet, Ranges};
use tidemill::plan::{Assessment, Ledger};
use tidemill::spec::Mapping;

/// Counts that must be zero, with what they would mean.
const NEVER: [(&str, &str); 7] = [
    ("a live run is left", "select count(*) from tidemill.run"),
    ("an edge between runs is left", "select count(*) from tidemill.run_edge"),
    ("an attempt is open", "select count(*) from tidemill.attempt where state = 'running'"),
    ("a backfill is active", "select count(*) from tidemill.backfill where state = 'active'"),
    (
        "a head is not the highest generation of its partition",
        "select count(*)
         from tidemill.head
         join tidemill.materialization as newer using (dataset_id, slice_id, ordinal)
         where head.generation < newer.generation",
    ),
    (
        "a run that published has not exactly one committed attempt and one version",
        "select count(*)
         from tidemill.run_history as run
         where run.outcome = 'published'
           and (
               1 <> (select count(*) from tidemill.attempt
                     where run_id = run.id and state = 'committed')
               or 1 <> (select count(*) from tidemill.materialization as version
                        where version.run_id = run.id and version.attempt = run.attempt)
           )",
    ),
    (
        "a version was published by a run that did not publish",
        "select count(*)
         from tidemill.materialization as version
         where version.run_id is not null
           and not exists (select from tidemill.run_history as run
                           where run.id = version.run_id and run.outcome = 'published')",
    ),
];

/// Checks what must hold whenever no worker works.
pub(crate) async fn check_invariants(mill: &Mill) {
    for (fault, count) in NEVER {
        let found: i64 = sqlx::query_scalar(count).fetch_one(&mill.pool).await.unwrap();
        assert_eq!(found, 0, "{fault}");
    }
    check_files(mill).await;
    let (ledger, assessment) = engine::assess_now(mill, clock::now()).await.unwrap();
    for dataset in 0..mill.catalog.datasets().len() {
        if mill.catalog.dataset(dataset).job().is_some() {
            check_lineage(mill, &ledger, &assessment, dataset).await;
        }
    }
}

/// Every published file exists and has the size that was recorded.
async fn check_files(mill: &Mill) {
    let files = "
        select file.path, file.size
        from tidemill.materialization, unnest(paths, sizes) as file (path, size)
        where run_id is not null";
    let mut paths = BTreeSet::new();
    for row in sqlx::query(files).fetch_all(&mill.pool).await.unwrap() {
        let (path, size): (String, i64) = (row.get(0), row.get(1));
        let held = mill.lake.store().head(&Path::from(path.as_str())).await;
        let held = held.unwrap_or_else(|error| panic!("`{path}` is not there: {error}"));
        assert_eq!(held.size as i64, size, "size of `{path}`");
        assert!(paths.insert(path.clone()), "`{path}` was published twice");
    }
}

/// What a fresh partition was read from is what its reads say now, neither more nor less.
async fn check_lineage(mill: &Mill, ledger: &Ledger, assessment: &Assessment, dataset: usize) {
    let edges = "
        select edge.position, slice.dimension_values, input.ordinal
        from tidemill.head
        join tidemill.slice as own on own.id = head.slice_id
        join tidemill.lineage_edge as edge on edge.output_id = head.materialization_id
        join tidemill.materialization as input on input.id = edge.input_id
        join tidemill.slice on slice.id = input.slice_id
        where head.dataset_id = $1 and own.dimension_values = $2 and head.ordinal = $3";
    let spec = mill.catalog.dataset(dataset);
    for key in assessment.statuses[dataset].fresh.keys() {
        let values: Vec<String> = key.slice.values().iter().map(ToString::to_string).collect();
        let rows = sqlx::query(edges)
            .bind(mill.registry.datasets[dataset])
            .bind(values)
            .bind(key.ordinal)
            .fetch_all(&mill.pool)
            .await
            .unwrap();
        let read: BTreeSet<(i16, Vec<String>, i64)> =
            rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let mut expected = BTreeSet::new();
        for position in 0..mill.catalog.inputs(dataset).len() {
            let needed = needed(mill, ledger, assessment, dataset, position, &key);
            expected.extend(needed.keys().map(|input| {
                let values = input.slice.values().iter().map(ToString::to_string).collect();
                (position as i16, values, input.ordinal)
            }));
        }
        assert_eq!(read, expected, "lineage of {} {}", spec.name, spec.scheme.describe(&key));
    }
}

/// What one read of a partition takes, of what is published.
fn needed(
    mill: &Mill,
    ledger: &Ledger,
    assessment: &Assessment,
    dataset: usize,
    position: usize,
    key: &tidemill::model::PartitionKey,
) -> PartitionSet {
    let link = mill.catalog.link(dataset, position);
    let input = mill.catalog.inputs(dataset)[position].dataset;
    if let Mapping::Routed(_) = link.reads.mapping {
        let mut routed = PartitionSet::new();
        let Some(routes) = ledger.records[dataset].routes.get(&position) else { return routed };
        for slice in assessment.extents.of(input).slices {
            let routes = routes.into_windows(slice, &(key.ordinal..key.ordinal + 1));
            let inputs = routes.iter().map(|route| route.input..route.input + 1);
            routed.insert(slice.clone(), &Ranges::from_ranges(inputs));
        }
        return routed;
    }
    let needed = link.needs(&PartitionSet::single(key), assessment.extents.of(input));
    needed.intersection(&ledger.records[input].published())
}
