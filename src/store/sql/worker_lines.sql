-- Workers: those that live first, then those that ended, the newest first; with how many runs each
-- is at that somebody may know of.
select worker.id, worker.host, worker.pid, worker.slots, worker.started_at as "started_at: _",
    worker.ended_at as "ended_at: _", worker.beat_at as "beat_at: _", worker.codes,
    (
        select array_agg(pool.name order by pool.name)
        from tidemill.pool
        where pool.id = any(worker.pools)
    ) as pools,
    worker.pools is not null as "is_limited!",
    (
        select count(*)
        from tidemill.run
        where run.worker_id = worker.id
          and run.state = 'running'
          and ($1::int[] is null or run.dataset_id = any($1))
    ) as "running!",
    coalesce(extract(epoch from now() - worker.beat_at), 0)::float8 as "silent!"
from tidemill.worker
where ($2::boolean is null or ((worker.ended_at is not null), -worker.id) > ($2, -$3::bigint))
order by worker.ended_at is not null, worker.id desc
limit $4
