-- What a version was read from, and whether readers would read something else now.
select version.id, version.dataset_id, dataset.name as dataset, dataset.is_source,
    slice.dimension_values, version.ordinal, edge.position, version.rows,
    version.committed_at as "committed_at: _", version.paths,
    (head.content is distinct from version.content) as "is_stale!"
from tidemill.lineage_edge as edge
join tidemill.materialization as version on version.id = edge.input_id
join tidemill.dataset on dataset.id = version.dataset_id
join tidemill.slice on slice.id = version.slice_id
left join tidemill.head
    on head.dataset_id = version.dataset_id
    and head.slice_id = version.slice_id
    and head.ordinal = version.ordinal
where edge.output_id = $1
  and ($2::int[] is null or version.dataset_id = any($2))
order by edge.position, edge.input_id
limit $3
