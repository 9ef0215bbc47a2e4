-- Count down runs whose rows are locked already: by then no other commit can be half way. Returns
-- what became ready, and the gates that opened: they finish at once.
with counts as (
    select *
    from unnest($1::bigint[], $2::int[]) as counts (id, passed)
),
lowered as (
    update tidemill.run
    set waiting_on = run.waiting_on - counts.passed,
        due_at = case when run.waiting_on = counts.passed then now() else run.due_at end,
        state = case when run.waiting_on = counts.passed then 'ready' else 'waiting' end
            ::tidemill.run_state
    from counts
    where run.id = counts.id
      and run.dataset_id is not null
    returning run.id, run.state
),
held as (
    update tidemill.run
    set waiting_on = run.waiting_on - counts.passed
    from counts
    where run.id = counts.id
      and run.dataset_id is null
      and counts.passed < run.waiting_on
),
opened as (
    delete from tidemill.run
    using counts
    where run.id = counts.id
      and run.dataset_id is null
      and run.waiting_on <= counts.passed
    returning run.id
)
select id as "id!", true as "is_gate!" from opened
union all
select id, false from lowered where state = 'ready'
