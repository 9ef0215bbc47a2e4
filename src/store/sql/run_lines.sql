-- What lists show of runs besides what their own tables have.
select run.id as "id!", dataset.name as dataset, slice.dimension_values,
    backfill.class as "class: Class",
    -- Mostly the latest attempt is the first.
    case run.attempt
        when 1 then latest.started_at
        else (select started_at from tidemill.attempt where run_id = run.id and number = 1)
    end as "first_at?: _",
    latest.started_at as "started_at?: _", latest.ended_at as "ended_at?: _",
    latest.worker_id as "worker_id?"
from unnest($1::bigint[], $2::int[], $3::bigint[], $4::int[], $5::int[])
    as run (id, attempt, backfill_id, dataset_id, slice_id)
join tidemill.backfill on backfill.id = run.backfill_id
join tidemill.dataset on dataset.id = run.dataset_id
join tidemill.slice on slice.id = run.slice_id
left join tidemill.attempt as latest
    on latest.run_id = run.id and latest.number = run.attempt
