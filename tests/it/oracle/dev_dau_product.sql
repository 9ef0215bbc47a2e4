-- Raw rows and distinct users, a UTC day of the event and product.
select
    event_time::date as day,
    product,
    count(*) as events,
    count(distinct user_id) as dau
from raw_dev
group by event_time::date, product
order by day, product
