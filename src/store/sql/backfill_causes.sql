-- Why runs of a backfill failed or were cancelled: what failed of itself first, then the most
-- frequent. They finished from $2 on and before $3. What differs from one partition to the next,
-- numbers and long ids, is left out of the reason, and so is the beginning that says whose it is.
select dataset.name as "dataset!", alike.outcome as "outcome!", alike.code as "code!",
    regexp_replace(alike.reason, '\m[0-9a-f-]{12,}\M|[0-9]+', '#', 'g') as "reason!",
    min(alike.error) as "error?", sum(alike.runs)::bigint as "runs!", min(alike.example) as "example!"
from (
    select run.dataset_id, run.outcome, coalesce(run.error_code, '') as code,
        left(regexp_replace(coalesce(run.error, ''), '^an input (failed: |was )', ''), 200)
            as reason,
        min(run.error) as error, count(*) as runs, min(run.id) as example
    from tidemill.run_history as run
    where run.backfill_id = $1
      and run.state in ('failed', 'cancelled')
      and $2 <= run.finished_at
      and run.finished_at < $3
    group by 1, 2, 3, 4
) as alike
join tidemill.dataset on dataset.id = alike.dataset_id
group by dataset.name, alike.outcome, alike.code, 4
order by alike.outcome in ('upstream_failed', 'upstream_cancelled'), "runs!" desc, dataset.name
limit $4
