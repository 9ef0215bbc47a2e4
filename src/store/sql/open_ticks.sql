-- Ticks that may still ask for something, or be done: open ones first, then those that failed
-- in the last 30 days, latest first.
select tick.id, schedule.dataset_id, tick.tick_at, tick.closes_after, tick.closes_until,
    tick.is_late, tick.state::text as "state!", tick.detail, tick.backfill_ids
from tidemill.tick
join tidemill.schedule on schedule.id = tick.schedule_id
where schedule.dataset_id = any($1)
  and (
      tick.state = 'open'
      or tick.state = 'failed' and now() - interval '30 days' < tick.recorded_at
  )
order by tick.state, tick.id desc
limit $2
