-- The edges that lead from cancelled runs to others. The numbers of a backfill are neighbors, so
-- one walk over the edges between the first and the last is cheaper than a probe for each.
with near as materialized (
    select upstream_id, downstream_id, is_required
    from tidemill.run_edge
    where upstream_id between $2 and $3
)
select near.downstream_id as "reader!", bool_or(near.is_required) as "is_required!"
from near
join unnest($1::bigint[]) as cancelled (id) on cancelled.id = near.upstream_id
group by near.downstream_id
order by near.downstream_id
