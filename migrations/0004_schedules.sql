-- Schedules, what became of each of their ticks, and when clocks were not to be trusted.

create type tidemill.tick_state as enum ('open', 'done', 'failed', 'skipped');

-- The schedule of a job. Ticks until `cursor_at` are recorded, and windows that closed until
-- `covered_until` were asked for or skipped; neither ever moves back. Whoever changes a row raises
-- `revision`, so that what was planned from an older one is not recorded.
create table tidemill.schedule (
    id int generated always as identity primary key,
    dataset_id int not null references tidemill.dataset (id)
        constraint schedule_dataset_key unique,
    timetable text not null,
    zone text not null,
    catch_up text not null,
    ticks_max int not null,
    cursor_at timestamptz not null,
    covered_until timestamptz not null,
    next_due timestamptz,
    paused_at timestamptz,
    paused_by text,
    resumed_at timestamptz,
    declared_at timestamptz not null default now(),
    retired_at timestamptz,
    revision bigint not null default 0,
    constraint schedule_catch_up_is_known check (catch_up in ('all', 'latest', 'none')),
    constraint schedule_paused_by_somebody check ((paused_at is null) = (paused_by is null)),
    constraint schedule_resumed_after_pause check (resumed_at is null or paused_at is not null)
);
-- Serves the sleep of the scheduler: when is the next tick.
create index schedule_next_due on tidemill.schedule (next_due) where retired_at is null;

-- A tick of a schedule, recorded once; or neighbouring ticks skipped for one reason, of which
-- `tick_at` is the last. It asks for the windows that closed after `closes_after` and until
-- `closes_until`. Orders are kept by number only: their retention is another.
create table tidemill.tick (
    id bigint generated always as identity primary key,
    schedule_id int not null references tidemill.schedule (id),
    tick_at timestamptz not null,
    local_label text not null,
    first_at timestamptz not null,
    first_label text not null,
    ticks bigint not null,
    closes_after timestamptz not null,
    closes_until timestamptz not null,
    is_late boolean not null,
    state tidemill.tick_state not null,
    reason text,
    detail text,
    backfill_ids bigint[] not null default '{}',
    recorded_at timestamptz not null default now(),
    settled_at timestamptz,
    constraint tick_once unique (schedule_id, tick_at),
    constraint tick_settled_iff_final check ((settled_at is null) = (state = 'open')),
    constraint tick_skipped_for_a_reason check ((reason is not null) = (state = 'skipped')),
    constraint tick_reason_is_known check
        (reason in ('paused', 'catch_up', 'bound', 'nothing_to_make', 'cancelled')),
    constraint tick_many_only_skipped check
        (1 <= ticks and first_at <= tick_at and (ticks = 1 or state = 'skipped')),
    constraint tick_closes_in_order check (closes_after <= closes_until)
);
-- Serves store/sql/open_ticks.sql.
create index tick_open on tidemill.tick (state, id) where state in ('open', 'failed');

-- When clocks disagreed, and no tick was recorded for a while.
create table tidemill.schedule_hold (
    id bigint generated always as identity primary key,
    seen_at timestamptz not null,
    held_until timestamptz not null,
    reason text not null,
    seen_by text not null
);
