//! Promises against a database: judged by time, recorded once, told of.

mod promises;
mod sink;
mod webhook;

use jiff::Timestamp;
use sqlx::Row as _;
use tidemill::engine::{self, Kept};
use tidemill::prelude::*;
use tidemill::store;

use crate::support::{ALL, TestMill};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Days in Berlin, due at six.
fn days(project: &mut Project) {
    let day = TimePartitions::daily("2024-03-01").until("2024-05-01").time_zone("Europe/Berlin");
    project.job(
        Transform::new("daily")
            .partitions(&day)
            .automation(Automation::Manual)
            .owner("ann@example.com")
            .sla(Sla::complete_by("06:00").objective(0.9))
            .run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
    );
}

/// Declares what is promised at an instant, and makes it known as of another.
async fn promised(declare: fn(&mut Project), since: &str) -> TestMill {
    let test = TestMill::new(declare).await;
    engine::declare_promises(&test.mill, at(since)).await.unwrap();
    test
}

async fn look(test: &TestMill, now: &str) -> Kept {
    engine::record_promises(&test.mill, at(now)).await.unwrap()
}

/// Makes a partition, and has it published at an instant; what was published before stays.
async fn publish(test: &TestMill, label: &str, when: &str) {
    let made = test.make(&test.ask_for("daily", label, ALL)).await;
    assert_eq!(made, "1 published");
    let update = "update tidemill.materialization set committed_at = $1::text::timestamptz
        where id = (select max(id) from tidemill.materialization)";
    sqlx::query(update).bind(when).execute(&test.mill.pool).await.unwrap();
}

/// Every window that is recorded, oldest first, as lines.
async fn windows(test: &TestMill, name: &str) -> String {
    let dataset = test.index(name);
    let scheme = &test.mill.catalog.dataset(dataset).scheme;
    let rows = sqlx::query(
        "select ordinal, case when is_met then 'met' else 'missed' end, due_at::text,
             coalesce(completed_at::text, 'never'), dimension_values, blocking ->> 'text'
         from tidemill.sla_window
         join tidemill.sla_rule as rule on rule.id = rule_id
         join tidemill.slice on slice.id = slice_id
         where dataset_id = $1
         order by ordinal, dimension_values",
    );
    let mut db = test.mill.pool.acquire().await.unwrap();
    sqlx::raw_sql("set time zone 'UTC'").execute(&mut *db).await.unwrap();
    let rows = rows.bind(test.mill.registry.datasets[dataset]).fetch_all(&mut *db).await.unwrap();
    sqlx::raw_sql("reset time zone").execute(&mut *db).await.unwrap();
    let line = |row: &sqlx::postgres::PgRow| {
        let values: Vec<String> = row.get(4);
        let name = [vec![scheme.label(row.get(0))], values].concat().join("/");
        let (state, due, came): (String, String, String) = (row.get(1), row.get(2), row.get(3));
        let held: Option<String> = row.get(5);
        let held = held.map(|text| format!(" ({text})")).unwrap_or_default();
        format!("{name} {state} due {due} came {came}{held}")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How many windows were met and missed, by month.
async fn months(test: &TestMill) -> String {
    let rows = sqlx::query(
        "select concat_ws(' ', to_char(month, 'YYYY-MM'), met, missed) from tidemill.sla_month
         order by rule_id, month",
    );
    let rows = rows.fetch_all(&test.mill.pool).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join(", ")
}

/// Every message that is to be told, oldest first: kind, object, state.
async fn messages(test: &TestMill) -> Vec<String> {
    let mut db = test.mill.pool.acquire().await.unwrap();
    let mut rows = store::deliveries(&mut db, None, None, 1_000).await.unwrap();
    rows.reverse();
    rows.iter().map(|row| format!("{} {} {}", row.kind, row.object, row.state)).collect()
}
