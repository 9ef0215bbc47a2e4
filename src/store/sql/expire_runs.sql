-- Take the runs of a dead worker back. A worker's death says little about the job, so a run gets at
-- least five attempts before it is over.
with lost as materialized (
    select id, attempt
    from tidemill.run
    where worker_id = $1
      and state = 'running'
    order by id
    for update
),
closed as (
    update tidemill.attempt
    set state = 'expired',
        ended_at = now(),
        error_code = 'TM0407',
        error = 'the worker died'
    from lost
    where attempt.run_id = lost.id
      and attempt.number = lost.attempt
      and attempt.state = 'running'
)
update tidemill.run
set state = 'ready',
    worker_id = null,
    error_code = 'TM0407',
    error = 'the worker died'
from lost
where run.id = lost.id
returning run.id, run.backfill_id, greatest(run.attempts_max, 5) <= run.attempt as "is_over!"
