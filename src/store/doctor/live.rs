//! What must hold of runs: their counts, what they wait for, whose hands they are in.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::super::Result;
use super::rules::REPORT;
use crate::plan::Finding;

/// Nothing that was accepted is lost, and counts agree.
pub(super) async fn counts(
    db: &mut PgConnection,
    since: Timestamp,
    found: &mut Vec<Finding>,
) -> Result<()> {
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

/// Each run waits exactly as long as something waits for it to pass.
pub(super) async fn waiting(db: &mut PgConnection, found: &mut Vec<Finding>) -> Result<()> {
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

/// What is in hand has a worker that lives, and an open attempt of its own.
pub(super) async fn held(
    db: &mut PgConnection,
    since: Timestamp,
    found: &mut Vec<Finding>,
) -> Result<()> {
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

/// What may start has a worker that would take it. A worker that is started again is back within
/// seconds, and its runs are not missed before.
pub(super) async fn served(db: &mut PgConnection, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "workers",
        "runs are ready, and no living worker would take them",
        "start a worker that serves these pools and has this version of the code, such as \
         `tidemill up`",
        r#"select format('%s runs of `%s` of backfill %s, pool `%s`, due since %s: %s',
             ready.runs, dataset.name, lane.backfill_id, pool.name, ready.since,
             case
                 when not exists (select from tidemill.worker where ended_at is null)
                     then 'no worker is alive'
                 when not exists (
                     select from tidemill.worker
                     where ended_at is null
                       and lane.code_id = any(codes)
                 ) then 'no living worker has their code'
                 else 'no living worker that has their code serves the pool'
             end) as "example!"
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
               and run.due_at < now() - interval '10 seconds'
         ) as ready
         where lane.blocked_by is null
           and 0 < ready.runs
           and not exists (
               select from tidemill.worker
               where ended_at is null
                 and lane.code_id = any(codes)
                 and (pools is null or lane.pool_id = any(pools))
           )
         order by ready.since
         limit 20"#
    );
    Ok(())
}

/// What may start is taken by the workers that would.
pub(super) async fn taken(db: &mut PgConnection, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "workers",
        "runs could have started ten minutes ago, and the workers that are there take none",
        "start these workers again; if that changes nothing, report it",
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
           and exists (
               select from tidemill.worker
               where ended_at is null
                 and lane.code_id = any(codes)
                 and (pools is null or lane.pool_id = any(pools))
           )
           -- Whoever has its hands full takes them later.
           and not exists (
               select from tidemill.run
               join tidemill.worker on worker.id = run.worker_id
               where run.state = 'running'
                 and lane.code_id = any(worker.codes)
                 and (worker.pools is null or lane.pool_id = any(worker.pools))
           )
         order by ready.since
         limit 20"#
    );
    Ok(())
}

/// Never more is in hand than there is room for.
pub(super) async fn limits(db: &mut PgConnection, found: &mut Vec<Finding>) -> Result<()> {
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

/// Ticks of schedules are recorded when they are due, unless clocks are not to be trusted.
pub(super) async fn schedules(db: &mut PgConnection, found: &mut Vec<Finding>) -> Result<()> {
    rule!(
        db,
        found,
        "schedules",
        "ticks are due and nobody records them",
        "have a `tidemill scheduler` or `up` running all the time; what was due is made up for then",
        r#"select format('`%s`, due since %s', dataset.name, schedule.next_due) as "example!"
         from tidemill.schedule
         join tidemill.dataset on dataset.id = schedule.dataset_id
         where schedule.retired_at is null
           and schedule.next_due < now() - interval '10 minutes'
           and not exists (
               select from tidemill.schedule_hold where now() - interval '10 minutes' < held_until
           )
         order by schedule.next_due
         limit 20"#
    );
    Ok(())
}

/// What became of promises is what partitions say, and recorded when it is due.
pub(super) async fn slas(
    db: &mut PgConnection,
    since: Timestamp,
    found: &mut Vec<Finding>,
) -> Result<()> {
    rule!(
        db,
        found,
        "slas",
        "a window of a promise was recorded otherwise than when its partition was published",
        REPORT,
        r#"select format('window %s of the promise `%s` of `%s`, due at %s: recorded as %s, published at %s',
             judged.ordinal, rule.promise, dataset.name, judged.due_at,
             case when judged.is_met then 'met' else 'missed' end, first.committed_at)
             as "example!"
         from tidemill.sla_window as judged
         join tidemill.sla_rule as rule on rule.id = judged.rule_id
         join tidemill.dataset on dataset.id = rule.dataset_id
         cross join lateral (
             select min(committed_at) as committed_at
             from tidemill.materialization
             where materialization.dataset_id = rule.dataset_id
               and materialization.slice_id = judged.slice_id
               and materialization.ordinal = judged.ordinal
         ) as first
         where $1 <= judged.due_at
           and judged.is_met <> coalesce(first.committed_at <= judged.due_at, false)
         order by judged.rule_id, judged.ordinal
         limit 20"#,
        since as _
    );
    rule!(
        db,
        found,
        "slas",
        "a month of a promise counts other windows than are recorded",
        REPORT,
        r#"select format('promise %s, %s: %s met and %s missed, counted %s and %s',
             month.rule_id, month.month, recorded.met, recorded.missed, month.met, month.missed)
             as "example!"
         from tidemill.sla_month as month
         cross join lateral (
             select count(*) filter (where is_met) as met,
                 count(*) filter (where not is_met) as missed
             from tidemill.sla_window
             where sla_window.rule_id = month.rule_id
               and due_month = month.month
         ) as recorded
         -- Of months that are long past, windows are forgotten.
         where now() - interval '300 days' < month.month
           and (recorded.met, recorded.missed) is distinct from (month.met, month.missed)
         order by month.rule_id, month.month
         limit 20"#
    );
    rule!(
        db,
        found,
        "promises",
        "windows of promises are due and nobody records them",
        "have a `tidemill scheduler` or `up` running all the time; what was due is recorded then",
        r#"select format('`%s`, due since %s', dataset.name, rule.next_due) as "example!"
         from tidemill.sla_rule as rule
         join tidemill.dataset on dataset.id = rule.dataset_id
         where rule.retired_at is null
           and rule.next_due < now() - interval '10 minutes'
         order by rule.next_due
         limit 20"#
    );
    Ok(())
}
