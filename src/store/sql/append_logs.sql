-- Write down what attempts said; what is there already was sent before.
insert into tidemill.attempt_log
    (run_id, attempt, first_line, first_byte, said_at, sources, lines)
select run_id, attempt, first_line, first_byte, said_at, sources, lines
from jsonb_to_recordset($1) as said (
    run_id bigint, attempt int, first_line bigint, first_byte bigint, said_at timestamptz[],
    sources text[], lines text[]
)
on conflict on constraint attempt_log_pkey do nothing
