-- Records what became of windows, counts them for their months, writes down what is to be told of
-- each miss, and moves the promise on. Of several who do so at once one has the promise; whoever
-- judged by other words, or from another window on, records nothing.
with rule as materialized (
    select id, dataset_id
    from tidemill.sla_rule
    where id = $1
      and promise = $2
      and next_ordinal = $3
      and retired_at is null
    for update skip locked
),
judged as materialized (
    select *
    from unnest(
        $6::int[], $7::bigint[], $8::timestamptz[], $9::date[], $10::boolean[], $11::timestamptz[],
        $12::jsonb[], $13::text[], $14::text[]
    ) as judged
        (slice_id, ordinal, due_at, due_month, is_met, completed_at, blocking, object, body)
),
recorded as (
    insert into tidemill.sla_window
        (rule_id, ordinal, slice_id, due_at, due_month, is_met, completed_at, blocking)
    select rule.id, ordinal, slice_id, due_at, due_month, is_met, completed_at, blocking
    from rule
    cross join judged
    order by ordinal, slice_id
    -- Recorded by other words: a window is judged once.
    on conflict do nothing
    returning ordinal, slice_id, due_month, is_met
),
counted as (
    insert into tidemill.sla_month as counted (rule_id, month, met, missed)
    select $1, due_month, count(*) filter (where is_met), count(*) filter (where not is_met)
    from recorded
    group by due_month
    order by due_month
    on conflict on constraint sla_month_pkey do update
    set met = counted.met + excluded.met,
        missed = counted.missed + excluded.missed
),
told as (
    insert into tidemill.outbox (kind, object, dataset_id, body)
    select 'sla.missed', judged.object, rule.dataset_id, judged.body
    from recorded
    join judged using (ordinal, slice_id)
    cross join rule
    where not recorded.is_met
    order by ordinal, slice_id
),
moved as (
    update tidemill.sla_rule
    set next_ordinal = $4, next_due = $5
    from rule
    where sla_rule.id = rule.id
    returning 1
)
select (select count(*) from moved) as "moved!",
    count(*) filter (where is_met) as "met!",
    count(*) filter (where not is_met) as "missed!"
from recorded
