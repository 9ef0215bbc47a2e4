-- Says of misses whose partition was published after all when it first was.
with came as materialized (
    select missed.rule_id, missed.ordinal, missed.slice_id, first.committed_at
    from tidemill.sla_window as missed
    join tidemill.sla_rule as rule on rule.id = missed.rule_id
    cross join lateral (
        select min(version.committed_at) as committed_at
        from tidemill.materialization as version
        where version.dataset_id = rule.dataset_id
          and version.slice_id = missed.slice_id
          and version.ordinal = missed.ordinal
    ) as first
    where missed.completed_at is null
      and rule.dataset_id = any($1)
      and first.committed_at is not null
    order by missed.rule_id, missed.ordinal, missed.slice_id
    limit $2
)
update tidemill.sla_window as missed
-- What was recorded as missed stays so, whatever a transaction says that took half a minute.
set completed_at = greatest(came.committed_at, missed.due_at + interval '1 microsecond')
from came
where missed.rule_id = came.rule_id
  and missed.ordinal = came.ordinal
  and missed.slice_id = came.slice_id
  and missed.completed_at is null
