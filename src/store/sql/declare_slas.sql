-- Makes promises known. One that says something else than before, or was withdrawn meanwhile,
-- begins anew: what fell due by its new words before it was made is not judged.
insert into tidemill.sla_rule as rule
    (dataset_id, kind, promise, objective, since_at, next_ordinal, next_due)
select dataset_id, kind, promise, objective, since_at, next_ordinal, next_due
from unnest(
    $1::int[], $2::text[], $3::text[], $4::float8[], $5::timestamptz[], $6::bigint[],
    $7::timestamptz[]
) as declared (dataset_id, kind, promise, objective, since_at, next_ordinal, next_due)
order by dataset_id, kind
on conflict on constraint sla_rule_key do update
set promise = excluded.promise,
    objective = excluded.objective,
    retired_at = null,
    since_at = case
        when rule.promise = excluded.promise and rule.retired_at is null then rule.since_at
        else excluded.since_at
    end,
    next_ordinal = case
        when rule.promise = excluded.promise and rule.retired_at is null then rule.next_ordinal
        else excluded.next_ordinal
    end,
    next_due = case
        when rule.promise = excluded.promise and rule.retired_at is null then rule.next_due
        else excluded.next_due
    end
where (rule.promise, rule.objective) is distinct from (excluded.promise, excluded.objective)
   or rule.retired_at is not null
