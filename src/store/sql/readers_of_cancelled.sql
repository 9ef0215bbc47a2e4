-- The runs that need a cancelled one and are still there, locked in the order of ids.
select run.id
from tidemill.run
where run.state = 'waiting'
  and run.id in (
      select edge.downstream_id
      from tidemill.run_edge as edge
      join unnest($1::bigint[]) as cancelled (id) on cancelled.id = edge.upstream_id
      where edge.is_required
  )
order by run.id
for update
