-- Looking at versions: those of a dataset, newest first, however many were published at once.

-- Serves store/sql/versions_of.sql, and when a dataset was last published.
create index materialization_newest
    on tidemill.materialization (dataset_id, committed_at, id);
drop index tidemill.materialization_committed;
