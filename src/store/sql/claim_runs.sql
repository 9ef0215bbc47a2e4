-- Hand due runs to one worker. Rows another worker is claiming are skipped, not waited for; the
-- limit is taken before the update, so exactly the locked rows are claimed. Runs of datasets that this
-- worker's project does not declare are left to workers that do.
with me as materialized (
    -- Whoever ends this worker waits for this claim, and then takes its runs back as well.
    select id
    from tidemill.worker
    where id = $1
      and ended_at is null
    for share
),
due as materialized (
    select id
    from tidemill.run
    where exists (select from me)
      and state in ('ready', 'backoff')
      and due_at <= now()
      and dataset_id = any($3)
    order by due_at, id
    limit $2
    for update skip locked
),
claimed as (
    update tidemill.run
    set state = 'running',
        attempt = run.attempt + 1,
        worker_id = $1
    from due
    where run.id = due.id
    returning run.id, run.attempt, run.backfill_id, run.dataset_id, run.slice_id, run.ordinal,
        run.is_forced, run.due_at, run.created_at
),
opened as (
    insert into tidemill.attempt (run_id, number, worker_id)
    select id, attempt, $1
    from claimed
)
select claimed.id as "id!", claimed.attempt as "attempt!", claimed.backfill_id as "backfill_id!",
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
order by claimed.due_at, claimed.id
