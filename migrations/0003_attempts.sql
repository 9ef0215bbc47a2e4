-- What an attempt took, how its process ended, and what it said.

alter table tidemill.attempt
    add column peak_bytes bigint,
    add column cpu_seconds double precision,
    add column rows_read bigint,
    add column bytes_read bigint,
    add column rows_written bigint,
    add column bytes_written bigint,
    add column exit_reason text;

-- Lines that an attempt wrote, in pieces as they were written down. A piece begins with line
-- `first_line` of the attempt; where that is not the line after the piece before, lines were left
-- out. Nothing refers to it, so that it can be deleted by run.
create table tidemill.attempt_log (
    run_id bigint not null,
    attempt int not null,
    first_line bigint not null,
    first_byte bigint not null,
    said_at timestamptz[] not null,
    sources text[] not null,
    lines text[] not null,
    constraint attempt_log_pkey primary key (run_id, attempt, first_line),
    constraint attempt_log_is_whole check (
        0 < cardinality(lines)
        and cardinality(lines) = cardinality(sources)
        and cardinality(lines) = cardinality(said_at)
    )
);
