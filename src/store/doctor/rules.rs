//! The invariants of a live system. Each statement sees one instant, and finds what must not be.
//!
//! Rows older than `since` are not looked at: what was sound stays so, and history is long.
//!
//! | Rule | Must hold |
//! |---|---|
//! | `counts`, `backfills` | nothing that was accepted is lost, and counts agree |
//! | `publication` | a run publishes one version, by its last attempt |
//! | `heads`, `generations` | readers see the newest version, and it only moves forward |
//! | `files`, `orphans` | no two versions share a file, and what nothing names is collected |
//! | `waiting` | a run waits exactly as long as something waits for it to pass |
//! | `workers`, `attempts` | what is in hand has a worker that lives, and one open attempt |
//! | `limits` | no pool, job or backfill has more in hand than it may |
//! | `lineage` | what was read was published before |

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;

use super::super::Result;
use crate::plan::Finding;

/// What is said when rows disagree that one transaction writes.
const REPORT: &str = "this must never be: keep a copy of the database, and report it with these \
                      lines";

/// Everything that breaks an invariant, of what was written since then.
///
/// # Errors
///
/// When a statement fails.
pub async fn breaches(db: &mut PgConnection, since: jiff::Timestamp) -> Result<Vec<Finding>> {
    let since = since.to_sqlx();
    let mut found = Vec::new();
    counts(db, since, &mut found).await?;
    publications(db, since, &mut found).await?;
    heads(db, since, &mut found).await?;
    waiting(db, &mut found).await?;
    held(db, since, &mut found).await?;
    limits(db, &mut found).await?;
    lineage(db, since, &mut found).await?;
    Ok(found)
}

/// I1 and I2: nothing that was accepted is lost, and counts agree.
async fn counts(db: &mut PgConnection, since: Timestamp, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "counts",
        "a backfill has other runs than were planned",
        REPORT,
        r#"select format('backfill %s planned %s runs; %s are finished and %s live',
             backfill.id, backfill.runs, finished.runs, live.runs) as "example!"
         from tidemill.backfill
         cross join lateral (
             select count(*) as runs
             from tidemill.run_history
             where run_history.backfill_id = backfill.id
         ) as finished
         cross join lateral (
             select count(*) as runs
             from tidemill.run
             where run.backfill_id = backfill.id
               and run.dataset_id is not null
         ) as live
         where $1 <= backfill.created_at
           and backfill.runs <> finished.runs + live.runs
         order by backfill.id
         limit 20"#,
        since as _
    );
    rule!(
        db,
        found,
        "backfills",
        "a backfill is active without live runs, or over with some",
        REPORT,
        r#"select format('backfill %s is %s', backfill.id, backfill.state) as "example!"
         from tidemill.backfill
         where (backfill.state = 'active') <> exists (
             select from tidemill.run where run.backfill_id = backfill.id
         )
         order by backfill.id
         limit 20"#
    );
    Ok(())
}

/// I3 and I4: what succeeded was published once, by its last attempt.
async fn publications(
    db: &mut PgConnection,
    since: Timestamp,
    found: &mut Vec<Finding>,
) -> Result<()> {
    rule!(
        db,
        found,
        "publication",
        "a run that published has not exactly one committed attempt and one version",
        REPORT,
        r#"select format('run %s has %s committed attempts and %s versions',
             run.id, attempts.count, versions.count) as "example!"
         from tidemill.run_history as run
         cross join lateral (
             select count(*) from tidemill.attempt
             where run_id = run.id and state = 'committed'
         ) as attempts
         cross join lateral (
             select count(*) from tidemill.materialization where run_id = run.id
         ) as versions
         where $1 <= run.finished_at
           and run.outcome = 'published'
           and (attempts.count <> 1 or versions.count <> 1)
         order by run.id
         limit 20"#,
        since as _
    );
    rule!(
        db,
        found,
        "publication",
        "a version was published by a run that did not publish, or by an attempt that was over",
        REPORT,
        r#"select format('version %s of run %s, attempt %s',
             version.id, version.run_id, version.attempt) as "example!"
         from tidemill.materialization as version
         where $1 <= version.committed_at
           and version.run_id is not null
           and not exists (
               select from tidemill.run_history as run
               where run.id = version.run_id
                 and run.attempt = version.attempt
                 and run.outcome = 'published'
           )
         order by version.id
         limit 20"#,
        since as _
    );
    rule!(
        db,
        found,
        "files",
        "two versions name the same file",
        REPORT,
        r#"select format('%s, by %s versions', file.path, count(*)) as "example!"
         from tidemill.materialization as version
         cross join lateral unnest(version.paths) as file (path)
         where $1 <= version.committed_at
           and version.run_id is not null
         group by file.path
         having 1 < count(*)
         order by file.path
         limit 20"#,
        since as _
    );
    Ok(())
}

