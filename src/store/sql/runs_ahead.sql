-- How many runs of each dataset come before each of these in its class and pool, counted up to $2
-- a lane. As for store/sql/waiting.sql, the list is read by a query.
with wanted as materialized (
    select run.id, run.deadline, run.due_at, backfill.priority, backfill.class, dataset.pool_id
    from tidemill.run
    join tidemill.backfill on backfill.id = run.backfill_id
    join tidemill.dataset on dataset.id = run.dataset_id
    where run.id = any(array(select unnest($1::bigint[])))
      and run.state in ('ready', 'backoff')
),
lane as materialized (
    select *
    from tidemill.lane
    where blocked_by is null
       or blocked_by not in ('backfill_paused', 'job_paused')
),
ahead as (
    -- Of backfills with the same priority, who is promised earlier.
    select wanted.id, lane.dataset_id, counted.runs
    from wanted
    join lane
        on lane.pool_id = wanted.pool_id
        and lane.class = wanted.class
        and lane.priority = wanted.priority
    cross join lateral (
        select count(*) as runs
        from (
            select
            from tidemill.run
            where run.state in ('ready', 'backoff')
              and run.backfill_id = lane.backfill_id
              and run.dataset_id = lane.dataset_id
              and run.code_id = lane.code_id
              and (run.deadline, run.due_at, run.id) < (wanted.deadline, wanted.due_at, wanted.id)
            limit $2
        ) as before
    ) as counted
    union all
    -- Of backfills with a greater one, everything.
    select wanted.id, lane.dataset_id, counted.runs
    from wanted
    join lane
        on lane.pool_id = wanted.pool_id
        and lane.class = wanted.class
        and wanted.priority < lane.priority
    cross join lateral (
        select count(*) as runs
        from (
            select
            from tidemill.run
            where run.state in ('ready', 'backoff')
              and run.backfill_id = lane.backfill_id
              and run.dataset_id = lane.dataset_id
              and run.code_id = lane.code_id
            limit $2
        ) as before
    ) as counted
)
select id as "run!", dataset_id as "dataset_id!", sum(runs)::bigint as "runs!"
from ahead
group by id, dataset_id
