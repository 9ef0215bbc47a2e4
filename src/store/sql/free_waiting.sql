-- Make ready what waits and has nothing to wait for: no edge leads to it any more. A commit does
-- this in its own transaction, so nothing should ever be found.
with stuck as materialized (
    select run.id
    from tidemill.run
    where run.state = 'waiting'
      and run.dataset_id is not null
      and not exists (select from tidemill.run_edge where downstream_id = run.id)
    order by run.id
    limit 10000
    for update skip locked
)
update tidemill.run
set state = 'ready', waiting_on = 0, due_at = now()
from stuck
where run.id = stuck.id
returning run.id
