-- How these backfills stand, newest first. What finished is added up in the row, so that asking often
-- costs little; $2 says whether the datasets are told, of which there may be many.
select id, state::text as "state!", request, plan_hash, runs, origin as "origin: Origin",
    class as "class: Class", priority, concurrency, retry_of, created_by,
    created_at as "created_at: Timestamp", finished_at as "finished_at: Timestamp",
    paused_at as "paused_at: Timestamp", paused_by, published, unchanged, failed, cancelled,
    0::bigint as "running!", 0::bigint as "recent!", note,
    case when $2 then dataset_ids else '{}' end as "dataset_ids!", now() as "as_of!: Timestamp"
from tidemill.backfill
where id = any($1)
order by id desc
