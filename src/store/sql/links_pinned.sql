-- Versions that would be read, by input position, as links to nothing yet; of these datasets only.
select 0::bigint as "near_id!", version.id as "id!", wanted.position as "position!",
    version.dataset_id as "dataset_id!", version.slice_id as "slice_id!", version.ordinal as "ordinal!",
    version.rows, version.paths[1:20] as "paths!", version.run_id is null as "is_source!",
    version.committed_at as "committed_at!: _"
from unnest($1::smallint[], $2::bigint[]) as wanted (position, id)
join tidemill.materialization as version on version.id = wanted.id
where $3::int[] is null or version.dataset_id = any($3)
order by wanted.position, version.id
limit $4
