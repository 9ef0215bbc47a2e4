-- The newest backfills in any of these states, asked for by any of these kinds of askers, before $3,
-- of which somebody may know who may know of the datasets in $4. Each pair of state and kind is a
-- stretch of the index backfill_listed.
select listed.id as "id!"
from unnest($1::text[]) as of_state (state)
cross join unnest($2::text[]) as of_origin (origin)
cross join lateral (
    select backfill.id
    from tidemill.backfill
    where backfill.state = of_state.state::tidemill.backfill_state
      and backfill.origin = of_origin.origin::tidemill.origin
      and backfill.id < $3
      and ($4::int[] is null or (backfill.dataset_ids <@ $4 and backfill.dataset_ids <> '{}'))
    order by backfill.id desc
    limit $5
) as listed
order by listed.id desc
limit $5
