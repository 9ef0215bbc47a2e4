-- Remove the edges out of finished runs. Returns whom they led to, and how many led there.
with passed as (
    delete from tidemill.run_edge
    where upstream_id = any($1)
    returning downstream_id
)
select downstream_id as "id!", count(*)::int as "passed!"
from passed
group by downstream_id
order by downstream_id
