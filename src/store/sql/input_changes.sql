-- What of one input of a version is not as it was when it was read, then and now side by side. Lists are
-- read by queries, so that the database knows as little of them each time and plans once.
with before as (
    select version.slice_id, version.ordinal, version.id, version.content, version.rows,
        version.bytes, version.committed_at
    from tidemill.lineage_edge as edge
    join tidemill.materialization as version on version.id = edge.input_id
    where edge.output_id = $1
      and edge.position = $2
),
after as (
    select head.slice_id, head.ordinal, version.id, head.content, version.rows, version.bytes,
        version.committed_at
    from unnest(array(select unnest($4::int[]))) as wanted (slice_id)
    join tidemill.head on head.dataset_id = $3 and head.slice_id = wanted.slice_id
    join tidemill.materialization as version on version.id = head.materialization_id
    -- Of several ranges, $5 is the first beginning and $6 the last end.
    where $5 <= head.ordinal
      and head.ordinal < $6
      and exists (
          select
          from unnest(array(select unnest($7::bigint[])), array(select unnest($8::bigint[])))
              as span (first, after)
          where span.first <= head.ordinal
            and head.ordinal < span.after
      )
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
