-- Remove the edges into cancelled runs. One that a commit is passing is left to that commit: it
-- removes the edge as well, and waiting for it could wait in a circle.
delete from tidemill.run_edge
where ctid = any(array(
    select edge.ctid
    from tidemill.run_edge as edge
    join unnest($1::bigint[]) as cancelled (id) on cancelled.id = edge.downstream_id
    for update of edge skip locked
))
