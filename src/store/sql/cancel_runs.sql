-- Move live runs, which are locked already, to the history as cancelled, and close their attempts.
with cancelled as (
    delete from tidemill.run
    using unnest($1::bigint[]) as doomed (id)
    where run.id = doomed.id
    returning run.*
),
kept as (
    insert into tidemill.run_history (
        id, backfill_id, dataset_id, slice_id, ordinal, left_state, state, outcome, reason, attempt,
        error_code, error, created_at
    )
    select id, backfill_id, dataset_id, slice_id, ordinal, state, 'cancelled', $2, reason, attempt,
        $3, $4, created_at
    from cancelled
    where dataset_id is not null
),
closed as (
    update tidemill.attempt
    set state = 'cancelled',
        ended_at = clock_timestamp(),
        error_code = $3,
        error = $4
    from cancelled
    where cancelled.state = 'running'
      and attempt.run_id = cancelled.id
      and attempt.number = cancelled.attempt
      and attempt.state = 'running'
)
select backfill_id as "backfill_id!", count(dataset_id) as "runs!",
    count(*) filter (where state = 'running') as "running!"
from cancelled
group by backfill_id
