-- Calendar days without a file. The span reaches from the first file to the last one.
select
    day::date as day,
    to_char(day, 'FMDay') as weekday
from generate_series(
    (select min(file_day)::timestamp from raw_retail_file),
    (select max(file_day)::timestamp from raw_retail_file),
    interval '1 day'
) as day
where not exists (select 1 from raw_retail_file where file_day = day::date)
order by day
