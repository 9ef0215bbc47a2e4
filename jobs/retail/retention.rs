//! Which customers come back, and which do not.

use tidemill::prelude::*;

use super::OWNER;
use crate::landing::Days;
use crate::measure::{count, count_if, days as so_many_days, month_of, months_between};

/// A customer without a sale for so many days is gone.
const CHURN_DAYS: i64 = 90;
/// How many months the shop is watched before the first answer.
const FIRST_AS_OF: i64 = 3;

/// Of each cohort, who buys k months later; cut by the month of the purchase.
pub(crate) fn monthly(
    project: &mut Project,
    customers: &Dataset,
    orders: &Dataset,
    day: &TimePartitions,
) -> Dataset {
    project.job(
        Transform::new("retail_retention_monthly")
            .reads(customers, Mapping::Same)
            .reads(orders, Mapping::overlapping().or_skip())
            .partitions(day.monthly())
            .contract(
                Contract::new([
                    ("cohort", Type::Date),
                    ("k", Type::Int64),
                    ("customers", Type::Int64),
                ])
                .required(["cohort", "k", "customers"])
                .describe("cohort", "month of the customers' first sale")
                .describe("k", "months since"),
            )
            .check(Check::unique(["cohort", "k"]))
            .owner(OWNER)
            .description("Customers of a cohort who buy in the month, k months later.")
            .tags(["retail", "kpi"])
            .run(|cx, [customers, orders]| {
                let buyers = orders.select([col("customer")]).unique(None, UniqueKeepStrategy::Any);
                let k = months_between(cx.date(), col("cohort"));
                Ok(customers
                    .semi_join(buyers, col("customer"), col("customer"))
                    .group_by([month_of("first_sale").alias("cohort")])
                    .agg([count().alias("customers")])
                    .select([col("cohort"), k.alias("k"), col("customers")]))
            }),
    )
}

/// Customers known on the first of a month, and those who bought nothing in the 90 days before.
///
/// Everything it needs lies before its window, so the month in progress has its answer at once.
pub(crate) fn churn(project: &mut Project, customers: &Dataset, days: Days) -> Dataset {
    project.job(
        Transform::new("retail_churn_90d")
            .reads(customers, Mapping::previous())
            .partitions(days.after_months(FIRST_AS_OF).partitions().monthly().in_progress())
            .contract(
                Contract::new([
                    ("as_of", Type::Date),
                    ("known_customers", Type::Int64),
                    ("churned", Type::Int64),
                ])
                .required(["as_of", "known_customers", "churned"])
                .describe("churned", "known customers without a sale in the 90 days before"),
            )
            .check(Check::unique(["as_of"]))
            .owner(OWNER)
            .description("Customers known on the first of a month, and those who are gone.")
            .tags(["retail", "kpi"])
            .run(|cx, [customers]| {
                let gone = col("last_sale").lt(cx.start() - so_many_days(CHURN_DAYS));
                Ok(customers.select([
                    cx.date().alias("as_of"),
                    count().alias("known_customers"),
                    count_if(gone).alias("churned"),
                ]))
            }),
    )
}
