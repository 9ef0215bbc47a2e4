//! Promises that are known, and how their months came out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::super::Result;
use crate::plan::sla::Month;

/// A promise as it is declared.
#[derive(Clone, Debug)]
pub struct NewSlaRule {
    /// The number of the dataset.
    pub dataset: i32,
    /// Its kind.
    pub kind: &'static str,
    /// All that decides when its windows are due.
    pub promise: String,
    /// The share of windows a month for which it must hold.
    pub objective: f64,
    /// When it is declared: what was due until then is not judged.
    pub since: Timestamp,
    /// The first window that is due after that.
    pub next_ordinal: i64,
    /// When it is due.
    pub next_due: Option<Timestamp>,
}

/// A promise as it is known.
#[derive(Clone, Debug)]
pub struct SlaRuleRow {
    /// Its number.
    pub id: i32,
    /// The number of the dataset.
    pub dataset_id: i32,
    /// Its kind.
    pub kind: String,
    /// All that decides when its windows are due.
    pub promise: String,
    /// What was due until then is not judged.
    pub since_at: SqlTimestamp,
    /// The first window that is not recorded.
    pub next_ordinal: i64,
}

/// Makes promises known, and forgets those of these datasets that are none any more; how many
/// changed. One that changed counts from when it did, and keeps what became of it before.
///
/// # Errors
///
/// When a statement fails.
pub async fn declare_slas(
    db: &mut PgConnection,
    declared: &[NewSlaRule],
    datasets: &[i32],
) -> Result<u64> {
    let promised: Vec<i32> = declared.iter().map(|new| new.dataset).collect();
    let kinds: Vec<String> = declared.iter().map(|new| new.kind.to_owned()).collect();
    let promises: Vec<String> = declared.iter().map(|new| new.promise.clone()).collect();
    let objectives: Vec<f64> = declared.iter().map(|new| new.objective).collect();
    let since: Vec<SqlTimestamp> = declared.iter().map(|new| new.since.to_sqlx()).collect();
    let next: Vec<i64> = declared.iter().map(|new| new.next_ordinal).collect();
    let next_due: Vec<_> = declared.iter().map(|new| new.next_due.map(ToSqlx::to_sqlx)).collect();
    let changed = sqlx::query_file!(
        "src/store/sql/declare_slas.sql",
        &promised,
        &kinds,
        &promises,
        &objectives,
        &since as _,
        &next,
        &next_due as &[Option<SqlTimestamp>],
    )
    .execute(&mut *db)
    .await?;
    let retired = sqlx::query!(
        "update tidemill.sla_rule as rule
         set retired_at = now()
         where dataset_id = any($1)
           and retired_at is null
           and not exists (
               select from unnest($2::int[], $3::text[]) as declared (dataset_id, kind)
               where declared.dataset_id = rule.dataset_id and declared.kind = rule.kind
           )",
        datasets,
        &promised,
        &kinds,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() + retired.rows_affected())
}

/// The promises of these datasets that are made now.
///
/// # Errors
///
/// When the statement fails.
pub async fn sla_rules(db: &mut PgConnection, datasets: &[i32]) -> Result<Vec<SlaRuleRow>> {
    Ok(sqlx::query_as!(
        SlaRuleRow,
        "select id, dataset_id, kind, promise, since_at, next_ordinal
         from tidemill.sla_rule
         where dataset_id = any($1) and retired_at is null
         order by dataset_id, kind",
        datasets,
    )
    .fetch_all(db)
    .await?)
}

/// An instant before which nothing can be published any more: each transaction that began before
/// it is over. One that has been open for long is not waited for, since it is none that publishes.
///
/// # Errors
///
/// When the statement fails.
pub async fn settled_until(db: &mut PgConnection) -> Result<Timestamp> {
    let settled = sqlx::query_scalar!(
        r#"select greatest(
             least(clock_timestamp(), min(xact_start)),
             clock_timestamp() - interval '30 seconds'
         ) as "settled!: SqlTimestamp"
         from pg_stat_activity
         where datname = current_database()
           and backend_type = 'client backend'
           and pid <> pg_backend_pid()
           and xact_start is not null"#
    )
    .fetch_one(db)
    .await?;
    Ok(settled.to_jiff())
}

/// When each value of each dynamic dimension was registered.
///
/// # Errors
///
/// When the statement fails.
pub async fn registered_at(db: &mut PgConnection) -> Result<BTreeMap<(String, String), Timestamp>> {
    let rows = sqlx::query!("select dimension, value, registered_at from tidemill.dimension_value")
        .fetch_all(db)
        .await?;
    let at = rows.into_iter().map(|row| ((row.dimension, row.value), row.registered_at.to_jiff()));
    Ok(at.collect())
}

/// How the months of promises came out from one on, oldest first, by the promise's number.
///
/// # Errors
///
/// When the statement fails.
pub async fn sla_months(
    db: &mut PgConnection,
    rules: &[i32],
    from: jiff::civil::Date,
) -> Result<Vec<(i32, Month)>> {
    let rows = sqlx::query!(
        r#"select rule_id, month as "month: jiff_sqlx::Date", met, missed
         from tidemill.sla_month
         where rule_id = any($1) and $2 <= month
         order by rule_id, month"#,
        rules,
        from.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?;
    let month = rows.into_iter().map(|row| {
        let (met, missed) = (row.met.unsigned_abs(), row.missed.unsigned_abs());
        (row.rule_id, Month { month: row.month.to_jiff(), met, missed })
    });
    Ok(month.collect())
}
