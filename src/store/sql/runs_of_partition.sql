-- The runs of one partition, live and finished, newest first.
with finished as (
    select id, backfill_id, dataset_id, slice_id, ordinal, state, outcome, reason, attempt,
        error_code, error, created_at, finished_at
    from tidemill.run_history
    where dataset_id = $1
      and slice_id = $2
      and ordinal = $3
    order by id desc
    limit $4
),
found as (
    select id, backfill_id, dataset_id, slice_id, ordinal, state, null as outcome, reason, attempt,
        waiting_on, error_code, error, created_at, null::timestamptz as finished_at, deadline
    from tidemill.run
    where dataset_id = $1
      and slice_id = $2
      and ordinal = $3
    union all
    select id, backfill_id, dataset_id, slice_id, ordinal, state, outcome, reason, attempt, 0,
        error_code, error, created_at, finished_at, null
    from finished
)
select found.id as "id!", found.backfill_id as "backfill_id!", found.dataset_id as "dataset_id!",
    dataset.name as dataset, found.slice_id as "slice_id!", slice.dimension_values,
    found.ordinal as "ordinal!", found.state::text as "state!", found.outcome,
    found.reason as "reason!", backfill.class as "class: Class", found.attempt as "attempt!",
    found.waiting_on as "waiting_on!", found.error_code, left(found.error, 4000) as error,
    found.created_at as "created_at!: _", found.finished_at as "finished_at: _",
    first.started_at as "first_at?: _", latest.started_at as "started_at?: _",
    latest.ended_at as "ended_at?: _", latest.worker_id as "worker_id?",
    found.deadline as "deadline: _"
from found
join tidemill.backfill on backfill.id = found.backfill_id
join tidemill.dataset on dataset.id = found.dataset_id
join tidemill.slice on slice.id = found.slice_id
left join tidemill.attempt as first on first.run_id = found.id and first.number = 1
left join tidemill.attempt as latest
    on latest.run_id = found.id and latest.number = found.attempt
order by found.id desc
limit $4
