-- What the deduplication of `dev_events` did, a day of the event.
-- The event time is part of the key, so no two rows of one event lie on different days.
with business_event as (
    select user_id, event_time, event_type, product, page, count(*) as copies
    from raw_dev
    group by user_id, event_time, event_type, product, page
)
select
    event_time::date as day,
    sum(copies)::bigint as rows_in,
    count(*) as rows_kept,
    sum(copies - 1)::bigint as dropped
from business_event
group by event_time::date
order by day
