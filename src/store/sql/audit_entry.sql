-- One entry of who did what, under the rule of audit_entries.sql.
select id, at, actor, actor_kind, action, object_kind, object, outcome, reason, before, after,
    request, address
from tidemill.audit
where id = $1
  and ($2::int[] is null or person_id = $3::bigint or (datasets <> '{}' and datasets <@ $2))
