-- How these backfills stand, newest first. What finished is added up in the row; of what is live only
-- what runs is counted, so that asking often costs little.
select backfill.id, backfill.state::text as "state!", backfill.request, backfill.plan_hash,
    backfill.runs, backfill.origin as "origin: Origin", backfill.class as "class: Class",
    backfill.priority, backfill.concurrency, backfill.retry_of, backfill.created_by,
    backfill.created_at as "created_at: Timestamp",
    backfill.finished_at as "finished_at: Timestamp",
    backfill.paused_at as "paused_at: Timestamp", backfill.paused_by, backfill.published,
    backfill.unchanged, backfill.failed, backfill.cancelled, held.runs as "running!",
    recent.runs as "recent!", backfill.note, backfill.dataset_ids
from tidemill.backfill
cross join lateral (
    select count(*) as runs
    from tidemill.run
    where run.backfill_id = backfill.id
      and run.state = 'running'
      and backfill.state = 'active'
) as held
cross join lateral (
    select count(*) as runs
    from tidemill.run_history as run
    where run.backfill_id = backfill.id
      and now() - make_interval(secs => $2) < run.finished_at
      and backfill.state = 'active'
) as recent
where backfill.id = any($1)
order by backfill.id desc
