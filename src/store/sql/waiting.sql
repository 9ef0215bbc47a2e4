-- Why runs have not started, with what there is to say about it.
-- The list is read by a query, so that the database knows as little of it each time and plans once.
select waiting.id as "run!", waiting.why as "why!", waiting.waiting_on as "waiting_on!",
    waiting.backfill_id as "backfill_id!", waiting.dataset_id as "dataset_id!",
    dataset.name as "dataset!",
    waiting.due_at as "due_at!: Timestamp", waiting.error,
    backfill.class as "class!: Class", backfill.concurrency as "backfill_limit",
    coalesce(backfill.paused_by, dataset.paused_by) as paused_by,
    coalesce(backfill.paused_at, dataset.paused_at) as "paused_at: Timestamp",
    dataset.concurrency as "job_limit", dataset.pool_weight as "weight!",
    dataset.pool_id as "pool_id!", code.fingerprint as "fingerprint?"
from tidemill.waiting
join tidemill.backfill on backfill.id = waiting.backfill_id
join tidemill.dataset on dataset.id = waiting.dataset_id
left join tidemill.code on code.id = waiting.code_id
where waiting.id = any(array(select unnest($1::bigint[])))
