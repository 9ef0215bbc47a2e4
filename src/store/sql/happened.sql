-- What happened, latest first, from many places, beside store/sql/ended_badly.sql: each is read by
-- when from the place in the feed, and no further than the page, with all of its last instant. $1 is
-- that place's instant and $2 its name; $3 is how far back; $4 are the datasets somebody may know of.
with recursive
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
    order by event.at desc
    fetch first $5 rows with ties
),
asked as (
    select created_at, format('backfill-%s', id), 'backfill.created', created_by, request, null::int,
        id, null::bigint, null::int, null::text, runs
    from tidemill.backfill
    where created_at <= $1
      and $3 <= created_at
      and (created_at, format('backfill-%s', id) collate "C") < ($1, $2)
      and ($4::int[] is null or (dataset_ids <@ $4 and dataset_ids <> '{}'))
    order by created_at desc
    fetch first $5 rows with ties
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
    order by finished_at desc
    fetch first $5 rows with ties
),
-- What was found of a source at one look is one thing. One probe of the index finds each, however many
-- partitions it is; those before the place's instant are counted, and the last instant is finished.
look as (
    (
        select committed_at, dataset_id, (committed_at < $1)::int as told
        from tidemill.materialization
        where run_id is null
          and committed_at <= $1
          and $3 <= committed_at
          and ($4::int[] is null or dataset_id = any($4))
        order by committed_at desc, dataset_id desc
        limit 1
    )
    union all
    select before.committed_at, before.dataset_id, look.told + (before.committed_at < $1)::int
    from look
    cross join lateral (
        select version.committed_at, version.dataset_id
        from tidemill.materialization as version
        where version.run_id is null
          and (version.committed_at, version.dataset_id) < (look.committed_at, look.dataset_id)
          and $3 <= version.committed_at
          and ($4::int[] is null or version.dataset_id = any($4))
        order by version.committed_at desc, version.dataset_id desc
        limit 1
    ) as before
    where look.told < $5 or before.committed_at = look.committed_at
),
seen as (
    select look.committed_at, format('source-%s-%s', look.dataset_id, last.id), 'source.changed',
        null::text, null::text, look.dataset_id, null::bigint, null::bigint, null::int, null::text,
        0::bigint
    from look
    cross join lateral (
        select max(id) as id
        from tidemill.materialization as version
        where version.run_id is null
          and version.committed_at = look.committed_at
          and version.dataset_id = look.dataset_id
    ) as last
    where (look.committed_at, format('source-%s-%s', look.dataset_id, last.id) collate "C") < ($1, $2)
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
    order by tick.settled_at desc
    fetch first $5 rows with ties
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
    attempt, code,
    case
        -- Counted for those that are told.
        when kind = 'source.changed' then (
            select count(*)
            from tidemill.materialization as version
            where version.run_id is null
              and version.committed_at = happened.at
              and version.dataset_id = happened.dataset_id
        )
        else runs
    end as "runs!"
from (
    select * from done_to_backfill
    union all select * from asked
    union all select * from over
    union all select * from seen
    union all select * from ticked
    union all select * from paused
) as happened
order by at desc, id collate "C" desc
limit $5
