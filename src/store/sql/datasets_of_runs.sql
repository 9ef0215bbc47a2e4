-- The datasets of runs that are live, or finished from $2 on and before $3.
select id as "id!", dataset_id as "dataset_id!"
from tidemill.run
where id = any($1)
  and dataset_id is not null
union all
select id, dataset_id
from tidemill.run_history
where id = any($1)
  and $2 <= finished_at
  and finished_at < $3
