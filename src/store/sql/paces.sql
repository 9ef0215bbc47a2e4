-- How long and how large the partitions of each dataset, or of those in $1, are, by the latest that
-- were made.
select dataset.id as "dataset_id!", recent.mean as "mean!", recent.half as "half!",
    recent.most as "most!", recent.bytes as "bytes!"
from tidemill.dataset
cross join lateral (
    select avg(seconds) as mean, percentile_cont(0.5) within group (order by seconds) as half,
        percentile_cont(0.9) within group (order by seconds) as most,
        avg(bytes)::double precision as bytes
    from (
        select seconds, bytes
        from tidemill.materialization
        where dataset_id = dataset.id
          and seconds is not null
        order by dataset_id desc, slice_id desc, ordinal desc, id desc
        limit 50
    ) as last
) as recent
where recent.mean is not null
  and ($1::int[] is null or dataset.id = any($1))
