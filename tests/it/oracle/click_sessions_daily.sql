-- Sessions of the readers, counted on the day of their first row; 1800 seconds of silence end one.
-- Rows at the same instant neither split nor join sessions: the gap between them is zero, and
-- the running count has no `rows` frame, so it takes all rows of one instant together.
with followed as (
    select
        uuid,
        clicked_at,
        lag(clicked_at) over (partition by uuid order by clicked_at) as previous_at
    from raw_clicks
    where uuid is not null
),
numbered as (
    select
        uuid,
        clicked_at,
        count(*) filter (
            where previous_at is null or trunc(extract(epoch from clicked_at - previous_at)) >= 1800
        ) over (partition by uuid order by clicked_at) as session_number
    from followed
),
session as (
    select
        min(clicked_at) as started_at,
        trunc(extract(epoch from max(clicked_at) - min(clicked_at))) as seconds,
        count(*) as events
    from numbered
    group by uuid, session_number
)
select
    started_at::date as day,
    count(*) as sessions,
    count(*) filter (where events = 1) as bounces,
    sum(events)::bigint as events,
    sum(seconds)::bigint as total_seconds
from session
group by started_at::date
order by day
