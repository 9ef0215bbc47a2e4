-- The queue: classes, pools, pauses, limits, and moves that the database itself refuses.

create type tidemill.run_class as enum ('live', 'late', 'backfill');
create type tidemill.origin as enum ('person', 'schedule', 'automation');

-- What limits work elsewhere: an API, a memory. Use is never stored: it is counted from what runs.
create table tidemill.pool (
    id int generated always as identity primary key,
    name text not null constraint pool_name_key unique,
    -- None: as many as the workers have.
    slots int constraint pool_slots_positive check (0 < slots),
    live_weight int not null default 6 constraint pool_live_weight check (0 < live_weight),
    late_weight int not null default 3 constraint pool_late_weight check (0 < late_weight),
    backfill_weight int not null default 1 constraint pool_backfill_weight check (0 < backfill_weight),
    live_floor int not null default 1 constraint pool_live_floor check (0 <= live_floor),
    late_floor int not null default 1 constraint pool_late_floor check (0 <= late_floor),
    backfill_floor int not null default 1 constraint pool_backfill_floor check (0 <= backfill_floor),
    -- Set by a person: what is declared no longer moves it.
    is_overridden boolean not null default false
);
insert into tidemill.pool (name) values ('default');

alter table tidemill.dataset
    add column pool_id int references tidemill.pool (id),
    add column pool_weight int not null default 1 constraint dataset_pool_weight check (0 < pool_weight),
    add column concurrency int constraint dataset_concurrency check (0 < concurrency),
    add column paused_at timestamptz,
    add column paused_by text,
    add constraint dataset_paused_by_someone check ((paused_at is null) = (paused_by is null));
update tidemill.dataset set pool_id = (select id from tidemill.pool where name = 'default');
alter table tidemill.dataset alter column pool_id set not null;

alter table tidemill.backfill
    add column origin tidemill.origin not null default 'person',
    add column class tidemill.run_class not null default 'backfill',
    add column priority smallint not null default 0,
    add column concurrency int constraint backfill_concurrency check (0 < concurrency),
    add column paused_at timestamptz,
    add column paused_by text,
    -- What has finished of it; the rest is live.
    add column published bigint not null default 0,
    add column unchanged bigint not null default 0,
    add column failed bigint not null default 0,
    add column cancelled bigint not null default 0,
    add constraint backfill_counts_fit check (published + unchanged + failed + cancelled <= runs),
    add constraint backfill_paused_by_someone check ((paused_at is null) = (paused_by is null));

update tidemill.backfill
set published = done.published,
    unchanged = done.unchanged,
    failed = done.failed,
    cancelled = done.cancelled
from (
    select backfill_id,
        count(*) filter (where state = 'succeeded' and outcome <> 'unchanged') as published,
        count(*) filter (where outcome = 'unchanged') as unchanged,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'cancelled') as cancelled
    from tidemill.run_history
    group by backfill_id
) as done
where done.backfill_id = backfill.id;

-- What a worker serves: versions of code, and pools (none: all of them).
alter table tidemill.worker
    add column slots int not null default 1,
    add column codes int[] not null default '{}',
    add column pools int[];

alter table tidemill.run
    -- When it is promised; without a promise, a day after it was asked for, so that none waits for
    -- ever behind those that are promised.
    add column deadline timestamptz not null default now() + interval '1 day',
    -- Attempts that failed. An attempt that was handed back counts for its number only.
    add column failures int not null default 0,
    add constraint run_has_code check (dataset_id is null or code_id is not null) not valid;

drop index tidemill.run_claimable;
-- Serves the view lane and store/sql/candidates.sql.
create index run_lane on tidemill.run (backfill_id, dataset_id, code_id, deadline, due_at, id)
    where state in ('ready', 'backoff');

-- The table of legal moves is RunState::MOVES; a test holds the two together. The condition is
-- evaluated without a call, so a legal move costs nothing.
create function tidemill.refuse_move() returns trigger language plpgsql as $$
begin
    raise exception 'run % may not go from % (attempt %) to % (attempt %)',
        old.id, old.state, old.attempt, new.state, new.attempt
        using errcode = 'check_violation', constraint = 'run_move_is_legal';
