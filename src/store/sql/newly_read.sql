-- What a version was read from that the version before it was not, the latest first.
select version.id, version.dataset_id, version.slice_id, version.ordinal, version.rows,
    version.bytes, version.paths[1:3] as "paths!", version.committed_at as "committed_at: _",
    version.run_id is null as "is_source!",
    (
        select old.id
        from tidemill.lineage_edge as read
        join tidemill.materialization as old on old.id = read.input_id
        where read.output_id = $2
          and read.position = edge.position
          and old.dataset_id = version.dataset_id
          and old.slice_id = version.slice_id
          and old.ordinal = version.ordinal
        limit 1
    ) as before_id
from tidemill.lineage_edge as edge
join tidemill.materialization as version on version.id = edge.input_id
where edge.output_id = $1
  and not exists (
      select from tidemill.lineage_edge as same
      where same.output_id = $2
        and same.position = edge.position
        and same.input_id = edge.input_id
  )
order by version.id desc
limit $3
