-- What of one input of a version is not as it was when it was read, then and now side by side. Of a
-- routed input, only the rows for one window count.
with before as (
    select version.slice_id, version.ordinal, version.id,
        case when $6::int is null then version.content else route.content end as content,
        case when $6::int is null then version.rows else route.rows end as rows,
        version.bytes, version.committed_at
    from tidemill.lineage_edge as edge
    join tidemill.materialization as version on version.id = edge.input_id
    left join tidemill.route
        on route.materialization_id = version.id
        and route.router_id = $6
        and route.ordinal = $7
    where edge.output_id = $1
      and edge.position = $2
),
by_range as (
    select head.slice_id, head.ordinal, head.materialization_id, head.content,
        null::bigint as rows
    from unnest($4::int[]) as wanted (slice_id)
    cross join unnest($5::bigint[], $8::bigint[]) as span (first, after)
    join tidemill.head
        on head.dataset_id = $3
        and head.slice_id = wanted.slice_id
        and span.first <= head.ordinal
        and head.ordinal < span.after
    where $6::int is null
),
by_route as (
    select head.slice_id, head.ordinal, head.materialization_id, route.content, route.rows
    from tidemill.route
    join tidemill.head
        on head.materialization_id = route.materialization_id
        and head.dataset_id = $3
        and head.slice_id = any($4)
    where route.router_id = $6
      and route.ordinal = $7
),
held as (
    select * from by_range
    union all
    select * from by_route
),
after as (
    select held.slice_id, held.ordinal, version.id, held.content,
        coalesce(held.rows, version.rows) as rows, version.bytes, version.committed_at
    from held
    join tidemill.materialization as version on version.id = held.materialization_id
)
select coalesce(after.slice_id, before.slice_id) as "slice_id!",
    coalesce(after.ordinal, before.ordinal) as "ordinal!",
    before.id as "before_id?", before.rows as "before_rows?", before.bytes as "before_bytes?",
    before.committed_at as "before_at?: _",
    after.id as "after_id?", after.rows as "after_rows?", after.bytes as "after_bytes?",
    after.committed_at as "after_at?: _",
    array(
        -- Of a source: the files that the version read did not have, or had otherwise.
        select file.path || case when file.path = any(old.paths) then ' changed' else ' is new' end
        from tidemill.materialization as new
        cross join lateral unnest(new.paths, new.sizes, new.hashes) as file (path, size, tag)
        left join lateral (
            select old.paths, old.sizes, old.hashes
            from tidemill.materialization as old
            where old.dataset_id = new.dataset_id
              and old.slice_id = new.slice_id
              and old.ordinal = new.ordinal
              and old.id < $1
            order by old.id desc
            limit 1
        ) as old on true
        where new.id = after.id
          and new.run_id is null
          and not exists (
              select
              from unnest(old.paths, old.sizes, old.hashes) as was (path, size, tag)
              where was.path = file.path and was.size = file.size and was.tag = file.tag
          )
        order by file.path
        limit 5
    ) as "files!"
from before
full join after on after.slice_id = before.slice_id and after.ordinal = before.ordinal
where before.content is distinct from after.content
order by 1, 2
limit 1000
