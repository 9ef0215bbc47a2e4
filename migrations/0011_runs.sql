-- Runs, ticks and what happened, as programs list them: newest first, by what they ask for.

-- Serves store/search.rs: the runs of a dataset by when they finished, and counting them by that.
create index run_history_dataset on tidemill.run_history (dataset_id, finished_at, id)
    include (state);
-- Serves store/search.rs: what failed or was cancelled, by when.
create index run_history_state on tidemill.run_history (state, finished_at, id)
    where state in ('failed', 'cancelled');
-- Serves store/search.rs: the same of a dataset.
create index run_history_dataset_state on tidemill.run_history (dataset_id, state, finished_at, id)
    where state in ('failed', 'cancelled');
-- Serves store/search.rs: what ended with one code.
create index run_history_code on tidemill.run_history (error_code, finished_at, id)
    where error_code is not null;

-- Serves store/search.rs: the runs of a backfill by when they finished; and, like the index that it
-- takes the place of, the causes of its failures and what is left of it.
create index run_history_backfill_finished
    on tidemill.run_history (backfill_id, state, finished_at, id) include (outcome);
drop index tidemill.run_history_backfill;

-- Serves the ticks of a schedule in one state, latest first.
create index tick_of_schedule on tidemill.tick (schedule_id, state, tick_at);

-- These serve store/sql/happened.sql: each is one source of what happened, by when.
create index attempt_ended_badly on tidemill.attempt (ended_at) where state in ('failed', 'expired');
create index backfill_created on tidemill.backfill (created_at);
create index backfill_finished on tidemill.backfill (finished_at) where finished_at is not null;
create index backfill_event_at on tidemill.backfill_event (at);
create index materialization_observed on tidemill.materialization (committed_at)
    where run_id is null;
create index tick_settled_badly on tidemill.tick (settled_at) where state in ('skipped', 'failed');

alter table tidemill.worker
    -- When it last showed that it lives, for people: others judge it by whether `beat` moves.
    add column beat_at timestamptz;
