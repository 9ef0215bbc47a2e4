-- What was made from versions, one step; the latest first. As for store/sql/links_up.sql, the list is
-- read by a query.
select edge.input_id as near_id, version.id, edge.position, version.dataset_id, version.slice_id,
    version.ordinal, version.rows, version.paths[1:20] as "paths!",
    version.run_id is null as "is_source!", version.committed_at as "committed_at: _"
from tidemill.lineage_edge as edge
join tidemill.materialization as version on version.id = edge.output_id
where edge.input_id = any(array(select unnest($1::bigint[])))
  and ($2::int[] is null or version.dataset_id = any($2))
order by edge.input_id, edge.output_id desc
limit $3
