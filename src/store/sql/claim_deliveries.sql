-- Hands messages that are due to one sender. Those of a sender that died are due again when its
-- claim lapses. A try is counted when it begins, so that one that kills its sender is counted too.
with due as materialized (
    select id
    from tidemill.outbox
    where state = 'waiting'
      and next_at <= now()
      and coalesce(claimed_until <= now(), true)
    order by next_at, id
    limit $1
    for update skip locked
)
update tidemill.outbox as message
set claimed_until = now() + make_interval(secs => $2),
    tries = message.tries + 1,
    url_host = $3
from due
where message.id = due.id
returning message.id, message.event_id::text as "event!", message.body, message.tries,
    message.created_at
