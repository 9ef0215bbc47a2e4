-- Of backfills that go on: how many runs workers are at, and how many finished after $2 and before $3,
-- so that the partitions of other days are left alone. Each state is named, so that of the many that
-- may have finished only those are read.
select active.id as "id!", held.runs as "running!", recent.runs as "recent!"
from unnest($1::bigint[]) as active (id)
cross join lateral (
    select count(*) as runs
    from tidemill.run
    where run.backfill_id = active.id
      and run.state = 'running'
) as held
cross join lateral (
    select count(*) as runs
    from tidemill.run_history as run
    where run.backfill_id = active.id
      and run.state in ('succeeded', 'failed', 'cancelled')
      and $2 < run.finished_at
      and run.finished_at < $3
) as recent
