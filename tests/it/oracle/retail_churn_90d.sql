-- Customers known on the first of a month, and those of them without a sale in the 90 days before.
-- From the third month after that of the first file (so that 90 days can be looked into) to the
-- month of the last file: 2011-03 to 2011-12 for files from 2010-12-01 to 2011-12-09.
with as_of_day as (
    select generate_series(
        date_trunc('month', min(file_day)::timestamp) + interval '3 months',
        date_trunc('month', max(file_day)::timestamp),
        interval '1 month'
    ) as as_of
    from raw_retail_file
),
last_sale as (
    select as_of, customer_id, max(invoice_date) as sold_at
    from as_of_day
    join raw_retail on invoice_date < as_of
    where customer_id is not null and invoice_no not like 'C%' and 0 < quantity
    group by as_of, customer_id
)
select
    as_of::date as as_of,
    count(customer_id) as known_customers,
    count(customer_id) filter (where sold_at < as_of - interval '90 days') as churned
from as_of_day
left join last_sale using (as_of)
group by as_of
order by as_of
