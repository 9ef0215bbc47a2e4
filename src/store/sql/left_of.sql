-- What failed in a backfill or was cancelled, and was not made since, as ranges.
with rest as (
    select run.dataset_id, run.slice_id, run.ordinal, run.reason = 'forced' as is_forced
    from tidemill.run_history as run
    where run.backfill_id = $1
      and run.state in ('failed', 'cancelled')
      and not exists (
          select
          from tidemill.head
          where head.dataset_id = run.dataset_id
            and head.slice_id = run.slice_id
            and head.ordinal = run.ordinal
            and run.id < head.generation
      )
),
island as (
    -- Neighbors have the same difference between ordinal and place.
    select rest.*,
        ordinal - row_number() over (
            partition by dataset_id, slice_id, is_forced
            order by ordinal
        ) as number
    from rest
)
select dataset_id as "dataset_id!", slice_id as "slice_id!", is_forced as "is_forced!",
    min(ordinal) as "first!", max(ordinal) + 1 as "after!"
from island
group by dataset_id, slice_id, is_forced, number
order by dataset_id, slice_id, min(ordinal)
