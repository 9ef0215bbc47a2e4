-- Why runs have not started, by dataset, the most first.
select waiting.dataset_id as "dataset_id!", dataset.name as "dataset!", waiting.why as "why!",
    count(*) as "runs!", min(waiting.id) as "example!"
from tidemill.waiting
join tidemill.dataset on dataset.id = waiting.dataset_id
where ($1::int[] is null or waiting.dataset_id = any($1))
group by waiting.dataset_id, dataset.name, waiting.why
order by count(*) desc, waiting.dataset_id, waiting.why
limit $2
