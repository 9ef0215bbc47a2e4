-- Count down what waits on finished runs. Returns the gates that opened: they finish at once.
with passed as (
    delete from tidemill.run_edge
    where upstream_id = any($1)
    returning downstream_id
),
counts as (
    select downstream_id as id, count(*)::int as passed
    from passed
    group by downstream_id
),
locked as materialized (
    select run.id, counts.passed
    from tidemill.run
    join counts on counts.id = run.id
    order by run.id
    for update of run
),
lowered as (
    update tidemill.run
    set waiting_on = run.waiting_on - locked.passed,
        due_at = case when run.waiting_on = locked.passed then now() else run.due_at end,
        state = case when run.waiting_on = locked.passed then 'ready' else 'waiting' end
            ::tidemill.run_state
    from locked
    where run.id = locked.id
      and run.dataset_id is not null
    returning run.id
),
held as (
    update tidemill.run
    set waiting_on = run.waiting_on - locked.passed
    from locked
    where run.id = locked.id
      and run.dataset_id is null
      and locked.passed < run.waiting_on
    returning run.id
),
opened as (
    delete from tidemill.run
    using locked
    where run.id = locked.id
      and run.dataset_id is null
      and run.waiting_on <= locked.passed
    returning run.id
)
select id as "id!" from opened
