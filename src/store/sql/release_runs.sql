-- Give runs back untouched: the attempt that did not begin does not count.
with given_back as (
    update tidemill.run
    set state = 'ready', attempt = attempt - 1, worker_id = null
    where worker_id = $1
      and id = any($2)
      and state = 'running'
    returning id, attempt + 1 as number
)
delete from tidemill.attempt
using given_back
where attempt.run_id = given_back.id
  and attempt.number = given_back.number
