-- What readers of a dataset saw once version $2 was there, by partition; what is gone since is left
-- out.
select version.id, version.dataset_id, version.slice_id, version.ordinal,
    (head.materialization_id = version.id) as "is_head!", version.run_id, version.attempt,
    null::text as "fingerprint?", version.content, version.rows, version.bytes,
    version.paths, version.sizes, version.hashes, version.rejected, version.rejects_path,
    null::jsonb as profile, version.seconds, version.committed_at as "committed_at: _",
    version.expired_at as "expired_at: _"
from tidemill.head
cross join lateral (
    select *
    from tidemill.materialization
    where dataset_id = head.dataset_id
      and slice_id = head.slice_id
      and ordinal = head.ordinal
      and id <= $2
    order by dataset_id desc, slice_id desc, ordinal desc, generation desc, id desc
    limit 1
) as version
where head.dataset_id = $1
  and ($3::int is null or head.slice_id = $3)
  and ($4::bigint is null or head.ordinal = $4)
  and ($5::int is null or (head.slice_id, head.ordinal) > ($5::int, $6::bigint))
order by head.slice_id, head.ordinal
limit $7
