-- Lines and money, a day of the invoice. Every line is one of three: of a cancellation, a sale,
-- or an adjustment; so gross + refunds + adjustments = net.
with line as (
    select
        invoice_date::date as day,
        invoice_no,
        customer_id,
        quantity,
        quantity * unit_price as amount,
        invoice_no like 'C%' as is_cancellation,
        invoice_no not like 'C%' and 0 < quantity as is_sale
    from raw_retail
)
select
    day,
    count(*) as lines,
    count(distinct invoice_no) filter (where is_sale) as orders,
    count(distinct customer_id) as customers,
    coalesce(sum(amount) filter (where is_sale), 0)::numeric(18, 3) as gross,
    coalesce(sum(amount) filter (where is_cancellation), 0)::numeric(18, 3) as refunds,
    coalesce(sum(amount) filter (where not is_sale and not is_cancellation), 0)::numeric(18, 3)
        as adjustments,
    sum(amount)::numeric(18, 3) as net,
    sum(quantity)::bigint as quantity
from line
group by day
order by day
