-- How each pool stands: free slots, shares, and how many runs of each class hold slots.
with held as materialized (
    select dataset.pool_id, backfill.class, count(*) as runs, sum(dataset.pool_weight) as used
    from tidemill.run
    join tidemill.dataset on dataset.id = run.dataset_id
    join tidemill.backfill on backfill.id = run.backfill_id
    where run.state = 'running'
    group by dataset.pool_id, backfill.class
),
total as (
    select pool_id, sum(used)::int as used,
        coalesce(sum(runs) filter (where class = 'live'), 0)::int as live,
        coalesce(sum(runs) filter (where class = 'late'), 0)::int as late,
        coalesce(sum(runs) filter (where class = 'backfill'), 0)::int as backfill
    from held
    group by pool_id
)
select pool.id as "id!", pool.name as "name!", pool.slots, pool.is_overridden as "is_overridden!",
    pool.live_weight as "live_weight!", pool.late_weight as "late_weight!",
    pool.backfill_weight as "backfill_weight!",
    pool.live_floor as "live_floor!", pool.late_floor as "late_floor!",
    pool.backfill_floor as "backfill_floor!",
    coalesce(total.used, 0) as "used!", coalesce(total.live, 0) as "live!",
    coalesce(total.late, 0) as "late!", coalesce(total.backfill, 0) as "backfill!"
from tidemill.pool
left join total on total.pool_id = pool.id
order by pool.id
