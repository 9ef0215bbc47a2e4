-- Attempts that failed or expired, latest first, after the place in the feed that $1 and $2 name; with
-- all of the last instant.
select attempt.ended_at as "at!: SqlTimestamp",
    format('attempt-%s-%s', attempt.run_id, attempt.number) as "id!", attempt.run_id,
    attempt.number, attempt.state::text as "state!", worker.host, left(attempt.error, 300) as error,
    attempt.error_code
from tidemill.attempt
join tidemill.worker on worker.id = attempt.worker_id
where attempt.state in ('failed', 'expired')
  and attempt.ended_at <= $1
  and $3 <= attempt.ended_at
  and (attempt.ended_at, format('attempt-%s-%s', attempt.run_id, attempt.number) collate "C")
      < ($1, $2)
order by attempt.ended_at desc
fetch first $4 rows with ties
