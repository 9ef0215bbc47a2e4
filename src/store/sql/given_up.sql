-- The messages that were given up, by where they were to go, and whether later ones arrive there.
with given_up as (
    select url_host, count(*) as messages, min(created_at) as first_at, max(created_at) as last_at,
        (array_agg(last_error order by created_at desc, id desc))[1] as last_error
    from tidemill.outbox
    where state = 'failed'
      and $1 <= created_at
    group by url_host
)
select url_host as host, messages as "messages!", first_at as "first_at!", last_at as "last_at!",
    last_error,
    exists (
        select
        from tidemill.outbox as later
        where later.state = 'sent'
          and later.url_host = given_up.url_host
          and given_up.last_at < later.created_at
    ) as "arrives!"
from given_up
order by messages desc, url_host
limit 20
