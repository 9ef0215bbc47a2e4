-- Remove the edges that cancelled runs stood at: all into them, and the required ones out of them.
-- What is left leads to readers that go on without them. $2 is the run that failed: nothing led
-- into it any more.
delete from tidemill.run_edge as edge
where (edge.upstream_id = any($1) and edge.is_required)
   or (edge.downstream_id = any($1) and edge.downstream_id <> $2)
