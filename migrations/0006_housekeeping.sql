-- Keeping house: history by the day, objects that nothing names, versions whose files are gone.

-- One row, made once: tells the lakes of two databases apart.
create table tidemill.installation (
    only_one boolean primary key default true constraint installation_is_one check (only_one),
    id uuid not null default gen_random_uuid(),
    created_at timestamptz not null default now()
);
insert into tidemill.installation default values;

-- What each duty of housekeeping did last. A duty is claimed by moving `started_at`, so that each
-- turn is taken once, however many processes keep house.
create table tidemill.housekeeping (
    name text not null constraint housekeeping_pkey primary key,
    started_at timestamptz not null,
    last_ok_at timestamptz,
    last_report text,
    last_error text,
    last_error_at timestamptz,
    -- For the history: runs that finished before this are gone.
    horizon_at timestamptz,
    constraint housekeeping_report_when_ok check ((last_ok_at is null) = (last_report is null)),
    constraint housekeeping_error_at_once check ((last_error_at is null) = (last_error is null))
);

-- Objects of the lake that nothing named when they were looked at. They are deleted when nothing
-- names them later either.
create table tidemill.orphan (
    path text not null constraint orphan_pkey primary key,
    size bigint not null,
    run_id bigint not null,
    attempt int not null,
    first_seen_at timestamptz not null default now()
);
-- Serves the sweep, oldest first.
create index orphan_first_seen on tidemill.orphan (first_seen_at, path);

-- A version that was superseded long ago is expired: its row stays, for lineage, and its files go.
alter table tidemill.materialization
    add column expired_at timestamptz,
    add column collected_at timestamptz,
    add constraint materialization_collected_after_expired
        check (collected_at is null or expired_at is not null),
    -- The files of a source belong to whoever wrote them.
    add constraint materialization_only_made_expire
        check (expired_at is null or run_id is not null);
-- Serves the collection of files of expired versions.
create index materialization_to_collect on tidemill.materialization (id)
    where expired_at is not null and collected_at is null;
