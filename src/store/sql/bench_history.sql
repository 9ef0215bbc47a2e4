-- A day of history, so many days ago.
insert into tidemill.run_history (id, backfill_id, dataset_id, slice_id, ordinal, left_state, state,
    outcome, reason, attempt, created_at, finished_at)
select -number - $1::int * $2::bigint, 1, latest.id, 1, number, 'running', 'succeeded', 'published',
    'missing', 1, now() - make_interval(days => $1::int), now() - make_interval(days => $1::int)
from generate_series(1, $2::bigint) as number
cross join (select max(id) as id from tidemill.dataset) as latest
