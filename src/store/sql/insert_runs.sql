-- Record the runs of a backfill. The position in the plan is kept in the order of due times.
insert into tidemill.run (
    id, backfill_id, dataset_id, slice_id, ordinal, state, reason, is_forced, waiting_on,
    attempts_max, code_id, deadline
)
select id, $1, dataset_id, slice_id, ordinal,
    case when 0 < waiting_on then 'waiting' else 'ready' end::tidemill.run_state,
    reason, reason in ('forced', 'failed'), waiting_on, attempts_max, code_id,
    coalesce(deadline, now() + interval '1 day')
from unnest(
    $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::text[], $7::int[], $8::int[], $9::int[],
    $10::timestamptz[]
) as planned (id, dataset_id, slice_id, ordinal, reason, waiting_on, attempts_max, code_id, deadline)
on conflict (dataset_id, slice_id, ordinal) where dataset_id is not null do nothing
