-- What happened, latest first, from many places: each is read by when from the place in the feed, and
-- no further than the page. $1 is that place's instant and $2 its name; $3 is how far back; $4 are
-- the datasets somebody may know of.
with
done_to_backfill as (
    select event.at, format('backfill-event-%s', event.id) as id,
        'backfill.' || event.action as kind, event.by as who, event.details as text,
        null::int as dataset_id, backfill.id as backfill_id, null::bigint as run_id,
        null::int as attempt, null::text as code, 0::bigint as runs
    from tidemill.backfill_event as event
    join tidemill.backfill on backfill.id = event.backfill_id
    where event.at <= $1
      and $3 <= event.at
      and (event.at, format('backfill-event-%s', event.id) collate "C") < ($1, $2)
      and ($4::int[] is null or (backfill.dataset_ids <@ $4 and backfill.dataset_ids <> '{}'))
    order by event.at desc, event.id desc
    limit $5
),
asked as (
    select created_at, format('backfill-%s', id), 'backfill.created', created_by, request, null::int,
        id, null::bigint, null::int, null::text, runs
    from tidemill.backfill
    where created_at <= $1
      and $3 <= created_at
      and (created_at, format('backfill-%s', id) collate "C") < ($1, $2)
      and ($4::int[] is null or (dataset_ids <@ $4 and dataset_ids <> '{}'))
    order by created_at desc, id desc
    limit $5
),
-- What a backfill published is one thing that happened, however many partitions it is.
over as (
    select finished_at, format('backfill-end-%s', id), 'backfill.' || state, created_by, request,
        null::int, id, failed, null::int, null::text, published
    from tidemill.backfill
    where finished_at <= $1
      and $3 <= finished_at
      and (finished_at, format('backfill-end-%s', id) collate "C") < ($1, $2)
      and ($4::int[] is null or (dataset_ids <@ $4 and dataset_ids <> '{}'))
    order by finished_at desc, id desc
    limit $5
),
ended as (
    select attempt.ended_at, format('attempt-%s-%s', attempt.run_id, attempt.number),
        'attempt.' || attempt.state, worker.host, left(attempt.error, 300), run.dataset_id,
        null::bigint, attempt.run_id, attempt.number, attempt.error_code, 0::bigint
    from tidemill.attempt
    join tidemill.worker on worker.id = attempt.worker_id
    cross join lateral (
        select dataset_id from tidemill.run where id = attempt.run_id
        union all
        -- A run ends with its last attempt, or after it, so that later days need not be opened.
        select dataset_id
        from tidemill.run_history
        where id = attempt.run_id
          and attempt.ended_at - interval '1 minute' <= finished_at
        limit 1
    ) as run
    where attempt.state in ('failed', 'expired')
      and attempt.ended_at <= $1
      and $3 <= attempt.ended_at
      and (attempt.ended_at, format('attempt-%s-%s', attempt.run_id, attempt.number) collate "C")
          < ($1, $2)
      and ($4::int[] is null or run.dataset_id = any($4))
    order by attempt.ended_at desc, attempt.run_id desc
    limit $5
),
-- What was found of a source at one look is one thing.
seen as (
    select committed_at, format('source-%s-%s', dataset_id, max(id)), 'source.changed', null::text,
        null::text, dataset_id, null::bigint, null::bigint, null::int, null::text, count(*)
    from (
        select id, dataset_id, committed_at
        from tidemill.materialization
        where run_id is null
          and committed_at <= $1
          and $3 <= committed_at
          and ($4::int[] is null or dataset_id = any($4))
        order by committed_at desc, id desc
        limit $5 * 20
    ) as version
    group by dataset_id, committed_at
    having (committed_at, format('source-%s-%s', dataset_id, max(id)) collate "C") < ($1, $2)
    order by committed_at desc
    limit $5
),
ticked as (
    select tick.settled_at, format('tick-%s', tick.id), 'schedule.' || tick.state, tick.local_label,
        coalesce(tick.reason, 'failed') || coalesce(': ' || tick.detail, ''), schedule.dataset_id,
        null::bigint, null::bigint, null::int, null::text, tick.ticks
    from tidemill.tick
    join tidemill.schedule on schedule.id = tick.schedule_id
    where tick.state in ('skipped', 'failed')
      and tick.reason is distinct from 'nothing_to_make'
      and tick.settled_at <= $1
      and $3 <= tick.settled_at
      and (tick.settled_at, format('tick-%s', tick.id) collate "C") < ($1, $2)
      and ($4::int[] is null or schedule.dataset_id = any($4))
    order by tick.settled_at desc, tick.id desc
    limit $5
),
paused as (
    select paused_at, format('job-paused-%s', id), 'job.paused', paused_by, null::text, id,
        null::bigint, null::bigint, null::int, null::text, 0::bigint
    from tidemill.dataset
    where paused_at is not null
      and $3 <= paused_at
      and (paused_at, format('job-paused-%s', id) collate "C") < ($1, $2)
      and ($4::int[] is null or id = any($4))
    union all
    select paused_at, format('schedule-paused-%s', id), 'schedule.paused', paused_by, null,
        dataset_id, null, null, null, null, 0
    from tidemill.schedule
    where paused_at is not null
      and $3 <= paused_at
      and (paused_at, format('schedule-paused-%s', id) collate "C") < ($1, $2)
      and ($4::int[] is null or dataset_id = any($4))
    union all
    select resumed_at, format('schedule-resumed-%s', id), 'schedule.resumed', null, null, dataset_id,
        null, null, null, null, 0
    from tidemill.schedule
    where resumed_at is not null
      and $3 <= resumed_at
      and (resumed_at, format('schedule-resumed-%s', id) collate "C") < ($1, $2)
      and ($4::int[] is null or dataset_id = any($4))
)
select at as "at!: _", id as "id!", kind as "kind!", who, text, dataset_id, backfill_id, run_id,
    attempt, code, runs as "runs!"
from (
    select * from done_to_backfill
    union all select * from asked
    union all select * from over
    union all select * from ended
    union all select * from seen
    union all select * from ticked
    union all select * from paused
) as happened
order by at desc, id collate "C" desc
limit $5
