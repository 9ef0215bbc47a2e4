-- The runs of one partition, live and finished, newest first.
select id as "id!", backfill_id as "backfill_id!", dataset_id as "dataset_id!",
    slice_id as "slice_id!", ordinal as "ordinal!", state::text as "state!", null as outcome,
    reason as "reason!", attempt as "attempt!", waiting_on as "waiting_on!", error_code,
    left(error, 4000) as error, created_at as "created_at!: _",
    null::timestamptz as "finished_at: _", deadline as "deadline: _"
from tidemill.run
where dataset_id = $1
  and slice_id = $2
  and ordinal = $3
union all
(
    select id, backfill_id, dataset_id, slice_id, ordinal, state::text, outcome, reason, attempt, 0,
        error_code, left(error, 4000), created_at, finished_at, null
    from tidemill.run_history
    where dataset_id = $1
      and slice_id = $2
      and ordinal = $3
    -- A sum has no index: else the database might read all of every day in the order of numbers.
    order by id + 0 desc
    limit $4
)
order by 1 desc
limit $4
