-- Versions that another took the place of before $3, among ids after $1 up to $2. What a live run
-- reads was a head when its attempt began: what was superseded before that is read by nobody.
with oldest as materialized (
    select coalesce(min(attempt.started_at), 'infinity') as began_at
    from tidemill.run
    join tidemill.attempt
        on attempt.run_id = run.id
        and attempt.number = run.attempt
    where run.state = 'running'
),
superseded as materialized (
    select version.id, version.bytes,
        case when version.rejects_path is null then version.paths
            else array_append(version.paths, version.rejects_path) end as paths
    from tidemill.materialization as version
    join tidemill.head
        on head.dataset_id = version.dataset_id
        and head.slice_id = version.slice_id
        and head.ordinal = version.ordinal
    cross join lateral (
        select min(newer.committed_at) as at
        from tidemill.materialization as newer
        where newer.dataset_id = version.dataset_id
          and newer.slice_id = version.slice_id
          and newer.ordinal = version.ordinal
          and version.generation < newer.generation
    ) as replaced
    cross join oldest
    where $1 < version.id
      and version.id <= $2
      and version.run_id is not null
      and version.expired_at is null
      and version.committed_at < $3
      and head.materialization_id <> version.id
      and version.generation < head.generation
      -- One that came late was never a head, and stands since it was committed.
      and greatest(replaced.at, version.committed_at) < least($3, oldest.began_at)
    order by version.id
)
select id, bytes, paths as "paths!" from superseded
