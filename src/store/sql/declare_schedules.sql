-- Make schedules known. One whose timetable is another than before goes on from now: what its old
-- ticks covered stays covered, and its history stays.
insert into tidemill.schedule as held
    (dataset_id, timetable, zone, catch_up, ticks_max, cursor_at, covered_until, next_due)
select *
from unnest(
    $1::int[], $2::text[], $3::text[], $4::text[], $5::int[],
    $6::timestamptz[], $7::timestamptz[], $8::timestamptz[]
)
on conflict on constraint schedule_dataset_key do update
set timetable = excluded.timetable,
    zone = excluded.zone,
    catch_up = excluded.catch_up,
    ticks_max = excluded.ticks_max,
    cursor_at = case
        when held.retired_at is not null
            or (held.timetable, held.zone) <> (excluded.timetable, excluded.zone)
        then greatest(held.cursor_at, excluded.cursor_at)
        else held.cursor_at
    end,
    covered_until = case
        when held.retired_at is not null
        then greatest(held.covered_until, excluded.covered_until)
        else held.covered_until
    end,
    next_due = case
        when held.retired_at is not null
            or (held.timetable, held.zone) <> (excluded.timetable, excluded.zone)
        then excluded.next_due
        else held.next_due
    end,
    declared_at = now(),
    retired_at = null,
    revision = held.revision + 1
where held.retired_at is not null
    or (held.timetable, held.zone, held.catch_up, held.ticks_max)
        <> (excluded.timetable, excluded.zone, excluded.catch_up, excluded.ticks_max)
