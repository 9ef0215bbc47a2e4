-- As many ready runs as asked for, in one statement.
insert into bench.run
    (id, backfill_id, dataset_id, slice_id, ordinal, state, reason, attempts_max, code_id)
select id, 1, 2, 1, id, 'ready', 'missing', 3, 1
from generate_series(0, $1::bigint - 1) as id
