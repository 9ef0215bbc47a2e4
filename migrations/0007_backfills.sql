-- Backfills under control: who did what to them, the plans people saw, and why runs wait.

-- What people did to backfills: who, when, what.
create table tidemill.backfill_event (
    id bigint generated always as identity primary key,
    backfill_id bigint not null references tidemill.backfill (id),
    at timestamptz not null default now(),
    by text not null,
    action text not null constraint backfill_event_is_known check (action in (
        'pause', 'resume', 'cancel', 'cancel_runs', 'retry', 'set_priority', 'set_concurrency'
    )),
    -- What people read of it: a count, the value before and after.
    details text not null default ''
);
-- Serves the events of a backfill.
create index backfill_event_of on tidemill.backfill_event (backfill_id, id);

alter table tidemill.backfill
    -- The backfill whose failed and cancelled partitions this one makes.
    add column retry_of bigint references tidemill.backfill (id);

-- Plans that were shown and may be applied: so that a refusal can say what moved.
create table tidemill.shown_plan (
    hash text primary key,
    plan jsonb not null,
    shown_at timestamptz not null default now()
);
-- Serves forgetting the old ones.
create index shown_plan_age on tidemill.shown_plan (shown_at);

-- Why each live run that is not running has not started. What lasts until somebody acts comes
-- first; then what passes by itself. It reads the same lanes as the claim, so they cannot disagree.
create view tidemill.waiting as
with lane as materialized (
    select * from tidemill.lane
),
alive as materialized (
    select id, codes, pools from tidemill.worker where ended_at is null
),
-- For each lane: whether any living worker could take its runs.
served as materialized (
    select lane.backfill_id, lane.dataset_id, lane.code_id,
        exists (select from alive) as has_worker,
        exists (select from alive where lane.code_id = any(codes)) as has_code,
        exists (
            select from alive
            where lane.code_id = any(codes) and (pools is null or lane.pool_id = any(pools))
        ) as has_pool
    from lane
)
select run.id, run.backfill_id, run.dataset_id, run.slice_id, run.ordinal, run.code_id, run.state,
    run.waiting_on, run.due_at, run.deadline, run.error_code, run.error,
    case
        when backfill.paused_at is not null then 'backfill_paused'
        when dataset.paused_at is not null then 'job_paused'
        when run.state = 'waiting' then 'inputs'
        when not served.has_worker then 'no_worker'
        when not served.has_code then 'no_code'
        when not served.has_pool then 'no_pool'
        when now() < run.due_at then 'backoff'
        when lane.blocked_by is not null then lane.blocked_by
        else 'turn'
    end as why
from tidemill.run
join tidemill.backfill on backfill.id = run.backfill_id
join tidemill.dataset on dataset.id = run.dataset_id
left join lane
    on lane.backfill_id = run.backfill_id
    and lane.dataset_id = run.dataset_id
    and lane.code_id = run.code_id
left join served
    on served.backfill_id = run.backfill_id
    and served.dataset_id = run.dataset_id
    and served.code_id = run.code_id
where run.state <> 'running';

-- Of a hundred thousand runs, checking these four took two thirds of the time it took to record
-- them. What they point to is never deleted, and the numbers come from the transaction that made or
-- read those rows.
alter table tidemill.run
    drop constraint run_backfill_id_fkey,
    drop constraint run_dataset_id_fkey,
    drop constraint run_slice_id_fkey,
    drop constraint run_code_id_fkey;
