-- Customers by month of their first order, those whose second is within 30 days of the first,
-- and of these those whose third is within 90 days of the first.
with customer_order as (
    select
        customer_id,
        invoice_no,
        min(invoice_date) as placed_at
    from raw_retail
    where customer_id is not null and invoice_no not like 'C%' and 0 < quantity
    group by customer_id, invoice_no
),
numbered as (
    select
        customer_id,
        placed_at,
        row_number() over (partition by customer_id order by placed_at, invoice_no) as place
    from customer_order
)
select
    date_trunc('month', first_order.placed_at)::date as month,
    count(*) as step1,
    count(second_order.customer_id) as step2,
    count(third_order.customer_id) as step3
from numbered as first_order
left join numbered as second_order
    on second_order.customer_id = first_order.customer_id
    and second_order.place = 2
    and second_order.placed_at <= first_order.placed_at + interval '30 days'
left join numbered as third_order
    -- Joined to the second order, so that who fails that step never reaches this one.
    on third_order.customer_id = second_order.customer_id
    and third_order.place = 3
    and third_order.placed_at <= first_order.placed_at + interval '90 days'
where first_order.place = 1
group by date_trunc('month', first_order.placed_at)
order by month
