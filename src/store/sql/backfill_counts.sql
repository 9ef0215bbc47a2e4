-- How far a backfill is: what has finished is added up in its row, what is live is counted.
with live as (
    select count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state in ('ready', 'backoff')) as ready,
        count(*) filter (where state = 'running') as running
    from tidemill.run
    where backfill_id = $1 and dataset_id is not null
)
select live.waiting as "waiting!", live.ready as "ready!", live.running as "running!",
    backfill.published + backfill.unchanged as "succeeded!", backfill.unchanged as "unchanged!",
    backfill.failed as "failed!", backfill.cancelled as "cancelled!"
from tidemill.backfill
cross join live
where backfill.id = $1
