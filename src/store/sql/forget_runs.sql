-- Delete the attempts of the next finished runs that are not kept, and what these said, in the order
-- of ids; the last of these runs is where the next batch begins.
with doomed as materialized (
    select id
    from tidemill.run_history
    where finished_at < $1
      and $2 < id
    order by id
    limit $3
),
gone as (
    delete from tidemill.attempt
    using doomed
    where attempt.run_id = doomed.id
),
unsaid as (
    delete from tidemill.attempt_log
    using doomed
    where attempt_log.run_id = doomed.id
)
select max(id) from doomed
