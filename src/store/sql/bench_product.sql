-- A busy installation: a million runs, one each `bench.pace` seconds until now, a hundred thousand
-- versions with their lineage, and what belongs to them. The datasets are cut into the thousand days
-- from 2020 on, which have the ordinals 18262 to 19261; of each ten, the first is a source.
set local synchronous_commit = off;

insert into tidemill.worker (host, pid, slots, beat_at, ended_at)
select 'bench-' || n, n, 8, now(), case when n <= 6 then now() end
from generate_series(1, 8) as n;

insert into tidemill.backfill
    (state, request, plan, plan_hash, runs, created_by, created_at, finished_at, origin, class,
     published, failed, cancelled, dataset_ids)
select 'completed', 'bench ' || n, '{}', 'none', 1000, 'bench',
    now() - make_interval(secs => (1001 - n) * 1000 * current_setting('bench.pace')::float8),
    now() - make_interval(secs => (1000 - n) * 1000 * current_setting('bench.pace')::float8),
    (array['person', 'schedule', 'automation'])[1 + n % 3]::tidemill.origin,
    (array['live', 'late', 'backfill', 'backfill'])[1 + n % 4]::tidemill.run_class, 970, 20, 10,
    (select array_agg(id) from tidemill.dataset)
from generate_series(1, 1000) as n;

create temporary table made on commit drop as
select n as id, (n - 1) / 1000 as backfill, jobs.ids[1 + n * 7919 % cardinality(jobs.ids)] as dataset,
    18262 + n / 100 % 1000 as ordinal,
    case when n % 50 = 0 then 'failed' when n % 97 = 0 then 'cancelled' else 'succeeded' end as state,
    now() - make_interval(secs => (1000000 - n) * current_setting('bench.pace')::float8)
        as finished_at
from generate_series(1::bigint, 1000000) as n
cross join (select array_agg(id order by id) as ids from tidemill.dataset where not is_source) as jobs;

insert into tidemill.run_history
    (id, backfill_id, dataset_id, slice_id, ordinal, left_state, state, outcome, reason, attempt,
     error_code, error, created_at, finished_at)
select made.id, backfills.first + made.backfill, made.dataset, slice.id, made.ordinal, 'running',
    made.state::tidemill.run_state,
    case made.state when 'succeeded' then 'published' else made.state end, 'missing', 1,
    case made.state when 'failed' then 'TM0401' when 'cancelled' then 'TM0408' end,
    case made.state when 'succeeded' then null else 'the bench says so' end,
    made.finished_at - interval '40 s', made.finished_at
from made
cross join (select min(id) as first from tidemill.backfill where request = 'bench 1') as backfills
cross join (select id from tidemill.slice where dimension_values = '{}') as slice;

insert into tidemill.attempt
    (run_id, number, worker_id, state, started_at, ended_at, error_code, error, peak_bytes,
     cpu_seconds, rows_read, bytes_read, rows_written, bytes_written)
select made.id, 1, workers.first + made.id % 8,
    case made.state when 'succeeded' then 'committed' else made.state end::tidemill.attempt_state,
    made.finished_at - interval '20 s', made.finished_at,
    case made.state when 'failed' then 'TM0401' end,
    case made.state when 'failed' then 'the bench says so' end, 200000000, 12.5, 1000, 10000, 1000, 10000
from made
cross join (select min(id) as first from tidemill.worker where host = 'bench-1') as workers;

insert into tidemill.attempt_log (run_id, attempt, first_line, first_byte, said_at, sources, lines)
select made.id, 1, 1, 0, array_fill(made.finished_at, array[20]), array_fill('stdout'::text, array[20]),
    array_fill('a line that a job said, as long as lines are'::text, array[20])
from made
where made.id % 10 = 0;

-- What sources hold, and what the latest runs published.
insert into tidemill.materialization
    (dataset_id, slice_id, ordinal, generation, content, rows, bytes, paths, sizes, hashes,
     committed_at)
select dataset.id, slice.id, ordinal, 1, decode(md5(dataset.id || ' ' || ordinal), 'hex'), 1000, 10000,
    array[ordinal || '.parquet'], '{10000}', '{none}',
    now() - make_interval(secs => 1000000 * current_setting('bench.pace')::float8)
from tidemill.dataset
cross join generate_series(18262, 19261) as ordinal
cross join (select id from tidemill.slice where dimension_values = '{}') as slice
where dataset.is_source;

insert into tidemill.materialization
    (dataset_id, slice_id, ordinal, run_id, attempt, generation, code_id, content, inputs, rows, bytes,
     paths, sizes, hashes, seconds, committed_at)
select made.dataset, slice.id, made.ordinal, made.id, 1, made.id, code.id,
    decode(md5(made.id::text), 'hex'), decode(md5('i' || made.id), 'hex'), 1000, 10000,
    array[made.id || '-1.parquet'], '{10000}', '{none}', 20, made.finished_at
from (
    select * from made where state = 'succeeded' order by id desc limit 90000
) as made
cross join (select id from tidemill.slice where dimension_values = '{}') as slice
cross join lateral (
    select id from tidemill.code where code.dataset_id = made.dataset order by id desc limit 1
) as code;

insert into tidemill.head
    (dataset_id, slice_id, ordinal, materialization_id, generation, code_id, content, inputs)
select distinct on (dataset_id, slice_id, ordinal) dataset_id, slice_id, ordinal, id, generation, code_id,
    content, inputs
from tidemill.materialization
order by dataset_id, slice_id, ordinal, generation desc;

insert into tidemill.lineage_edge (output_id, input_id, position)
select output.id, input.id, 0
from tidemill.materialization as output
join tidemill.head
    on head.dataset_id = output.dataset_id - 1
    and head.slice_id = output.slice_id
    and head.ordinal = output.ordinal
join tidemill.materialization as input on input.id = head.materialization_id and input.id < output.id
where output.run_id is not null;

select setval('tidemill.run_id', 1000001);

-- Some runs that wait, behind a pause.
with asked as (
    insert into tidemill.backfill
        (request, plan, plan_hash, runs, created_by, paused_at, paused_by, dataset_ids)
    select 'what waits', '{}', 'none', 200, 'bench', now(), 'bench', array_agg(id)
    from tidemill.dataset
    returning id
)
insert into tidemill.run
    (backfill_id, dataset_id, slice_id, ordinal, state, reason, attempts_max, code_id)
select asked.id, code.dataset_id, slice.id, 18262 + n, 'ready', 'missing', 3, code.id
from asked
cross join generate_series(1, 200) as n
cross join (select id from tidemill.slice where dimension_values = '{}') as slice
cross join (select min(dataset_id) as dataset_id, min(id) as id from tidemill.code) as code;
