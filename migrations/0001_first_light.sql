-- The first schema: datasets, runs and what they published.

create type tidemill.run_state as enum
    ('waiting', 'ready', 'running', 'backoff', 'succeeded', 'failed', 'cancelled');
create type tidemill.attempt_state as enum
    ('running', 'committed', 'failed', 'expired', 'cancelled');
create type tidemill.backfill_state as enum
    ('active', 'completed', 'failed', 'cancelled');

-- A declared dataset. `scheme` is how it was cut when first seen: an ordinal means the same window
-- for as long as that stays.
create table tidemill.dataset (
    id int generated always as identity primary key,
    name text not null constraint dataset_name_key unique,
    scheme text not null,
    is_source boolean not null
);

-- The values of a partition's dimensions other than time, once per combination.
create table tidemill.slice (
    id int generated always as identity primary key,
    dimension_values text[] not null constraint slice_values_key unique
);

-- Values of dynamic dimensions.
create table tidemill.dimension_value (
    dimension text not null,
    value text not null,
    registered_at timestamptz not null default now(),
    constraint dimension_value_pkey primary key (dimension, value)
);

-- A version of a job's code. Two fingerprints with the same `optimized` are a refactoring apart.
create table tidemill.code (
    id int generated always as identity primary key,
    dataset_id int not null references tidemill.dataset (id),
    fingerprint text not null,
    optimized text not null,
    first_seen_at timestamptz not null default now(),
    constraint code_fingerprint_key unique (dataset_id, fingerprint)
);

-- A column of an input by which rows find output windows.
create table tidemill.router (
    id int generated always as identity primary key,
    dataset_id int not null references tidemill.dataset (id),
    column_name text not null,
    cut text not null,
    constraint router_key unique (dataset_id, column_name, cut)
);

-- A person's request to make partitions, with the plan that was applied.
create table tidemill.backfill (
    id bigint generated always as identity primary key,
    state tidemill.backfill_state not null default 'active',
    request text not null,
    plan jsonb not null,
    plan_hash text not null,
    runs bigint not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint backfill_finished_iff_final check ((finished_at is null) = (state = 'active'))
);

-- A worker process; its leases live while its beat moves.
create table tidemill.worker (
    id bigint generated always as identity primary key,
    host text not null,
    pid int not null,
    started_at timestamptz not null default now(),
    beat bigint not null default 0,
    ended_at timestamptz
);

-- One sequence for ids and generations: a run created later has a greater generation, whatever the
-- partition.
create sequence tidemill.run_id;

