-- Remove the edges into cancelled runs. One that a commit is passing is left to that commit: it
-- removes the edge as well, and waiting for it could wait in a circle.
delete from tidemill.run_edge as edge
using (
    select into_cancelled.upstream_id, into_cancelled.downstream_id
    from tidemill.run_edge as into_cancelled
    join unnest($1::bigint[]) as cancelled (id) on cancelled.id = into_cancelled.downstream_id
    for update of into_cancelled skip locked
) as free
where edge.upstream_id = free.upstream_id
  and edge.downstream_id = free.downstream_id
