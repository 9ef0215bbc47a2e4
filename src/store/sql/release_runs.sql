-- Give runs back untouched: the attempt did not begin, so nothing is kept of it but its number.
with given_back as (
    update tidemill.run
    set state = 'ready', worker_id = null
    where worker_id = $1
      and id = any($2)
      and state = 'running'
    returning id, attempt
)
delete from tidemill.attempt
using given_back
where attempt.run_id = given_back.id
  and attempt.number = given_back.attempt
