-- Cancel every waiting run that needs a failed one, however far down. Returns the ids whose
-- readers go on without them: of the failed run, and of each cancelled one.
with recursive doomed as (
    select $1::bigint as id
    union
    select edge.downstream_id
    from doomed
    join tidemill.run_edge as edge on edge.upstream_id = doomed.id and edge.is_required
),
cancelled as (
    delete from tidemill.run
    using doomed
    where run.id = doomed.id
      and run.state = 'waiting'
    returning run.*
),
kept as (
    insert into tidemill.run_history (
        id, backfill_id, dataset_id, slice_id, ordinal, state, outcome, reason, attempt, error_code,
        error, created_at
    )
    select id, backfill_id, dataset_id, slice_id, ordinal, 'cancelled', 'upstream_failed', reason,
        attempt, 'TM0406', $2, created_at
    from cancelled
    where dataset_id is not null
),
cut as (
    delete from tidemill.run_edge as edge
    using doomed
    where (edge.upstream_id = doomed.id and edge.is_required)
       or (edge.downstream_id = doomed.id and doomed.id <> $1)
)
select id as "id!" from doomed
