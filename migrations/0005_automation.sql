-- Automation: what waits and why, what a person let go, and when each source is looked at next.

-- Partitions that could be made and are not, as ranges. Each decision replaces what it finds here;
-- `since` is carried over for as long as the reason stays.
create table tidemill.held_change (
    dataset_id int not null references tidemill.dataset (id),
    slice_id int not null references tidemill.slice (id),
    first_ordinal bigint not null,
    after_ordinal bigint not null,
    reason text not null,
    input_id int references tidemill.dataset (id),
    since timestamptz not null,
    until timestamptz,
    constraint held_change_pkey primary key (dataset_id, slice_id, first_ordinal),
    constraint held_change_is_a_range check (first_ordinal < after_ordinal),
    constraint held_change_reason_known check
        (reason in ('debounce', 'approval', 'small', 'budget', 'code', 'cancelled')),
    constraint held_change_names_its_input check
        ((input_id is not null) = (reason in ('debounce', 'approval', 'small'))),
    -- A time comes that ends it, or a person does.
    constraint held_change_ends check ((until is not null) = (reason in ('debounce', 'budget')))
);

-- Held partitions that a person let go and that have not been ordered yet.
create table tidemill.approved_change (
    dataset_id int not null references tidemill.dataset (id),
    slice_id int not null references tidemill.slice (id),
    ordinal bigint not null,
    approved_by text not null,
    approved_at timestamptz not null default now(),
    constraint approved_change_pkey primary key (dataset_id, slice_id, ordinal)
);

-- Serves what a person cancelled: automation does not order it again by itself.
create index run_history_cancelled
    on tidemill.run_history (dataset_id, slice_id, ordinal, finished_at)
    where state = 'cancelled' and outcome <> 'upstream_failed';

-- When a source is looked at next, and by whom. Whoever claims the row looks; the claim lapses
-- unless it is renewed, so that a scheduler that died keeps nobody from looking.
create table tidemill.source_watch (
    dataset_id int primary key references tidemill.dataset (id),
    next_at timestamptz not null default now(),
    claimed_until timestamptz,
    -- Counts announcements: one that comes while somebody looks is looked at again.
    announced bigint not null default 0,
    observed_at timestamptz,
    changed_at timestamptz,
    -- A hash of the last listing that was recorded as a whole.
    listing bytea,
    fault text,
    fault_since timestamptz,
    faults int not null default 0,
    constraint source_watch_fault_is_whole check
        ((fault is null) = (fault_since is null) and (fault is null) = (faults = 0))
);
