-- Backfills in lists and in view: which datasets they are of, and what somebody noted about them.

alter table tidemill.backfill
    -- The datasets it makes partitions of, by number: whoever may not know of all of them is not
    -- told of the backfill. Nobody knows those of a backfill that an older version recorded while
    -- this one is rolled out, so only those who may know of everything are told of it.
    add column dataset_ids int[] not null default '{}',
    -- What whoever asked for it wants others to know.
    add column note text;

update tidemill.backfill
set dataset_ids = planned.ids
from (
    select backfill.id, array_agg(distinct dataset.id order by dataset.id) as ids
    from tidemill.backfill
    cross join lateral jsonb_array_elements(
        case jsonb_typeof(backfill.plan -> 'steps')
            when 'array' then backfill.plan -> 'steps'
            else '[]'::jsonb
        end
    ) as step
    join tidemill.dataset on dataset.name = step ->> 'dataset'
    group by backfill.id
) as planned
where planned.id = backfill.id;

-- Serves store/sql/backfill_ids.sql, which takes a stretch of it for each state and kind of asker,
-- and store/sql/live_mark.sql, which looks at the active ones.
create index backfill_listed on tidemill.backfill (state, origin, id);
