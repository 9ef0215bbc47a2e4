-- End the backfills whose last run finished.
update tidemill.backfill
set state = case
        when exists (
            select from tidemill.run_history as run
            where run.backfill_id = backfill.id
              and run.state in ('failed', 'cancelled')
        ) then 'failed'
        else 'completed'
    end::tidemill.backfill_state,
    finished_at = now()
where id = any($1)
  and state = 'active'
  and not exists (
      select from tidemill.run
      where run.backfill_id = backfill.id
        and run.dataset_id is not null
  )
