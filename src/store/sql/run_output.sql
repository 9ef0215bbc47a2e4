-- The version that a run published, and how many of those that it read readers would see another one
-- of now.
select version.id, (
        select count(*)
        from tidemill.lineage_edge as edge
        join tidemill.materialization as input on input.id = edge.input_id
        left join tidemill.head
            on head.dataset_id = input.dataset_id
            and head.slice_id = input.slice_id
            and head.ordinal = input.ordinal
        where edge.output_id = version.id
          and head.content is distinct from input.content
          and ($2::int[] is null or input.dataset_id = any($2))
    ) as "stale_inputs!"
from tidemill.materialization as version
where version.run_id = $1
