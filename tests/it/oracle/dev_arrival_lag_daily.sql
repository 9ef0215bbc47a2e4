-- What a run for day D saw at D+1 00:00 and at D+8 00:00, and sees when all has arrived.
-- A row that arrives at the very instant of the run is not seen: strictly before.
with event as (
    select
        event_time::date as day,
        user_id,
        received_at < event_time::date + interval '1 day' as on_time,
        received_at < event_time::date + interval '8 days' as in_week
    from raw_dev
)
select
    day,
    count(*) filter (where on_time) as events_on_time,
    count(*) filter (where in_week) as events_week,
    count(*) as events_final,
    count(distinct user_id) filter (where on_time) as dau_on_time,
    count(distinct user_id) filter (where in_week) as dau_week,
    count(distinct user_id) as dau_final
from event
group by day
order by day
