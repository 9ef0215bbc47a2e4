-- Lines of the attempts of a run, after a given one, in the order in which they were said.
select log.attempt as "attempt!", log.first_line + said.at - 1 as "number!",
    said.said_at as "at!: _", said.source as "source!",
    case when $6::int < length(said.line) then left(said.line, $6) else said.line end as "text!",
    octet_length(said.line) as "bytes!"
from tidemill.attempt_log as log
cross join lateral unnest(log.said_at, log.sources, log.lines)
    with ordinality as said (said_at, source, line, at)
where log.run_id = $1
  and ($2::int is null or log.attempt = $2)
  -- Pieces that end before it need not be looked into.
  and (log.attempt, log.first_line + cardinality(log.lines) - 1) > ($3::int, $4::bigint)
  and (log.attempt, log.first_line + said.at - 1) > ($3::int, $4::bigint)
  and ($7::text is null or 0 < position(lower($7) in lower(said.line)))
order by log.attempt, log.first_line, said.at
limit $5
