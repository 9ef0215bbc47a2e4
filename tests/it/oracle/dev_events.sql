-- One row a business event: the first to arrive of those that agree in all five key columns.
-- `distinct on` takes nulls for equal, as the definition does.
select distinct on (user_id, event_time, event_type, product, page)
    event_id,
    event_time,
    received_at,
    tz_offset_min,
    user_id,
    actor_id,
    event_type,
    product,
    section,
    page,
    pr,
    batch_id
from raw_dev
order by user_id, event_time, event_type, product, page, received_at, event_id
