-- Who did what, newest first.
select id, at, actor, actor_kind, action, object_kind, object, outcome, reason, before, after,
    request, address
from tidemill.audit
where ($1::text is null or actor = $1)
  and ($2::text is null or action = $2)
  and ($3::text is null or object_kind = $3)
  and ($4::text is null or object = $4)
  and ($5::text is null or outcome = $5)
  and ($6::timestamptz is null or $6 <= at)
  and ($7::timestamptz is null or at < $7)
  -- Whoever may know of some datasets only sees what is about these alone, and their own doing.
  and ($8::int[] is null or person_id = $9::bigint or (datasets <> '{}' and datasets <@ $8))
  and ($10::timestamptz is null or (at, id) < ($10, $11::bigint))
order by at desc, id desc
limit $12
