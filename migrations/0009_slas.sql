-- Promises: which there are, what became of each window, and what is told to others about it.

-- A promise of a dataset. Windows that fell due until `next_due` are recorded; what was due until
-- `since_at` was not promised yet, and is not judged. Whoever judges by other words than `promise`
-- is of another release, and nothing of it is recorded.
create table tidemill.sla_rule (
    id int generated always as identity primary key,
    dataset_id int not null references tidemill.dataset (id),
    kind text not null,
    promise text not null,
    objective double precision not null,
    declared_at timestamptz not null default now(),
    since_at timestamptz not null,
    next_ordinal bigint not null,
    next_due timestamptz,
    retired_at timestamptz,
    constraint sla_rule_key unique (dataset_id, kind),
    constraint sla_rule_kind_is_known check (kind in ('complete_by', 'within')),
    constraint sla_rule_objective_is_a_share check (0 < objective and objective <= 1)
);

-- What became of a partition that was promised, recorded once and never judged again. A miss gets
-- its `completed_at` when the partition comes after all: that says how late it was.
create table tidemill.sla_window (
    rule_id int not null references tidemill.sla_rule (id),
    ordinal bigint not null,
    slice_id int not null references tidemill.slice (id),
    due_at timestamptz not null,
    -- The first day of the month, in the zone of the promise, in which it fell due.
    due_month date not null,
    is_met boolean not null,
    completed_at timestamptz,
    -- What stood in the way when it was missed, for people.
    blocking jsonb,
    recorded_at timestamptz not null default now(),
    -- Serves the windows of a promise too, newest first.
    constraint sla_window_pkey primary key (rule_id, ordinal, slice_id),
    constraint sla_window_met_in_time
        check (is_met = (completed_at is not null and completed_at <= due_at)),
    constraint sla_window_blocked_when_missed check (blocking is null or not is_met),
    constraint sla_window_month_begins check (date_trunc('month', due_month) = due_month)
);

-- Serves store/sql/complete_slas.sql and what is still not there.
create index sla_window_open on tidemill.sla_window (rule_id, ordinal) where completed_at is null;
-- Serves forgetting the old ones.
create index sla_window_due on tidemill.sla_window (due_at);

-- How many windows of a month were met and missed: what is left when they are forgotten.
create table tidemill.sla_month (
    rule_id int not null references tidemill.sla_rule (id),
    month date not null,
    met bigint not null,
    missed bigint not null,
    constraint sla_month_pkey primary key (rule_id, month)
);

create type tidemill.delivery_state as enum ('waiting', 'sent', 'failed');

-- What is to be told to others. A row is written in the transaction of what it tells of, and its
-- `event_id` goes along each time it is sent, so that who is told twice knows. Whoever sends has
-- the row until `claimed_until`; then another may.
create table tidemill.outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null default gen_random_uuid() constraint outbox_event_key unique,
    kind text not null,
    object text not null,
    dataset_id int references tidemill.dataset (id),
    body text not null,
    state tidemill.delivery_state not null default 'waiting',
    tries int not null default 0,
    next_at timestamptz default now(),
    claimed_until timestamptz,
    -- The host and no more: a path may be a secret.
    url_host text,
    last_status int,
    last_error text,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    constraint outbox_sent_when_sent check ((sent_at is not null) = (state = 'sent')),
    constraint outbox_next_iff_waiting check ((next_at is not null) = (state = 'waiting')),
    constraint outbox_claimed_only_waiting check (claimed_until is null or state = 'waiting'),
    constraint outbox_tries_counted check (0 <= tries)
);

-- Serves store/sql/claim_deliveries.sql.
create index outbox_due on tidemill.outbox (next_at, id) where state = 'waiting';
-- Serves the list of deliveries for who may see only some datasets.
create index outbox_of_dataset on tidemill.outbox (dataset_id, id);
-- Serves forgetting the old ones.
create index outbox_age on tidemill.outbox (created_at);
