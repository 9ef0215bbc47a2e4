-- What is odd about the lines of a day's file. A file without lines has a row of zeros: empty
-- differs from missing.
with distinct_line as (
    select file_day, count(*) as distinct_lines
    from (
        select distinct
            file_day, invoice_no, stock_code, description, quantity, invoice_date, unit_price,
            customer_id, country
        from raw_retail
    ) as line
    group by file_day
)
select
    file_day as day,
    count(row_number) as row_count,
    count(row_number) filter (where customer_id is null) as null_customer,
    count(row_number) filter (where description is null) as null_description,
    count(row_number) filter (where quantity <= 0) as nonpositive_quantity,
    count(row_number) filter (where unit_price <= 0) as nonpositive_price,
    count(row_number) - coalesce(distinct_lines, 0) as exact_duplicates,
    count(row_number) filter (where invoice_date::date <> file_day) as wrong_partition
from raw_retail_file
left join raw_retail using (file_day)
left join distinct_line using (file_day)
group by file_day, distinct_lines
order by day
