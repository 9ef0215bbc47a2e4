-- How far a backfill is.
select coalesce(sum(n) filter (where state = 'waiting'), 0)::bigint as "waiting!",
    coalesce(sum(n) filter (where state in ('ready', 'backoff')), 0)::bigint as "ready!",
    coalesce(sum(n) filter (where state = 'running'), 0)::bigint as "running!",
    coalesce(sum(n) filter (where state = 'succeeded'), 0)::bigint as "succeeded!",
    coalesce(sum(n) filter (where outcome = 'unchanged'), 0)::bigint as "unchanged!",
    coalesce(sum(n) filter (where state = 'failed'), 0)::bigint as "failed!",
    coalesce(sum(n) filter (where state = 'cancelled'), 0)::bigint as "cancelled!"
from (
    select state::text, null as outcome, count(*) as n
    from tidemill.run
    where backfill_id = $1 and dataset_id is not null
    group by state
    union all
    select state::text, outcome, count(*)
    from tidemill.run_history
    where backfill_id = $1
    group by state, outcome
) as counted
