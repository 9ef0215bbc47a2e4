-- The runs that could start now, the most urgent of each class first. Whether a run may start is
-- decided before any limit is taken, so what cannot run never hides what can.
with open as materialized (
    select *
    from tidemill.lane
    where blocked_by is null
      and code_id = any($1)
      and ($2::int[] is null or pool_id = any($2))
),
found as (
    select open.*, run.id, run.deadline, run.due_at
    from open
    cross join lateral (
        select run.id, run.deadline, run.due_at
        from tidemill.run
        where run.state in ('ready', 'backoff')
          and run.backfill_id = open.backfill_id
          and run.dataset_id = open.dataset_id
          and run.code_id = open.code_id
          and run.due_at <= now()
        order by run.deadline, run.due_at, run.id
        limit least($3, open.job_room, open.backfill_room)
    ) as run
),
ranked as (
    select found.*,
        row_number() over of_job as nth_of_job,
        row_number() over of_backfill as nth_of_backfill,
        row_number() over of_class as nth_of_class
    from found
    window
        -- Each class shows as many as the job has room for: whose turn it is, is decided later.
        of_job as (partition by dataset_id, class
            order by priority desc, deadline, due_at, id),
        of_backfill as (partition by backfill_id
            order by class, priority desc, deadline, due_at, id),
        of_class as (partition by pool_id, class, dataset_id
            order by priority desc, deadline, due_at, id)
)
select id as "id!", class as "class!: Class", pool_id as "pool_id!", pool_weight as "pool_weight!",
    dataset_id as "dataset_id!", job_room, backfill_id as "backfill_id!", backfill_room
from ranked
where (job_room is null or nth_of_job <= job_room)
  and (backfill_room is null or nth_of_backfill <= backfill_room)
  and nth_of_class <= $3
order by class, priority desc, deadline, due_at, id
