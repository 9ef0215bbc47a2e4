-- Where the attempts of a run were made, and how many lines each said.
select attempt.number, worker.host, said.lines
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
order by attempt.number
