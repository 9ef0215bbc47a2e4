-- Customers by month of their first sale who have a sale in the k-th month after.
with sale as (
    select customer_id, date_trunc('month', invoice_date) as month
    from raw_retail
    where customer_id is not null and invoice_no not like 'C%' and 0 < quantity
),
cohort_of_customer as (
    select customer_id, min(month) as cohort
    from sale
    group by customer_id
)
select
    cohort::date as cohort,
    ((extract(year from month) - extract(year from cohort)) * 12
        + extract(month from month) - extract(month from cohort))::bigint as k,
    count(distinct customer_id) as customers
from sale
join cohort_of_customer using (customer_id)
group by cohort, month
order by cohort, k
