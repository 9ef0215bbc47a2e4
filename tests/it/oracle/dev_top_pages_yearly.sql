-- The 20 pages with most rows a year; ties by users, then product, then page (text by bytes, which
-- is the collation of the columns).
with page_year as (
    select
        extract(year from event_time)::bigint as year,
        product,
        page,
        count(*) as events,
        count(distinct user_id) as users
    from raw_dev
    where page is not null
    group by extract(year from event_time), product, page
),
ranked as (
    select
        *,
        row_number() over (
            partition by year
            order by events desc, users desc, product, page
        ) as place
    from page_year
)
select year, product, page, events, users
from ranked
where place <= 20
order by year, product, page
