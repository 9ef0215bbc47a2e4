//! The answers of the example project, computed a second time: in SQL, by Postgres, from the raw
//! files. `raw::load` brings the files in, [`answer`] runs one query, [`difference`] compares.

mod answers;
pub(crate) mod raw;

pub(crate) use answers::{TextRow, answer, difference};

/// One dataset of the example project and how to compute it from the raw tables.
#[derive(Debug)]
pub(crate) struct Oracle {
    /// The dataset's name.
    pub(crate) dataset: &'static str,
    /// One `select` that yields `columns`.
    pub(crate) sql: &'static str,
    /// The columns that tell one row from another. `dev_events` has nulls among them.
    pub(crate) key: &'static [&'static str],
    /// The columns in the order of the definition; the dataset itself may have more.
    pub(crate) columns: &'static [&'static str],
}

/// Every dataset of the example project whose values its consumers rely on.
pub(crate) const ORACLES: &[Oracle] = &[
    Oracle {
        dataset: "dev_events",
        sql: include_str!("dev_events.sql"),
        key: &["user_id", "event_time", "event_type", "product", "page"],
        columns: &[
            "event_id",
            "event_time",
            "received_at",
            "tz_offset_min",
            "user_id",
            "actor_id",
            "event_type",
            "product",
            "section",
            "page",
            "pr",
            "batch_id",
        ],
    },
    Oracle {
        dataset: "dev_dedup_daily",
        sql: include_str!("dev_dedup_daily.sql"),
        key: &["day"],
        columns: &["day", "rows_in", "rows_kept", "dropped"],
    },
    Oracle {
        dataset: "dev_dau",
        sql: include_str!("dev_dau.sql"),
        key: &["day"],
        columns: &["day", "events", "dau"],
    },
    Oracle {
        dataset: "dev_dau_product",
        sql: include_str!("dev_dau_product.sql"),
        key: &["day", "product"],
        columns: &["day", "product", "events", "dau"],
    },
    Oracle {
        dataset: "dev_dau_new_york",
        sql: include_str!("dev_dau_new_york.sql"),
        key: &["day"],
        columns: &["day", "events", "dau"],
    },
    Oracle {
        dataset: "dev_active",
        sql: include_str!("dev_active.sql"),
        key: &["grain", "period"],
        columns: &["grain", "period", "events", "users"],
    },
    Oracle {
        dataset: "dev_arrival_lag_daily",
        sql: include_str!("dev_arrival_lag_daily.sql"),
        key: &["day"],
        columns: &[
            "day",
            "events_on_time",
            "events_week",
            "events_final",
            "dau_on_time",
            "dau_week",
            "dau_final",
        ],
    },
    Oracle {
        dataset: "dev_sessions_daily",
        sql: include_str!("dev_sessions_daily.sql"),
        key: &["day"],
        columns: &["day", "sessions", "single_event_sessions", "events", "total_seconds"],
    },
    Oracle {
        dataset: "dev_retention_monthly",
        sql: include_str!("dev_retention_monthly.sql"),
        key: &["cohort", "k"],
        columns: &["cohort", "k", "users"],
    },
    Oracle {
        dataset: "dev_funnel_product",
        sql: include_str!("dev_funnel_product.sql"),
        key: &["product"],
        columns: &["product", "step1", "step2", "step3"],
    },
    Oracle {
        dataset: "dev_churn_monthly",
        sql: include_str!("dev_churn_monthly.sql"),
        key: &["month"],
        columns: &["month", "active", "churned"],
    },
    Oracle {
        dataset: "dev_top_pages_yearly",
        sql: include_str!("dev_top_pages_yearly.sql"),
        key: &["year", "product", "page"],
        columns: &["year", "product", "page", "events", "users"],
    },
    Oracle {
        dataset: "dev_quality_daily",
        sql: include_str!("dev_quality_daily.sql"),
        key: &["day"],
        columns: &[
            "day",
            "row_count",
            "negative_lag",
            "late_1d",
            "late_30d",
            "bad_tz",
            "null_user",
            "null_page",
        ],
    },
    Oracle {
        dataset: "retail_revenue_daily",
        sql: include_str!("retail_revenue_daily.sql"),
        key: &["day"],
        columns: &[
            "day",
            "lines",
            "orders",
            "customers",
            "gross",
            "refunds",
            "adjustments",
            "net",
            "quantity",
        ],
    },
    Oracle {
        dataset: "retail_retention_monthly",
        sql: include_str!("retail_retention_monthly.sql"),
        key: &["cohort", "k"],
        columns: &["cohort", "k", "customers"],
    },
    Oracle {
        dataset: "retail_repeat_monthly",
        sql: include_str!("retail_repeat_monthly.sql"),
        key: &["month"],
        columns: &["month", "step1", "step2", "step3"],
    },
    Oracle {
        dataset: "retail_top_products_monthly",
        sql: include_str!("retail_top_products_monthly.sql"),
        key: &["month", "stock_code"],
        columns: &["month", "stock_code", "gross", "quantity"],
    },
    Oracle {
        dataset: "retail_quality_daily",
        sql: include_str!("retail_quality_daily.sql"),
        key: &["day"],
        columns: &[
            "day",
            "row_count",
            "null_customer",
            "null_description",
            "nonpositive_quantity",
            "nonpositive_price",
            "exact_duplicates",
            "wrong_partition",
        ],
    },
    Oracle {
        dataset: "retail_missing_days",
        sql: include_str!("retail_missing_days.sql"),
        key: &["day"],
        columns: &["day", "weekday"],
    },
    Oracle {
        dataset: "retail_churn_90d",
        sql: include_str!("retail_churn_90d.sql"),
        key: &["as_of"],
        columns: &["as_of", "known_customers", "churned"],
    },
    Oracle {
        dataset: "click_dau",
        sql: include_str!("click_dau.sql"),
        key: &["day"],
        columns: &["day", "events", "users"],
    },
    Oracle {
        dataset: "click_sessions_daily",
        sql: include_str!("click_sessions_daily.sql"),
        key: &["day"],
        columns: &["day", "sessions", "bounces", "events", "total_seconds"],
    },
    Oracle {
        dataset: "click_retention_daily",
        sql: include_str!("click_retention_daily.sql"),
        key: &["cohort", "k"],
        columns: &["cohort", "k", "users"],
    },
    Oracle {
        dataset: "click_top_urls",
        sql: include_str!("click_top_urls.sql"),
        key: &["url"],
        columns: &["url", "events", "users"],
    },
];