end
$$;
create trigger run_moves_legally before update of state, attempt, id on tidemill.run
    for each row when (
        new.id <> old.id
        or new.attempt < old.attempt
        or (old.state <> new.state and (old.state, new.state) not in (
            ('waiting', 'ready'),
            ('ready', 'running'),
            ('running', 'ready'),
            ('running', 'backoff'),
            ('backoff', 'running'),
            ('backoff', 'ready')
        ))
    )
    execute function tidemill.refuse_move();

-- A finished run says which state it left, so that the last move is held to the table as well.
alter table tidemill.run_history add column left_state tidemill.run_state;
update tidemill.run_history
set left_state = case state when 'cancelled' then 'waiting' else 'running' end::tidemill.run_state;
alter table tidemill.run_history
    alter column left_state set not null,
    add constraint run_history_move_is_legal check ((left_state, state) in (
        ('waiting', 'cancelled'),
        ('ready', 'cancelled'),
        ('running', 'succeeded'),
        ('running', 'failed'),
        ('running', 'cancelled'),
        ('backoff', 'failed'),
        ('backoff', 'cancelled')
    ));

-- One row for each (backfill, dataset, code) with runs that could start now or after a pause: what
-- room there is, and what keeps them all from starting. The claim and the answer to "why does it
-- wait" both read it, so they cannot disagree.
create view tidemill.lane as
with recursive lane as (
    -- A loose index scan: one probe per lane, however many runs a lane has.
    (
        select backfill_id, dataset_id, code_id
        from tidemill.run
        where state in ('ready', 'backoff')
        order by backfill_id, dataset_id, code_id
        limit 1
    )
    union all
    select following.backfill_id, following.dataset_id, following.code_id
    from lane
    cross join lateral (
        select run.backfill_id, run.dataset_id, run.code_id
        from tidemill.run
        where state in ('ready', 'backoff')
          and (run.backfill_id, run.dataset_id, run.code_id)
              > (lane.backfill_id, lane.dataset_id, lane.code_id)
        order by run.backfill_id, run.dataset_id, run.code_id
        limit 1
    ) as following
),
held as materialized (
    select backfill_id, dataset_id, count(*)::int as runs
    from tidemill.run
    where state = 'running'
    group by backfill_id, dataset_id
),
of_job as materialized (
    select dataset_id, sum(runs)::int as runs from held group by dataset_id
),
of_backfill as materialized (
    select backfill_id, sum(runs)::int as runs from held group by backfill_id
),
of_pool as materialized (
    select dataset.pool_id, sum(held.runs * dataset.pool_weight)::int as used
    from held
    join tidemill.dataset on dataset.id = held.dataset_id
    group by dataset.pool_id
),
standing as (
    select lane.backfill_id, lane.dataset_id, lane.code_id,
        backfill.class, backfill.priority, dataset.pool_id, dataset.pool_weight,
        backfill.paused_at is not null as is_backfill_paused,
        dataset.paused_at is not null as is_job_paused,
        backfill.concurrency - coalesce(of_backfill.runs, 0) as backfill_room,
        dataset.concurrency - coalesce(of_job.runs, 0) as job_room,
        -- A run heavier than its pool starts when the pool is empty: else it never would.
        case
            when coalesce(of_pool.used, 0) = 0 then greatest(pool.slots, dataset.pool_weight)
            else pool.slots - of_pool.used
        end as pool_room
    from lane
    join tidemill.backfill on backfill.id = lane.backfill_id
    join tidemill.dataset on dataset.id = lane.dataset_id
    join tidemill.pool on pool.id = dataset.pool_id
    left join of_job on of_job.dataset_id = lane.dataset_id
    left join of_backfill on of_backfill.backfill_id = lane.backfill_id
    left join of_pool on of_pool.pool_id = dataset.pool_id
)
select standing.*,
    case
        when is_backfill_paused then 'backfill_paused'
        when is_job_paused then 'job_paused'
        when job_room <= 0 then 'job_full'
        when backfill_room <= 0 then 'backfill_full'
        when pool_room < pool_weight then 'pool_full'
    end as blocked_by
from standing;
