-- Why runs of a backfill failed or were cancelled, the most frequent first. They finished from $2 on and
-- before $3.
select dataset.name as "dataset!", run.state::text as "state!",
    coalesce(run.error_code, '') as "code!", min(run.error) as "error?", count(*) as "runs!",
    min(run.id) as "example!"
from tidemill.run_history as run
join tidemill.dataset on dataset.id = run.dataset_id
where run.backfill_id = $1
  and run.state in ('failed', 'cancelled')
  and $2 <= run.finished_at
  and run.finished_at < $3
group by dataset.name, run.state, run.error_code, left(run.error, 200)
order by run.state desc, count(*) desc, dataset.name
limit $4
