-- Hand the picked runs to one worker, and open their attempts. A row that another transaction holds
-- is skipped, not waited for.
with me as materialized (
    -- Whoever ends this worker waits for this claim, and then takes its runs back as well.
    select id
    from tidemill.worker
    where id = $1
      and ended_at is null
    for share
),
-- By number alone: what else is asked of a run here would have the planner walk all that is ready.
due as materialized (
    select id, state
    from tidemill.run
    where exists (select from me)
      and id = any($2::bigint[])
    order by id
    for update skip locked
),
claimed as (
    update tidemill.run
    set state = 'running',
        attempt = run.attempt + 1,
        worker_id = $1
    from due
    where run.id = due.id
      and due.state in ('ready', 'backoff')
    returning run.id, run.attempt, run.failures, run.backfill_id, run.dataset_id, run.slice_id,
        run.ordinal, run.is_forced, run.created_at
),
opened as (
    insert into tidemill.attempt (run_id, number, worker_id)
    select id, attempt, $1
    from claimed
)
select claimed.id as "id!", claimed.attempt as "attempt!", claimed.failures as "failures!",
    claimed.backfill_id as "backfill_id!",
    claimed.dataset_id as "dataset_id!", claimed.slice_id as "slice_id!",
    claimed.ordinal as "ordinal!", claimed.is_forced as "is_forced!",
    claimed.created_at as "created_at!: Timestamp",
    slice.dimension_values as "dimension_values!", head.inputs as "inputs?", head.code_id as "code_id?"
from claimed
join tidemill.slice on slice.id = claimed.slice_id
left join tidemill.head
    on head.dataset_id = claimed.dataset_id
    and head.slice_id = claimed.slice_id
    and head.ordinal = claimed.ordinal
