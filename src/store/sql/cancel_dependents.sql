-- Cancel every waiting run that needs a failed one, however far down. Returns the failed run and
-- each cancelled one, gates too; their edges are still there.
with recursive doomed as (
    select $1::bigint as id
    union
    select edge.downstream_id
    from doomed
    join tidemill.run_edge as edge on edge.upstream_id = doomed.id and edge.is_required
),
held as materialized (
    -- In the order of ids, so that two commits that cancel the same cannot wait for each other.
    select run.id
    from doomed
    join tidemill.run on run.id = doomed.id
    where run.state = 'waiting'
    order by run.id
    for update of run
),
cancelled as (
    delete from tidemill.run
    using held
    where run.id = held.id
    returning run.*
),
kept as (
    insert into tidemill.run_history (
        id, backfill_id, dataset_id, slice_id, ordinal, left_state, state, outcome, reason, attempt,
        error_code, error, created_at
    )
    select id, backfill_id, dataset_id, slice_id, ordinal, state, 'cancelled', 'upstream_failed', reason,
        attempt, 'TM0406', $2, created_at
    from cancelled
    where dataset_id is not null
)
select doomed.id as "id!", cancelled.backfill_id as "backfill_id?",
    cancelled.dataset_id is not null as "is_run!"
from doomed
left join cancelled on cancelled.id = doomed.id
order by doomed.id
