-- Sessions of the users, counted on the day of their first row; 1800 seconds of silence end one.
-- Rows at the same instant neither split nor join sessions: the gap between them is zero, and
-- the running count has no `rows` frame, so it takes all rows of one instant together.
with followed as (
    select
        user_id,
        event_time,
        lag(event_time) over (partition by user_id order by event_time) as previous_at
    from raw_dev
    where user_id is not null
),
numbered as (
    select
        user_id,
        event_time,
        count(*) filter (
            where previous_at is null or trunc(extract(epoch from event_time - previous_at)) >= 1800
        ) over (partition by user_id order by event_time) as session_number
    from followed
),
session as (
    select
        min(event_time) as started_at,
        trunc(extract(epoch from max(event_time) - min(event_time))) as seconds,
        count(*) as events
    from numbered
    group by user_id, session_number
)
select
    started_at::date as day,
    count(*) as sessions,
    count(*) filter (where events = 1) as single_event_sessions,
    sum(events)::bigint as events,
    sum(seconds)::bigint as total_seconds
from session
group by started_at::date
order by day
