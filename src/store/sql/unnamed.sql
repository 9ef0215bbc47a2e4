-- Of objects that attempts wrote, those that nothing names and that nobody may still be writing: an
-- attempt older than its run's latest can never be committed.
select seen.path as "path!"
from unnest($1::text[], $2::bigint[], $3::int[]) as seen (path, run_id, attempt)
left join tidemill.materialization as version on version.run_id = seen.run_id
left join tidemill.run on run.id = seen.run_id
where not coalesce(seen.path = any(version.paths) or seen.path = version.rejects_path, false)
  and (run.id is null or seen.attempt < run.attempt)
