-- Attempts have ended: how, and what they took.
update tidemill.attempt
set state = case when ended.ok then 'committed' else 'failed' end::tidemill.attempt_state,
    ended_at = clock_timestamp(),
    error_code = ended.code,
    error = ended.error,
    peak_bytes = ended.peak_bytes,
    cpu_seconds = ended.cpu_seconds,
    rows_read = ended.rows_read,
    bytes_read = ended.bytes_read,
    rows_written = ended.rows_written,
    bytes_written = ended.bytes_written,
    exit_reason = ended.exit_reason
from unnest(
    $1::bigint[], $2::int[], $3::bool[], $4::text[], $5::text[], $6::bigint[],
    $7::double precision[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[]
) as ended (
    id, number, ok, code, error, peak_bytes, cpu_seconds, rows_read, bytes_read, rows_written,
    bytes_written, exit_reason
)
where attempt.run_id = ended.id
  and attempt.number = ended.number
