-- How the attempts of a run ended, and how many lines each said by then.
select attempt.number, attempt.worker_id, worker.host, attempt.state::text as "state!",
    attempt.started_at, attempt.ended_at as "ended_at!", attempt.error_code, attempt.error,
    attempt.exit_reason, coalesce(said.lines, 0) as "lines!",
    attempt.ended_at < clock_timestamp() - make_interval(secs => $2) as "is_settled!"
from tidemill.attempt
join tidemill.worker on worker.id = attempt.worker_id
left join lateral (
    select first_line + cardinality(lines) - 1 as lines
    from tidemill.attempt_log as log
    where log.run_id = attempt.run_id
      and log.attempt = attempt.number
    order by first_line desc
    limit 1
) as said on true
where attempt.run_id = $1
  and attempt.ended_at is not null
order by attempt.number
