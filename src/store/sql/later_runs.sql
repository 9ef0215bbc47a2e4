-- What became of the partition of a run since: the first later run that published it or found it up
-- to date, and the one that is to make it now.
select done.id as "done?", done.finished_at as "done_at?", live.id as "live?",
    live.state::text as "live_state?"
from (select $1::int as dataset_id, $2::int as slice_id, $3::bigint as ordinal) as wanted
left join lateral (
    select run.id, run.finished_at
    from tidemill.run_history as run
    where run.dataset_id = wanted.dataset_id
      and run.slice_id = wanted.slice_id
      and run.ordinal = wanted.ordinal
      and run.state = 'succeeded'
      and $4 < run.id
    order by run.id
    limit 1
) as done on true
left join lateral (
    select run.id, run.state
    from tidemill.run
    where run.dataset_id = wanted.dataset_id
      and run.slice_id = wanted.slice_id
      and run.ordinal = wanted.ordinal
      and $4 < run.id
    limit 1
) as live on true
