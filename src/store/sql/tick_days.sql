-- How many ticks of schedules fell on days, by what became of them. Ticks that were skipped together
-- are not among them.
select schedule.dataset_id, (width_bucket(tick.tick_at, $2::timestamptz[]) - 1) as "day!",
    tick.state::text as "state!", count(*) as "ticks!"
from tidemill.schedule
join tidemill.tick on tick.schedule_id = schedule.id
where schedule.retired_at is null
  and schedule.dataset_id = any($1)
  and $3 <= tick.tick_at
  and tick.tick_at < $4
  and tick.ticks = 1
group by schedule.dataset_id, 2, tick.state
