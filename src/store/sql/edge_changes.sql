-- What each input of published partitions has become since it was read: how many rows came, went
-- or were rewritten, of how many that were read. Of a routed input, rows are those for the window.
-- Inputs that are as they were read are left out.
with candidate as materialized (
    select candidate.at::int as run, head.materialization_id as output_id, candidate.ordinal
    from unnest($1::int[], $2::int[], $3::bigint[])
        with ordinality as candidate (dataset_id, slice_id, ordinal, at)
    join tidemill.head using (dataset_id, slice_id, ordinal)
),
wanted as materialized (
    select *
    from unnest($4::int[], $5::int[], $6::int[], $7::int[], $8::bigint[], $9::bigint[], $10::int[])
        as wanted (run, position, dataset_id, slice_id, first, after, router_id)
),
router as (
    select distinct run, position, router_id
    from wanted
    where router_id is not null
),
before as (
    select candidate.run, edge.position, version.slice_id, version.ordinal, version.id,
        case when router.router_id is null then version.content else route.content end as content,
        case when router.router_id is null then version.rows else route.rows end as rows
    from candidate
    join tidemill.lineage_edge as edge on edge.output_id = candidate.output_id
    join tidemill.materialization as version on version.id = edge.input_id
    left join router on router.run = candidate.run and router.position = edge.position
    left join tidemill.route
        on route.materialization_id = version.id
        and route.router_id = router.router_id
        and route.ordinal = candidate.ordinal
),
held as (
    select wanted.run, wanted.position, head.slice_id, head.ordinal, head.materialization_id as id,
        head.content, null::bigint as rows
    from wanted
    join tidemill.head
        on head.dataset_id = wanted.dataset_id
        and head.slice_id = wanted.slice_id
        and wanted.first <= head.ordinal
        and head.ordinal < wanted.after
    where wanted.router_id is null
    union all
    select wanted.run, wanted.position, head.slice_id, head.ordinal, head.materialization_id,
        route.content, route.rows
    from wanted
    join tidemill.route
        on route.router_id = wanted.router_id
        and route.ordinal = wanted.first
    join tidemill.head
        on head.materialization_id = route.materialization_id
        and head.dataset_id = wanted.dataset_id
        and head.slice_id = wanted.slice_id
    where wanted.router_id is not null
),
after as (
    select held.run, held.position, held.slice_id, held.ordinal, held.id, held.content,
        coalesce(held.rows, version.rows) as rows
    from held
    join tidemill.materialization as version on version.id = held.id
),
side_by_side as (
    select run, position, before.rows as rows_before,
        before.content is distinct from after.content as has_changed,
        case
            when before.id is null then after.rows
            when after.id is null then before.rows
            -- As many rows as before, but not the same: nobody knows how many are, so all count.
            when before.rows = after.rows then after.rows
            else abs(after.rows - before.rows)
        end as rows_changed
    from before
    full join after using (run, position, slice_id, ordinal)
)
select run as "run!", position as "position!",
    -- Not known when one of them is not.
    case
        when bool_or(has_changed and rows_changed is null) then null
        else sum(rows_changed) filter (where has_changed)
    end::bigint as "changed?",
    case when bool_or(rows_before is null) then null else sum(rows_before) end::bigint as "of?"
from side_by_side
group by run, position
having bool_or(has_changed)
order by run, position
