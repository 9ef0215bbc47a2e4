-- The ready runs near these, themselves among them, each once: seeds so near to each other that
-- they have neighbours in common share a stretch, which is looked through once.
with seed as (
    select run.backfill_id, run.dataset_id, run.slice_id, run.code_id, run.ordinal, given.most
    from unnest($1::bigint[], $2::int[]) as given (id, most)
    join tidemill.run on run.id = given.id
),
begun as (
    select *, coalesce(2 * most <= ordinal - lag(ordinal) over line, true) as begins
    from seed
    window line as (partition by backfill_id, dataset_id, slice_id, code_id order by ordinal)
),
numbered as (
    select *, count(*) filter (where begins) over line as number
    from begun
    window line as (partition by backfill_id, dataset_id, slice_id, code_id order by ordinal)
),
stretch as (
    select row_number() over () as number, backfill_id, dataset_id, slice_id, code_id,
        min(ordinal) - max(most) as before, max(ordinal) + max(most) as after
    from numbered
    group by numbered.number, backfill_id, dataset_id, slice_id, code_id
)
select stretch.number as "stretch!", near.id as "id!", near.ordinal as "ordinal!"
from stretch
cross join lateral (
    select run.id, run.ordinal
    from tidemill.run
    where run.dataset_id = stretch.dataset_id
      and run.slice_id = stretch.slice_id
      and stretch.before < run.ordinal
      and run.ordinal < stretch.after
      and run.state = 'ready'
      and run.due_at <= now()
      and run.failures = 0
      and run.backfill_id = stretch.backfill_id
      and run.code_id = stretch.code_id
    order by run.dataset_id, run.slice_id, run.ordinal
) as near
