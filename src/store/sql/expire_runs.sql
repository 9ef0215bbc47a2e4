-- Take the runs of a dead worker back. A worker's death says little about the job, so a run gets at
-- least five attempts before it is over; what is over stays as it is, to be failed.
with lost as materialized (
    select id, attempt, greatest(attempts_max, 5) <= failures + 1 as is_over
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
set state = case when lost.is_over then 'running' else 'ready' end::tidemill.run_state,
    worker_id = case when lost.is_over then run.worker_id end,
    failures = run.failures + 1,
    error_code = 'TM0407',
    error = 'the worker died'
from lost
where run.id = lost.id
returning run.id, run.backfill_id, lost.is_over as "is_over!"
