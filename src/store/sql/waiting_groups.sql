-- Why the runs of a backfill have not started, by dataset.
select dataset_id as "dataset_id!", why as "why!", count(*) as "runs!", min(id) as "example!"
from tidemill.waiting
where backfill_id = $1
group by dataset_id, why
order by dataset_id, why
