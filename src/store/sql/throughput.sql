-- What finished in the last day, by quarters of an hour; how long runs had waited is taken from the
-- latest 100 of each.
with finished as (
    select date_bin('15 minutes', finished_at, 'epoch'::timestamptz) as at,
        count(*) filter (where outcome = 'published') as published,
        count(*) filter (where state = 'failed') as failed
    from tidemill.run_history
    where date_bin('15 minutes', now(), 'epoch'::timestamptz) - interval '23 hours 45 minutes'
            <= finished_at
      and ($1::int[] is null or dataset_id = any($1))
    group by 1
)
select finished.at as "at!: Timestamp", finished.published as "published!",
    finished.failed as "failed!", waited.p95 as "wait_p95"
from finished
left join lateral (
    select percentile_cont(0.95) within group (
        order by extract(epoch from attempt.started_at - latest.created_at)::double precision
    ) as p95
    from (
        select id, created_at
        from tidemill.run_history
        where finished.at <= finished_at
          and finished_at < finished.at + interval '15 minutes'
          and ($1::int[] is null or dataset_id = any($1))
        order by finished_at desc, id desc
        limit 100
    ) as latest
    join tidemill.attempt on attempt.run_id = latest.id and attempt.number = 1
) as waited on true
order by finished.at
