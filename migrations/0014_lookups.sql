-- Looking at what is large: a backfill is counted by its index alone; what was refused, and what looks
-- at sources found, is found by one.

-- Serves store/search: the runs of a backfill by when they finished; like the index that it takes the
-- place of, the causes of its failures and what is left of it; and store/sql/backfill_steps.sql, which
-- finds all it counts here and opens no run.
create index run_history_backfill_counted
    on tidemill.run_history (backfill_id, state, finished_at, id) include (outcome, dataset_id);
drop index tidemill.run_history_backfill_finished;

-- Serves the list of what was refused or failed.
create index audit_outcome on tidemill.audit (outcome, at, id) where outcome <> 'done';

-- Serves store/sql/happened.sql: what was found of each source at each look.
create index materialization_looked
    on tidemill.materialization (committed_at, dataset_id, id) where run_id is null;
drop index tidemill.materialization_observed;
