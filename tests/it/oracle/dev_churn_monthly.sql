-- Users with a row in a month, and those of them with none in the three months after.
-- Up to four months before the last event's month: that month itself is not complete, so the
-- last three months that can be looked into are those before it (2026-04 for events until 2026-08).
with active_month as (
    select distinct user_id, date_trunc('month', event_time) as month
    from raw_dev
    where user_id is not null
),
followed as (
    select month, lead(month) over (partition by user_id order by month) as next_month
    from active_month
)
select
    month::date as month,
    count(*) as active,
    count(*) filter (
        where next_month is null or month + interval '3 months' < next_month
    ) as churned
from followed
where month <= (
    select date_trunc('month', max(event_time)) - interval '4 months'
    from raw_dev
)
group by month
order by month
