-- Publish new versions: record them, and move each partition's head forward, never back.
with made as (
    -- The number of a run is the generation of its partition.
    select made.*, run_id as generation
    from jsonb_to_recordset($1) as made (
        run_id bigint, attempt int, dataset_id int, slice_id int, ordinal bigint, code_id int,
        content text, inputs text, rows bigint, bytes bigint, paths text[], sizes bigint[],
        hashes text[], rejected bigint, rejects_path text, profile jsonb, routed_by int[],
        seconds double precision
    )
),
version as (
    insert into tidemill.materialization (
        dataset_id, slice_id, ordinal, run_id, attempt, generation, code_id, content, inputs, rows,
        bytes, paths, sizes, hashes, rejected, rejects_path, profile, routed_by, seconds
    )
    select dataset_id, slice_id, ordinal, run_id, attempt, generation, code_id,
        decode(content, 'hex'), decode(inputs, 'hex'), rows, bytes, paths, sizes, hashes, rejected,
        rejects_path, profile, routed_by, seconds
    from made
    order by run_id
    returning id, run_id, dataset_id, slice_id, ordinal, generation, code_id, content, inputs
),
pointed as (
    insert into tidemill.head
        (dataset_id, slice_id, ordinal, materialization_id, generation, code_id, content, inputs)
    select dataset_id, slice_id, ordinal, id, generation, code_id, content, inputs
    from version
    order by dataset_id, slice_id, ordinal
    on conflict on constraint head_pkey do update
    set materialization_id = excluded.materialization_id,
        generation = excluded.generation,
        code_id = excluded.code_id,
        content = excluded.content,
        inputs = excluded.inputs
    where head.generation <= excluded.generation
),
mended as (
    delete from tidemill.partition_failure as failure
    using version
    where failure.dataset_id = version.dataset_id
      and failure.slice_id = version.slice_id
      and failure.ordinal = version.ordinal
)
select id, run_id as "run_id!" from version
