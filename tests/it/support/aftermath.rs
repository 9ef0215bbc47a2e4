//! What must hold of a database and its lake once programs that were disturbed have come to an end.

use std::collections::BTreeSet;
use std::path::Path;

use object_store::path::Path as ObjectPath;
use sqlx::PgPool;

/// Counts that must be zero, with what they would mean.
const NEVER: [(&str, &str); 11] = [
    ("a live run is left", "select count(*) from tidemill.run"),
    ("an edge between runs is left", "select count(*) from tidemill.run_edge"),
    ("a backfill is active", "select count(*) from tidemill.backfill where state = 'active'"),
    ("an attempt is open", "select count(*) from tidemill.attempt where state = 'running'"),
    (
        "a run published more than one version",
        "select count(*) from (
             select from tidemill.materialization where run_id is not null
             group by run_id having 1 < count(*)
         ) as twice",
    ),
    (
        "a version has no run that published it, with the attempt that did",
        "select count(*)
         from tidemill.materialization as version
         where version.run_id is not null
           and not exists (
               select from tidemill.run_history as run
               join tidemill.attempt on attempt.run_id = run.id
                   and attempt.number = run.attempt
                   and attempt.state = 'committed'
               where run.id = version.run_id
                 and run.attempt = version.attempt
                 and run.outcome = 'published'
           )",
    ),
    (
        "a run is in the history twice",
        "select count(*) from (
             select from tidemill.run_history group by id having 1 < count(*)
         ) as twice",
    ),
    (
        "a run has more than one committed attempt",
        "select count(*) from (
             select from tidemill.attempt where state = 'committed'
             group by run_id having 1 < count(*)
         ) as twice",
    ),
    (
        "a backfill has lost or won runs",
        "select count(*)
         from tidemill.backfill
         where runs <> (
             select count(*) from tidemill.run_history where backfill_id = backfill.id
         )",
    ),
    (
        "a head is not the version of the highest generation",
        "select count(*)
         from tidemill.head
         join tidemill.materialization as newer using (dataset_id, slice_id, ordinal)
         where head.generation < newer.generation",
    ),
    (
        "a version was read before it was there",
        "select count(*)
         from tidemill.lineage_edge as edge
         join tidemill.materialization as output on output.id = edge.output_id
         join tidemill.materialization as input on input.id = edge.input_id
         where output.committed_at < input.committed_at",
    ),
];

/// Everything that can be made, as lines of dataset, partition and a hash of its rows.
pub(crate) async fn heads(pool: &PgPool) -> BTreeSet<String> {
    let heads = "
        select format('%s %s %s %s', dataset.name, slice.dimension_values, head.ordinal,
            encode(head.content, 'hex'))
        from tidemill.head
        join tidemill.dataset on dataset.id = head.dataset_id
        join tidemill.slice on slice.id = head.slice_id
        where not dataset.is_source";
    sqlx::query_scalar::<_, String>(heads).fetch_all(pool).await.unwrap().into_iter().collect()
}

/// How many partitions have more versions than one.
pub(crate) async fn made_again(pool: &PgPool) -> i64 {
    let again = "
        select count(*) from (
            select from tidemill.materialization where run_id is not null
            group by dataset_id, slice_id, ordinal having 1 < count(*)
        ) as again";
    sqlx::query_scalar(again).fetch_one(pool).await.unwrap()
}

/// What is wrong with a database and its lake, if anything.
pub(crate) async fn faults(pool: &PgPool, lake: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for (fault, count) in NEVER {
        let found: i64 = sqlx::query_scalar(count).fetch_one(pool).await.unwrap();
        if found != 0 {
            faults.push(format!("{fault}: {found}"));
        }
    }
    let files = "
        select file.path, file.size
        from tidemill.materialization, unnest(paths, sizes) as file (path, size)
        where run_id is not null";
    let mut paths = BTreeSet::new();
    for (path, size) in sqlx::query_as::<_, (String, i64)>(files).fetch_all(pool).await.unwrap() {
        let held = std::fs::metadata(lake.join(ObjectPath::from(path.as_str()).as_ref()));
        match held.map(|held| held.len() as i64) {
            Ok(held) if held == size => (),
            Ok(held) => faults.push(format!("`{path}` has {held} bytes and not {size}")),
            Err(error) => faults.push(format!("`{path}` is not there: {error}")),
        }
        if !paths.insert(path.clone()) {
            faults.push(format!("`{path}` was published twice"));
        }
    }
    faults
}
