-- Raw rows and distinct readers, a UTC day.
select
    clicked_at::date as day,
    count(*) as events,
    count(distinct uuid) as users
from raw_clicks
group by clicked_at::date
order by day
