-- Hand runs that were planned for code which no living worker has to the code of today, where
-- somebody has that.
with today as (
    select *
    from unnest($1::int[], $2::int[]) as today (dataset_id, code_id)
),
served as materialized (
    select unnest(codes) as code_id
    from tidemill.worker
    where ended_at is null
    union
    select unnest($3::int[])
),
stranded as materialized (
    select run.id, today.code_id
    from tidemill.run
    join today on today.dataset_id = run.dataset_id
    where run.state in ('waiting', 'ready', 'backoff')
      and run.code_id <> today.code_id
      and not exists (select from served where served.code_id = run.code_id)
      and exists (select from served where served.code_id = today.code_id)
    order by run.id
    for update of run skip locked
)
update tidemill.run
set code_id = stranded.code_id
from stranded
where run.id = stranded.id
