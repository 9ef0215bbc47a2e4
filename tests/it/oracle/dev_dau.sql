-- Raw rows and distinct users, a UTC day of the event. A null is no user: `count` skips it.
select
    event_time::date as day,
    count(*) as events,
    count(distinct user_id) as dau
from raw_dev
group by event_time::date
order by day
