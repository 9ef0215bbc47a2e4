-- Move finished runs from the live table to the history, and remember which partitions failed.
with ended as (
    select *
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
        as ended (id, outcome, error_code, error)
),
finished as (
    delete from tidemill.run
    using ended
    where run.id = ended.id
    returning run.*, ended.outcome, ended.error_code as last_code, ended.error as last_error
),
kept as (
    insert into tidemill.run_history (
        id, backfill_id, dataset_id, slice_id, ordinal, left_state, state, outcome, reason, attempt,
        error_code, error, created_at
    )
    select id, backfill_id, dataset_id, slice_id, ordinal, state,
        case outcome when 'failed' then 'failed' else 'succeeded' end::tidemill.run_state,
        outcome, reason, attempt, last_code, last_error, created_at
    from finished
),
mended as (
    delete from tidemill.partition_failure as failure
    using finished
    where failure.dataset_id = finished.dataset_id
      and failure.slice_id = finished.slice_id
      and failure.ordinal = finished.ordinal
      and finished.outcome = 'unchanged'
)
insert into tidemill.partition_failure
    (dataset_id, slice_id, ordinal, run_id, error_code, error)
select dataset_id, slice_id, ordinal, id, coalesce(last_code, 'TM0401'), coalesce(last_error, '')
from finished
where outcome = 'failed'
on conflict on constraint partition_failure_pkey do update
set run_id = excluded.run_id,
    error_code = excluded.error_code,
    error = excluded.error,
    failed_at = excluded.failed_at
