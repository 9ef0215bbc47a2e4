-- Take the running runs of a backfill from their workers; they may be claimed again once it is
-- resumed. What a commit holds at this moment has ended already.
with held as materialized (
    select id, attempt
    from tidemill.run
    where backfill_id = $1
      and state = 'running'
    for update skip locked
),
given_back as (
    update tidemill.run
    set state = 'ready', worker_id = null
    from held
    where run.id = held.id
    returning run.id, run.attempt
)
update tidemill.attempt
set state = 'cancelled',
    ended_at = clock_timestamp(),
    error_code = 'TM0409',
    error = $2
from given_back
where attempt.run_id = given_back.id
  and attempt.number = given_back.attempt
  and attempt.state = 'running'
