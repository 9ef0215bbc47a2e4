-- Ready runs into the history, in one statement.
with gone as (
    delete from bench.run
    where id >= $1::bigint and id < $1::bigint + $2::bigint
    returning *
)
insert into bench.run_history (id, backfill_id, dataset_id, slice_id, ordinal, left_state, state,
    outcome, reason, attempt, created_at)
select id, backfill_id, dataset_id, slice_id, ordinal, state, 'cancelled', 'cancelled', reason,
    attempt, created_at
from gone
