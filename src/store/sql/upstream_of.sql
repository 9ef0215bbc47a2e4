-- The live runs that a run waits on, however far up, by dataset, when the last of them is tried
-- again, and whether somebody paused any of them; gates are looked through.
with recursive upstream as (
    select upstream_id as id
    from tidemill.run_edge
    where downstream_id = $1
    union
    select edge.upstream_id
    from upstream
    join tidemill.run_edge as edge on edge.downstream_id = upstream.id
)
select run.dataset_id as "dataset_id!", count(*) as "runs!",
    max(run.due_at) filter (where run.state in ('ready', 'backoff') and now() < run.due_at)
        as "again_at?: Timestamp",
    bool_or(dataset.paused_at is not null or backfill.paused_at is not null) as "is_paused!"
from upstream
join tidemill.run on run.id = upstream.id
join tidemill.dataset on dataset.id = run.dataset_id
join tidemill.backfill on backfill.id = run.backfill_id
where run.dataset_id is not null
group by run.dataset_id
