-- Runs, live and finished, newest first.
select id as "id!", backfill_id as "backfill_id!", dataset_id as "dataset_id!",
    slice_id as "slice_id!", ordinal as "ordinal!", state as "state!", outcome as "outcome?",
    reason as "reason!", attempt as "attempt!", waiting_on as "waiting_on!",
    error_code as "error_code?", error as "error?", created_at as "created_at!: _",
    finished_at as "finished_at?: _"
from (
    select id, backfill_id, dataset_id, slice_id, ordinal, state::text, null as outcome, reason,
        attempt, waiting_on, error_code, error, created_at, null::timestamptz as finished_at
    from tidemill.run
    where dataset_id is not null
    union all
    select id, backfill_id, dataset_id, slice_id, ordinal, state::text, outcome, reason, attempt, 0,
        error_code, error, created_at, finished_at
    from tidemill.run_history
) as run
where ($1::bigint is null or id = $1)
  and ($2::int is null or dataset_id = $2)
  and ($3::int is null or slice_id = $3)
  and ($4::bigint is null or ordinal = $4)
  and ($5::bigint is null or backfill_id = $5)
  and ($6::text is null or state = $6)
order by id desc
limit $7
