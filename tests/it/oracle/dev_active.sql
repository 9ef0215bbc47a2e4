-- Raw rows and distinct users, an ISO week (by its Monday) and a month.
select
    'month' as grain,
    date_trunc('month', event_time)::date as period,
    count(*) as events,
    count(distinct user_id) as users
from raw_dev
group by date_trunc('month', event_time)
union all
select
    'week' as grain,
    date_trunc('week', event_time)::date as period,
    count(*) as events,
    count(distinct user_id) as users
from raw_dev
group by date_trunc('week', event_time)
order by grain, period