-- A live run. Finished ones move to run_history in the transaction that finishes them.
-- A row without a dataset is a gate: many runs wait on it instead of on the same many others.
create table tidemill.run (
    id bigint primary key default nextval('tidemill.run_id'),
    backfill_id bigint not null references tidemill.backfill (id),
    dataset_id int references tidemill.dataset (id),
    slice_id int references tidemill.slice (id),
    ordinal bigint,
    state tidemill.run_state not null,
    reason text not null,
    is_forced boolean not null default false,
    waiting_on int not null default 0,
    attempt int not null default 0,
    attempts_max int not null,
    code_id int references tidemill.code (id),
    due_at timestamptz not null default now(),
    worker_id bigint references tidemill.worker (id),
    error_code text,
    error text,
    created_at timestamptz not null default now(),
    constraint run_is_live check (state in ('waiting', 'ready', 'running', 'backoff')),
    constraint run_worker_iff_running check ((worker_id is not null) = (state = 'running')),
    constraint run_waits_iff_waiting check ((0 < waiting_on) = (state = 'waiting')),
    constraint run_partition_is_whole check
        ((dataset_id is null) = (ordinal is null) and (dataset_id is null) = (slice_id is null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- At most one live run per partition: the planner and the claim lean on this.
create unique index run_one_live_per_partition
    on tidemill.run (dataset_id, slice_id, ordinal) where dataset_id is not null;
-- Serves store/sql/claim_runs.sql.
create index run_claimable on tidemill.run (due_at, id) where state in ('ready', 'backoff');
-- Serves store/sql/expire_runs.sql.
create index run_of_worker on tidemill.run (worker_id) where state = 'running';
-- Serves the progress of a backfill, and its end.
create index run_of_backfill on tidemill.run (backfill_id, state);

-- Who waits on whom, among live runs.
create table tidemill.run_edge (
    upstream_id bigint not null,
    downstream_id bigint not null,
    is_required boolean not null,
    constraint run_edge_pkey primary key (upstream_id, downstream_id)
);
-- Serves store/sql/cut_edges.sql and store/sql/waits_on.sql.
create index run_edge_downstream on tidemill.run_edge (downstream_id);

-- Finished runs, cut by when they finished.
create table tidemill.run_history (
    id bigint not null,
    backfill_id bigint not null,
    dataset_id int not null,
    slice_id int not null,
    ordinal bigint not null,
    state tidemill.run_state not null,
    outcome text not null,
    reason text not null,
    attempt int not null,
    error_code text,
    error text,
    created_at timestamptz not null,
    finished_at timestamptz not null default now(),
    constraint run_history_pkey primary key (finished_at, id),
    constraint run_history_is_final check (state in ('succeeded', 'failed', 'cancelled'))
) partition by range (finished_at);
create table tidemill.run_history_default partition of tidemill.run_history default;
-- Serves the runs of a partition and of a backfill.
create index run_history_partition on tidemill.run_history (dataset_id, slice_id, ordinal);
create index run_history_backfill on tidemill.run_history (backfill_id, state, outcome);
create index run_history_id on tidemill.run_history (id);

-- One worker's try at a run.
create table tidemill.attempt (
    run_id bigint not null,
    number int not null,
    worker_id bigint not null references tidemill.worker (id),
    state tidemill.attempt_state not null default 'running',
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    error_code text,
    error text,
    constraint attempt_pkey primary key (run_id, number),
    constraint attempt_ended_iff_final check ((ended_at is null) = (state = 'running'))
);

-- What was published: the files of a partition, or the observed version of a source's partition.
create table tidemill.materialization (
    id bigint generated always as identity primary key,
    dataset_id int not null references tidemill.dataset (id),
    slice_id int not null references tidemill.slice (id),
    ordinal bigint not null,
    run_id bigint,
    attempt int,
    generation bigint not null,
    code_id int references tidemill.code (id),
    content bytea not null,
    inputs bytea,
    rows bigint,
    bytes bigint not null,
    paths text[] not null,
    sizes bigint[] not null,
    hashes text[] not null,
    rejected bigint not null default 0,
    rejects_path text,
    profile jsonb,
    routed_by int[] not null default '{}',
    seconds double precision,
    committed_at timestamptz not null default now(),
    constraint materialization_run_key unique (run_id),
    constraint materialization_made_or_observed check ((run_id is null) = (attempt is null)),
    constraint materialization_content_size check (octet_length(content) = 16)
);
-- Serves the versions of a partition, newest first.
create index materialization_partition
    on tidemill.materialization (dataset_id, slice_id, ordinal, id);

-- Serves when a dataset was last published.
create index materialization_committed on tidemill.materialization (dataset_id, committed_at);

-- Which materialization readers of a partition see. It moves forward only.
create table tidemill.head (
    dataset_id int not null references tidemill.dataset (id),
    slice_id int not null references tidemill.slice (id),
    ordinal bigint not null,
    materialization_id bigint not null references tidemill.materialization (id),
    generation bigint not null,
    code_id int,
    content bytea not null,
    inputs bytea,
    constraint head_pkey primary key (dataset_id, slice_id, ordinal)
);

-- What a materialization was read from.
create table tidemill.lineage_edge (
    output_id bigint not null references tidemill.materialization (id),
    input_id bigint not null references tidemill.materialization (id),
    position smallint not null,
    constraint lineage_edge_pkey primary key (output_id, position, input_id)
);
-- Serves lineage downwards.
create index lineage_edge_input on tidemill.lineage_edge (input_id);

-- The output windows that a materialization holds rows for.
create table tidemill.route (
    materialization_id bigint not null references tidemill.materialization (id),
    router_id int not null references tidemill.router (id),
    ordinal bigint not null,
    rows bigint not null,
    content bytea not null,
    constraint route_pkey primary key (materialization_id, router_id, ordinal)
);

-- Partitions whose last run failed, until a run publishes them.
create table tidemill.partition_failure (
    dataset_id int not null,
    slice_id int not null,
    ordinal bigint not null,
    run_id bigint not null,
    error_code text not null,
    error text not null,
    failed_at timestamptz not null default now(),
    constraint partition_failure_pkey primary key (dataset_id, slice_id, ordinal)
);
