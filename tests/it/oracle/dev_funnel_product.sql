-- How many users of a product modify a file, then add one within 30 days, then merge within 90
-- days of the modification. Each step takes the first row that fits, and never the same instant.
with step1 as (
    select user_id, product, min(event_time) as t1
    from raw_dev
    where event_type = 'file_modified' and user_id is not null
    group by user_id, product
),
step2 as (
    select step1.user_id, step1.product, t1, min(event_time) as t2
    from step1
    join raw_dev on raw_dev.user_id = step1.user_id
        and raw_dev.product = step1.product
        and event_type = 'file_added'
        and t1 < event_time
        and event_time <= t1 + interval '30 days'
    group by step1.user_id, step1.product, t1
),
step3 as (
    select step2.user_id, step2.product, min(event_time) as t3
    from step2
    join raw_dev on raw_dev.user_id = step2.user_id
        and raw_dev.product = step2.product
        and event_type = 'merge'
        and t2 < event_time
        and event_time <= t1 + interval '90 days'
    group by step2.user_id, step2.product
)
select
    product,
    count(*) as step1,
    (select count(*) from step2 where step2.product = step1.product) as step2,
    (select count(*) from step3 where step3.product = step1.product) as step3
from step1
group by product
order by product
