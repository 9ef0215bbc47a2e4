-- The latest tick of each schedule.
select schedule.dataset_id, latest.id, latest.tick_at, latest.local_label, latest.first_label,
    latest.ticks, latest.closes_after, latest.closes_until, latest.is_late,
    latest.state::text as "state!", latest.reason, latest.detail, latest.backfill_ids,
    latest.recorded_at, latest.settled_at
from tidemill.schedule
cross join lateral (
    select *
    from tidemill.tick
    where tick.schedule_id = schedule.id
    order by tick.tick_at desc
    limit 1
) as latest
where schedule.retired_at is null
  and schedule.dataset_id = any($1)
