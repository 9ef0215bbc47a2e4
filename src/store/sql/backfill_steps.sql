-- How the runs of a backfill stand, by dataset. Its runs finished from $2 on and before $3, so that the
-- partitions of other days are left alone.
with live as (
    select dataset_id,
        count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state in ('ready', 'backoff')) as ready,
        count(*) filter (where state = 'running') as running
    from tidemill.run
    where backfill_id = $1
      and dataset_id is not null
    group by dataset_id
),
done as (
    select dataset_id,
        count(*) filter (where state = 'succeeded' and outcome <> 'unchanged') as published,
        count(*) filter (where outcome = 'unchanged') as unchanged,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'cancelled') as cancelled
    from tidemill.run_history
    where backfill_id = $1
      and $2 <= finished_at
      and finished_at < $3
    group by dataset_id
)
select dataset.id as "dataset_id!", dataset.name as "dataset!",
    coalesce(live.waiting, 0) as "waiting!", coalesce(live.ready, 0) as "ready!",
    coalesce(live.running, 0) as "running!", coalesce(done.published, 0) as "published!",
    coalesce(done.unchanged, 0) as "unchanged!", coalesce(done.failed, 0) as "failed!",
    coalesce(done.cancelled, 0) as "cancelled!"
from live
full join done on done.dataset_id = live.dataset_id
join tidemill.dataset on dataset.id = coalesce(live.dataset_id, done.dataset_id)
order by dataset.id
