-- What versions were made from, one step; the nearest partitions first.
-- The list is read by a query, so that the database knows as little of it each time and plans once.
select edge.output_id as near_id, version.id, edge.position, version.dataset_id, version.slice_id,
    version.ordinal, version.rows, version.paths[1:20] as "paths!",
    version.run_id is null as "is_source!", version.committed_at as "committed_at: _"
from tidemill.lineage_edge as edge
join tidemill.materialization as version on version.id = edge.input_id
where edge.output_id = any(array(select unnest($1::bigint[])))
  and ($2::int[] is null or version.dataset_id = any($2))
order by edge.output_id, edge.position, edge.input_id
limit $3
