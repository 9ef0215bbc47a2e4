-- The 10 stock codes with most sales amount a month; ties by code (text by bytes, which is the
-- collation of the column).
with product_month as (
    select
        date_trunc('month', invoice_date)::date as month,
        stock_code,
        sum(quantity * unit_price)::numeric(18, 3) as gross,
        sum(quantity)::bigint as quantity
    from raw_retail
    where invoice_no not like 'C%' and 0 < quantity
    group by date_trunc('month', invoice_date), stock_code
),
ranked as (
    select
        *,
        row_number() over (partition by month order by gross desc, stock_code) as place
    from product_month
)
select month, stock_code, gross, quantity
from ranked
where place <= 10
order by month, stock_code
