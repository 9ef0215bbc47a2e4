-- What readers of a stretch of a dataset see, in partition order.
select version.id, version.dataset_id, version.slice_id, version.ordinal,
    (head.materialization_id is not null) as "is_head!", version.run_id, version.attempt,
    code.fingerprint as "fingerprint?", version.content, version.rows, version.bytes,
    version.paths, version.sizes, version.hashes, version.rejected, version.rejects_path,
    version.profile, version.seconds, version.committed_at as "committed_at: _",
    version.expired_at as "expired_at: _"
from tidemill.materialization as version
join tidemill.head on head.materialization_id = version.id
left join tidemill.code on code.id = version.code_id
where head.dataset_id = $1
  and head.slice_id = any($2)
  and $3 <= head.ordinal
  and head.ordinal < $4
order by head.slice_id, head.ordinal
