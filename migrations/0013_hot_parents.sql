-- What is written with every run no longer locks the rows it refers to.
--
-- A foreign key is checked by locking the parent's row for each child. Here all runs in flight have
-- the same few parents, none of which is ever deleted: a third of what a commit cost. What can be
-- deleted, versions, keeps its foreign keys.
alter table tidemill.run drop constraint run_worker_id_fkey;
alter table tidemill.attempt drop constraint attempt_worker_id_fkey;
alter table tidemill.materialization drop constraint materialization_dataset_id_fkey;
alter table tidemill.materialization drop constraint materialization_slice_id_fkey;
alter table tidemill.materialization drop constraint materialization_code_id_fkey;
alter table tidemill.head drop constraint head_dataset_id_fkey;
alter table tidemill.head drop constraint head_slice_id_fkey;
