-- What a run published.
select version.id, version.attempt, version.rows, version.bytes, version.rejected,
    version.committed_at as "committed_at: _", version.seconds,
    exists (
        select
        from tidemill.head
        where head.dataset_id = version.dataset_id
          and head.slice_id = version.slice_id
          and head.ordinal = version.ordinal
          and head.materialization_id = version.id
    ) as "is_head!",
    version.expired_at as "expired_at: _", code.fingerprint as "fingerprint?", version.content
from tidemill.materialization as version
left join tidemill.code on code.id = version.code_id
where version.run_id = $1
