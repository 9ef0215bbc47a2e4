-- Raw rows and distinct users, a civil day of New York. The first `at time zone` says that the
-- stored time is UTC, the second gives what the clocks of New York showed.
with local_event as (
    select
        (event_time at time zone 'UTC' at time zone 'America/New_York')::date as day,
        user_id
    from raw_dev
)
select day, count(*) as events, count(distinct user_id) as dau
from local_event
group by day
order by day
