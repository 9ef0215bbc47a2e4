-- How far a backfill is, by its own counters and what runs: asking often costs nothing.
select backfill.state::text as "state!", backfill.runs, backfill.published, backfill.unchanged,
    backfill.failed, backfill.cancelled, backfill.paused_by,
    (
        select count(*)
        from tidemill.run
        where run.backfill_id = backfill.id
          and run.state = 'running'
          and run.dataset_id is not null
    ) as "running!"
from tidemill.backfill
where backfill.id = $1
