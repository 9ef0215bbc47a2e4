-- Record the ticks of schedules that are as they were when their ticks were found, and move their
-- cursors. A schedule that another scheduler holds is left to it.
with held as materialized (
    select schedule.id
    from tidemill.schedule
    join unnest($1::int[], $2::bigint[]) as seen (id, revision) on seen.id = schedule.id
    where schedule.revision = seen.revision
      and schedule.retired_at is null
    order by schedule.id
    for update of schedule skip locked
),
recorded as (
    insert into tidemill.tick
        (schedule_id, tick_at, local_label, first_at, first_label, ticks, closes_after,
            closes_until, is_late, state, reason, settled_at)
    select due.schedule_id, due.tick_at, due.local_label, due.first_at, due.first_label, due.ticks,
        due.closes_after, due.closes_until, due.is_late,
        case when due.reason is null then 'open' else 'skipped' end::tidemill.tick_state,
        due.reason,
        case when due.reason is null then null else now() end
    from unnest(
        $6::int[], $7::timestamptz[], $8::text[], $9::timestamptz[], $10::text[], $11::bigint[],
        $12::timestamptz[], $13::timestamptz[], $14::bool[], $15::text[]
    ) as due (schedule_id, tick_at, local_label, first_at, first_label, ticks, closes_after,
        closes_until, is_late, reason)
    join held on held.id = due.schedule_id
    order by due.schedule_id, due.tick_at
    on conflict on constraint tick_once do nothing
    returning state, ticks
),
moved as (
    update tidemill.schedule
    set cursor_at = greatest(schedule.cursor_at, ahead.cursor_at),
        covered_until = greatest(schedule.covered_until, ahead.covered_until),
        next_due = ahead.next_due,
        revision = schedule.revision + 1
    from held
    join unnest($1::int[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
        as ahead (id, cursor_at, covered_until, next_due) on ahead.id = held.id
    where schedule.id = held.id
    returning schedule.id
)
select (select count(*) from moved) as "schedules!",
    (select count(*) from recorded where state = 'open') as "open!",
    (select coalesce(sum(ticks), 0)::bigint from recorded where state = 'skipped') as "skipped!"
