-- The live runs that a run waits on, those behind gates included.
with recursive upstream as (
    select upstream_id as id
    from tidemill.run_edge
    where downstream_id = $1
    union
    select edge.upstream_id
    from upstream
    join tidemill.run as gate on gate.id = upstream.id and gate.dataset_id is null
    join tidemill.run_edge as edge on edge.downstream_id = gate.id
)
select run.id as "run_id!", run.dataset_id as "dataset_id!", run.slice_id as "slice_id!",
    run.ordinal as "ordinal!", run.state::text as "state!"
from upstream
join tidemill.run on run.id = upstream.id
where run.dataset_id is not null
  and ($2::int[] is null or run.dataset_id = any($2))
order by run.dataset_id, run.slice_id, run.ordinal
limit $3