/// I5 and I13: heads point to the newest version and move forward only.
async fn heads(db: &mut PgConnection, since: Timestamp, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "heads",
        "readers see an old version of a partition although a newer one is published",
        REPORT,
        r#"select format('%s, partition %s: version %s is newer than version %s',
             dataset.name, head.ordinal, newer.id, head.materialization_id) as "example!"
         from tidemill.materialization as newer
         join tidemill.head
             on head.dataset_id = newer.dataset_id
             and head.slice_id = newer.slice_id
             and head.ordinal = newer.ordinal
         join tidemill.dataset on dataset.id = head.dataset_id
         where $1 <= newer.committed_at
           and head.generation < newer.generation
         order by newer.id
         limit 20"#,
        since as _
    );
    rule!(
        db,
        found,
        "heads",
        "a head differs from the version it points to, or points to one whose files are gone",
        REPORT,
        r#"select format('%s, partition %s: version %s',
             dataset.name, head.ordinal, version.id) as "example!"
         from tidemill.head
         join tidemill.materialization as version on version.id = head.materialization_id
         join tidemill.dataset on dataset.id = head.dataset_id
         where $1 <= version.committed_at
           and (
               (head.dataset_id, head.slice_id, head.ordinal, head.generation, head.content)
                   <> (version.dataset_id, version.slice_id, version.ordinal, version.generation,
                       version.content)
               or version.expired_at is not null
           )
         order by version.id
         limit 20"#,
        since as _
    );
    rule!(
        db,
        found,
        "generations",
        "a version has another generation than its run, or a run fewer attempts than were begun",
        REPORT,
        r#"select format('version %s of run %s: generation %s',
             version.id, version.run_id, version.generation) as "example!"
         from tidemill.materialization as version
         where $1 <= version.committed_at
           and version.run_id <> version.generation
         union all
         select format('run %s is at attempt %s, and attempt %s was begun',
             run.id, run.attempt, attempt.number)
         from tidemill.run
         join tidemill.attempt
             on attempt.run_id = run.id
             and run.attempt < attempt.number
         limit 20"#,
        since as _
    );
    Ok(())
}

/// I7, of runs that wait: each waits exactly as long as something waits for it to pass.
async fn waiting(db: &mut PgConnection, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "waiting",
        "a run waits for more, or for less, than is left to wait for",
        REPORT,
        r#"select format('run %s waits on %s, and %s are left', run.id, run.waiting_on, edges.count)
             as "example!"
         from tidemill.run
         cross join lateral (
             select count(*) from tidemill.run_edge where downstream_id = run.id
         ) as edges
         where run.waiting_on <> edges.count
         order by run.id
         limit 20"#
    );
    rule!(
        db,
        found,
        "waiting",
        "a run waits for one that is over",
        REPORT,
        r#"select format('run %s waits for run %s', edge.downstream_id, edge.upstream_id)
             as "example!"
         from tidemill.run_edge as edge
         where not exists (select from tidemill.run where run.id = edge.upstream_id)
            or not exists (select from tidemill.run where run.id = edge.downstream_id)
         order by edge.downstream_id
         limit 20"#
    );
    Ok(())
}

