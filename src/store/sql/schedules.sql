-- Schedules in use, each with its latest tick.
select schedule.id, schedule.dataset_id, schedule.timetable, schedule.zone, schedule.catch_up,
    schedule.ticks_max, schedule.cursor_at, schedule.covered_until, schedule.next_due,
    schedule.paused_at, schedule.paused_by, schedule.resumed_at, schedule.revision,
    latest.tick_at as "last_at?", latest.local_label as "last_label?",
    latest.state as "last_state?", latest.reason as "last_reason?", latest.detail as "last_detail?",
    latest.backfill_ids as "last_backfill_ids?",
    (
        select count(*) from tidemill.tick
        where tick.schedule_id = schedule.id and tick.state = 'open'
    ) as "open!"
from tidemill.schedule
left join lateral (
    select tick_at, local_label, state::text as state, reason, detail, backfill_ids
    from tidemill.tick
    where schedule_id = schedule.id
    order by tick_at desc
    limit 1
) as latest on true
where schedule.retired_at is null
  and schedule.dataset_id = any($1)
  and ($2::timestamptz is null or schedule.next_due <= $2)
order by schedule.dataset_id
