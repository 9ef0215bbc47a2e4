//! What must hold of what is published: versions, heads, files, lineage.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::super::Result;
use super::rules::REPORT;
use crate::plan::Finding;

/// What succeeded was published once, by its last attempt.
pub(super) async fn publications(
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

/// Heads point to the newest version and move forward only.
pub(super) async fn heads(
    db: &mut PgConnection,
    since: Timestamp,
    found: &mut Vec<Finding>,
) -> Result<()> {
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

/// Orphans are collected, and what was read was there before.
pub(super) async fn lineage(
    db: &mut PgConnection,
    since: Timestamp,
    found: &mut Vec<Finding>,
) -> Result<()> {
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
