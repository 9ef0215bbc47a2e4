-- The ready runs near each of these: of the same backfill, dataset, code and slice, so far from it.
select seed.id as "seed!", run.id as "id!", run.ordinal - first.ordinal as "distance!"
from unnest($1::bigint[], $2::int[]) as seed (id, most)
join tidemill.run as first on first.id = seed.id
join tidemill.run
    on run.dataset_id = first.dataset_id
    and run.slice_id = first.slice_id
    and first.ordinal - seed.most < run.ordinal
    and run.ordinal < first.ordinal + seed.most
where run.id <> first.id
  and run.state = 'ready'
  and run.due_at <= now()
  and run.failures = 0
  and run.backfill_id = first.backfill_id
  and run.code_id = first.code_id
