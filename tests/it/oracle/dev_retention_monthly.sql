-- Users by month of their first row who have a row in the k-th month after, k = 0..12.
with cohort_of_user as (
    select user_id, date_trunc('month', min(event_time)) as cohort
    from raw_dev
    where user_id is not null
    group by user_id
),
active_month as (
    select distinct user_id, date_trunc('month', event_time) as month
    from raw_dev
    where user_id is not null
),
cell as (
    select
        cohort::date as cohort,
        ((extract(year from month) - extract(year from cohort)) * 12
            + extract(month from month) - extract(month from cohort))::bigint as k,
        user_id
    from active_month
    join cohort_of_user using (user_id)
)
select cohort, k, count(*) as users
from cell
where k <= 12
group by cohort, k
order by cohort, k
