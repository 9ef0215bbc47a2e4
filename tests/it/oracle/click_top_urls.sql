-- The 25 URLs with most rows; ties by URL (text by bytes, which is the collation of the column).
with page as (
    select url, count(*) as events, count(distinct uuid) as users
    from raw_clicks
    group by url
),
most_read as (
    select url, events, users
    from page
    order by events desc, url
    limit 25
)
select url, events, users
from most_read
order by url
