-- Tables of the same shape as the product's, for `pgbench` to write into.
drop schema if exists bench cascade;
create schema bench;
create table bench.backfill as select 1::bigint as id, 0::bigint as published;
create table bench.run (like tidemill.run including all);
create table bench.attempt (like tidemill.attempt including all);
create table bench.materialization (like tidemill.materialization including all excluding identity);
create table bench.head (like tidemill.head including all);
create table bench.lineage_edge (like tidemill.lineage_edge including all);
create table bench.run_history (like tidemill.run_history including all);
create sequence bench.batch minvalue 0 start 0;
