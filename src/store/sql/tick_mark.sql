-- What open ticks depend on, in short. The latest tick, version and run, and how many runs are live.
select bool_or(pending.state = 'open') as is_any_open,
    coalesce(max(pending.id), 0) as "ticks!",
    (select coalesce(max(id), 0) from tidemill.materialization) as "versions!",
    (select last_value from tidemill.run_id) as "run!",
    (select count(*) from tidemill.run) as "live!",
    (select count(*) from tidemill.dimension_value) as "values!"
from (
    select tick.id, tick.state
    from tidemill.tick
    join tidemill.schedule on schedule.id = tick.schedule_id
    where schedule.dataset_id = any($1)
      and (
          tick.state = 'open'
          or tick.state = 'failed' and now() - interval '30 days' < tick.recorded_at
      )
) as pending
