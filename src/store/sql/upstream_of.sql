-- The live runs that a run waits on, however far up, by dataset; gates are looked through.
with recursive upstream as (
    select upstream_id as id
    from tidemill.run_edge
    where downstream_id = $1
    union
    select edge.upstream_id
    from upstream
    join tidemill.run_edge as edge on edge.downstream_id = upstream.id
)
select run.dataset_id as "dataset_id!", count(*) as "runs!"
from upstream
join tidemill.run on run.id = upstream.id
where run.dataset_id is not null
group by run.dataset_id
