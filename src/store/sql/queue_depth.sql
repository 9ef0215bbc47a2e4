-- Live runs by class, pool and state, and for how long the oldest that could start has waited.
select backfill.class::text as "class!", pool.name as "pool!", run.state::text as "state!",
    count(*) as "runs!",
    coalesce(
        extract(epoch from now() - min(run.due_at)
            filter (where run.state in ('ready', 'backoff') and run.due_at <= now())),
        0
    )::float8 as "waited!"
from tidemill.run
join tidemill.backfill on backfill.id = run.backfill_id
join tidemill.dataset on dataset.id = run.dataset_id
join tidemill.pool on pool.id = dataset.pool_id
where ($1::int[] is null or run.dataset_id = any($1))
group by backfill.class, pool.name, run.state
order by backfill.class, pool.name, run.state
