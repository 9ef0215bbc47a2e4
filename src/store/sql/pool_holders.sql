-- Who holds slots of which pool.
select dataset.pool_id as "pool_id!", dataset.name as "dataset!", count(*) as "runs!",
    sum(dataset.pool_weight)::int as "slots!"
from tidemill.run
join tidemill.dataset on dataset.id = run.dataset_id
where run.state = 'running'
group by dataset.pool_id, dataset.name
order by sum(dataset.pool_weight) desc, dataset.name
