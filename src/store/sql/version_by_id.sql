-- One version by its number, of the datasets that may be known of.
select version.id, version.dataset_id, version.slice_id, version.ordinal,
    (head.materialization_id is not null) as "is_head!", version.run_id, version.attempt,
    code.fingerprint as "fingerprint?", version.content, version.rows, version.bytes,
    version.paths, version.sizes, version.hashes, version.rejected, version.rejects_path,
    version.profile, version.seconds, version.committed_at as "committed_at: _",
    version.expired_at as "expired_at: _"
from tidemill.materialization as version
left join tidemill.code on code.id = version.code_id
left join tidemill.head on head.materialization_id = version.id
    and head.dataset_id = version.dataset_id
    and head.slice_id = version.slice_id
    and head.ordinal = version.ordinal
where version.id = $1
  and ($2::int[] is null or version.dataset_id = any($2))
