-- What is odd about the rows that arrived on a day.
select
    received_at::date as day,
    count(*) as row_count,
    count(*) filter (where received_at < event_time) as negative_lag,
    count(*) filter (where event_time + interval '1 day' < received_at) as late_1d,
    count(*) filter (where event_time + interval '30 days' < received_at) as late_30d,
    count(*) filter (
        where tz_offset_min is null or tz_offset_min < -720 or 840 < tz_offset_min
    ) as bad_tz,
    count(*) filter (where user_id is null) as null_user,
    count(*) filter (where page is null) as null_page
from raw_dev
group by received_at::date
order by day
