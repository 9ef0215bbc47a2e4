-- Readers by day of their first row who have a row k days later.
with reader as (
    select uuid, min(clicked_at)::date as cohort
    from raw_clicks
    where uuid is not null
    group by uuid
)
select
    cohort,
    clicked_at::date - cohort as k,
    count(distinct uuid) as users
from raw_clicks
join reader using (uuid)
group by cohort, clicked_at::date - cohort
order by cohort, k
