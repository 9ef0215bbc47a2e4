-- Take the runs of a dead worker back. A run that used all its attempts still gets one more claim:
-- the worker's death says nothing about the job, and the next failure is final.
with lost as materialized (
    select id, attempt
    from tidemill.run
    where worker_id = $1
      and state = 'running'
    order by id
    for update
),
freed as (
    update tidemill.run
    set state = 'ready',
        worker_id = null,
        error_code = 'TM0407',
        error = 'the worker died'
    from lost
    where run.id = lost.id
    returning run.id
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
select count(*) from freed