/// I7, of runs in hand: each has a worker that lives, and an open attempt of its own.
async fn held(db: &mut PgConnection, since: Timestamp, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "workers",
        "a worker that has ended still holds runs",
        "start a worker: it takes over what the dead hold",
        r#"select format('worker %s ended at %s and holds %s runs',
             worker.id, worker.ended_at, count(*)) as "example!"
         from tidemill.run
         join tidemill.worker on worker.id = run.worker_id
         where run.state = 'running'
           and worker.ended_at < now() - interval '1 minute'
         group by worker.id
         order by worker.id
         limit 20"#
    );
    rule!(
        db,
        found,
        "attempts",
        "an attempt is open though its run is not in hand, or a run in hand has no open attempt",
        REPORT,
        r#"select format('attempt %s of run %s', attempt.number, attempt.run_id) as "example!"
         from tidemill.attempt
         where attempt.state = 'running'
           and $1 <= attempt.started_at
           and not exists (
               select from tidemill.run
               where run.id = attempt.run_id
                 and run.attempt = attempt.number
                 and run.state = 'running'
           )
         union all
         select format('run %s', run.id)
         from tidemill.run
         where run.state = 'running'
           and not exists (
               select from tidemill.attempt
               where attempt.run_id = run.id
                 and attempt.number = run.attempt
                 and attempt.state = 'running'
           )
         limit 20"#,
        since as _
    );
    Ok(())
}

/// I7 and I12: what may start is started, and never more than there is room for.
async fn limits(db: &mut PgConnection, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "workers",
        "runs could have started ten minutes ago, and no worker takes them",
        "start a worker that serves these pools and has this version of the code",
        r#"select format('%s runs of `%s` of backfill %s, pool `%s`, due since %s',
             ready.runs, dataset.name, lane.backfill_id, pool.name, ready.since) as "example!"
         from tidemill.lane
         join tidemill.dataset on dataset.id = lane.dataset_id
         join tidemill.pool on pool.id = lane.pool_id
         cross join lateral (
             select count(*) as runs, min(run.due_at) as since
             from tidemill.run
             where run.backfill_id = lane.backfill_id
               and run.dataset_id = lane.dataset_id
               and run.code_id = lane.code_id
               and run.state in ('ready', 'backoff')
               and run.due_at < now() - interval '10 minutes'
         ) as ready
         where lane.blocked_by is null
           and 0 < ready.runs
           -- Whoever has its hands full takes them later.
           and not exists (
               select from tidemill.run
               join tidemill.worker on worker.id = run.worker_id
               where run.state = 'running'
                 and lane.code_id = any(worker.codes)
           )
         order by ready.since
         limit 20"#
    );
    rule!(
        db,
        found,
        "limits",
        "more runs in hand than there is room for",
        "it passes by itself if somebody lowered a limit a moment ago; else report it",
        r#"with held as (
             select run.dataset_id, dataset.name, dataset.concurrency, dataset.pool_id,
                 run.backfill_id, dataset.pool_weight
             from tidemill.run
             join tidemill.dataset on dataset.id = run.dataset_id
             where run.state = 'running'
         )
         select format('pool `%s` has %s slots, and %s are taken',
             pool.name, pool.slots, sum(held.pool_weight)) as "example!"
         from held
         join tidemill.pool on pool.id = held.pool_id
         group by pool.id
         -- One that is heavier than its pool runs alone.
         having pool.slots < sum(held.pool_weight) and 1 < count(*)
         union all
         select format('`%s` may have %s runs in hand, and has %s', name, concurrency, count(*))
         from held
         group by dataset_id, name, concurrency
         having concurrency < count(*)
         union all
         select format('backfill %s may have %s runs in hand, and has %s',
             backfill.id, backfill.concurrency, count(*))
         from held
         join tidemill.backfill on backfill.id = held.backfill_id
         group by backfill.id
         having backfill.concurrency < count(*)
         limit 20"#
    );
    Ok(())
}

/// I6 and I10: orphans are collected, and what was read was there before.
async fn lineage(db: &mut PgConnection, since: Timestamp, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "lineage",
        "a version was made from one that was published after it",
        REPORT,
        r#"select format('version %s was made from version %s', output.id, input.id) as "example!"
         from tidemill.materialization as output
         join tidemill.lineage_edge as edge on edge.output_id = output.id
         join tidemill.materialization as input on input.id = edge.input_id
         where $1 <= output.committed_at
           and output.id <= input.id
         order by output.id
         limit 20"#,
        since as _
    );
    rule!(
        db,
        found,
        "orphans",
        "objects that nothing names were seen days ago and are still there",
        "run `tidemill clean`; if it fails, it says why",
        r#"select format('%s, seen %s', path, first_seen_at) as "example!"
         from tidemill.orphan
         where first_seen_at < now() - interval '3 days'
         order by first_seen_at
         limit 20"#
    );
    Ok(())
}
