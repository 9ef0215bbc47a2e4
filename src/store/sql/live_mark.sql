-- What the pages show, in short: one row for each thing, which changes when the thing does. Each part
-- reads a few rows by an index, however much there is: it is asked once a second.
-- A backfill counts what finished of it in its own row, so that whatever its runs do shows there.
select 'backfill' as "kind!", backfill.id as "key!",
    concat_ws(' ', state, published, unchanged, failed, cancelled, priority, concurrency, paused_at)
        as "mark!",
    dataset_ids as "datasets!"
from tidemill.backfill
where state = 'active'
   or $1 < id
union all
select 'latest', 0, coalesce(max(id), 0)::text, '{}'
from tidemill.backfill
union all
-- What workers are at: a row for each backfill.
select 'running', backfill_id, sum(hashint8extended(id, attempt))::text,
    array_agg(distinct dataset_id)
from tidemill.run
where state = 'running'
  and dataset_id is not null
group by backfill_id
union all
select 'job', id, paused_at::text, array[id]
from tidemill.dataset
where paused_at is not null
union all
select 'source', dataset_id, concat_ws(' ', changed_at, fault_since), array[dataset_id]
from tidemill.source_watch
union all
select 'held', dataset_id, count(*) || ' ' || max(since), array[dataset_id]
from tidemill.held_change
group by dataset_id
union all
select 'worker', id, concat_ws(' ', slots, pools), '{}'
from tidemill.worker
where ended_at is null
union all
select 'pool', id, concat_ws(' ', slots, is_overridden), '{}'
from tidemill.pool
union all
select 'schedule', dataset_id, concat_ws(' ', revision, cursor_at, next_due, paused_at, retired_at),
    '{}'
from tidemill.schedule
union all
select 'tick', 0, coalesce(max(id), 0) || ' ' ||
    (select count(*) from tidemill.tick where state in ('open', 'failed')), '{}'
from tidemill.tick
union all
select 'value', 0, count(*)::text, '{}'
from tidemill.dimension_value
union all
select 'audit', 0, coalesce(max(id), 0)::text, '{}'
from tidemill.audit
