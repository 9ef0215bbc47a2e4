-- What was made from a version, so many steps away; each version once, at its nearest.
with recursive step as (
    select 1 as depth, edge.output_id, edge.input_id, edge.position
    from tidemill.lineage_edge as edge
    where edge.input_id = $1
    union
    select step.depth + 1, edge.output_id, edge.input_id, edge.position
    from step
    join tidemill.lineage_edge as edge on edge.input_id = step.output_id
    where step.depth < $2
)
select min(step.depth) as "depth!", step.output_id as "output_id!", step.input_id as "input_id!",
    step.position as "position!", version.dataset_id, version.slice_id, version.ordinal,
    version.content, (head.materialization_id is not null) as "is_head!",
    version.committed_at as "committed_at: _"
from step
join tidemill.materialization as version on version.id = step.output_id
left join tidemill.head on head.materialization_id = version.id
    and head.dataset_id = version.dataset_id
    and head.slice_id = version.slice_id
    and head.ordinal = version.ordinal
group by step.output_id, step.input_id, step.position, version.id, head.materialization_id
order by min(step.depth), version.dataset_id, version.slice_id, version.ordinal
limit 10000
