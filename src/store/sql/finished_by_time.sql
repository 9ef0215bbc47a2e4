-- How many runs finished, by stretches of time.
select date_bin(make_interval(secs => $4), finished_at, 'epoch'::timestamptz) as "at!: _",
    count(*) filter (where state = 'succeeded') as "succeeded!",
    count(*) filter (where state = 'failed') as "failed!",
    count(*) filter (where state = 'cancelled') as "cancelled!"
from tidemill.run_history
where $2 <= finished_at
  and finished_at < $3
  and ($1::int[] is null or dataset_id = any($1))
group by 1
order by 1
