-- Write down what became of ticks that are as they were when that was decided.
with verdict as materialized (
    select tick.id, seen.state, seen.reason, seen.detail
    from tidemill.tick
    join unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[])
        as seen (id, orders, state, reason, detail) on seen.id = tick.id
    where tick.state in ('open', 'failed')
      and cardinality(tick.backfill_ids) = seen.orders
    order by tick.id
    for update of tick
)
update tidemill.tick
set state = verdict.state::tidemill.tick_state,
    reason = verdict.reason,
    detail = verdict.detail,
    settled_at = case when verdict.state = 'open' then null else now() end
from verdict
where tick.id = verdict.id
returning tick.state <> 'open' as "is_over!"
