-- The published versions that a batch of runs reads. A routed read takes the versions that hold
-- rows for its window.
with wanted as materialized (
    select *
    from unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::int[])
        as wanted (run, position, dataset_id, slice_id, first, after, router_id)
),
-- Each stretch is looked up by itself: joined as a whole, the planner may read all that is published
-- for a batch of a thousand.
by_range as (
    select wanted.run, wanted.position, found.*
    from wanted
    cross join lateral (
        select head.materialization_id, head.slice_id, head.ordinal, head.content
        from tidemill.head
        where head.dataset_id = wanted.dataset_id
          and head.slice_id = wanted.slice_id
          and wanted.first <= head.ordinal
          and head.ordinal < wanted.after
        offset 0
    ) as found
    where wanted.router_id is null
),
by_route as (
    select wanted.run, wanted.position, found.*
    from wanted
    cross join lateral (
        select head.materialization_id, head.slice_id, head.ordinal, route.content
        from tidemill.route
        join tidemill.head
            on head.materialization_id = route.materialization_id
            and head.dataset_id = wanted.dataset_id
            and head.slice_id = wanted.slice_id
        where route.router_id = wanted.router_id
          and route.ordinal = wanted.first
        offset 0
    ) as found
    where wanted.router_id is not null
),
pinned as (
    select * from by_range
    union all
    select * from by_route
)
select pinned.run as "run!", pinned.position as "position!",
    pinned.materialization_id as "materialization_id!", pinned.slice_id as "slice_id!",
    pinned.ordinal as "ordinal!", pinned.content as "content!", version.paths as "paths!",
    version.sizes as "sizes!", version.hashes as "hashes!", version.rows
from pinned
cross join lateral (
    select paths, sizes, hashes, rows
    from tidemill.materialization
    where id = pinned.materialization_id
    offset 0
) as version
order by pinned.run, pinned.position, pinned.slice_id, pinned.ordinal
