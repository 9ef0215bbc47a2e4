//! Compares what the program exports with what Postgres computes from the raw files.

use std::fmt::Write as _;
use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::Date;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::home::Home;
use super::outputs::{days_of, month_of, partitions};
use crate::oracle::{ORACLES, Oracle, TextRow, answer, difference, raw};

/// The raw files in a database of their own.
pub(crate) struct Reference(PgConnection);

/// Which partition of a dataset a row lies in, by the column with this number.
#[derive(Clone, Copy)]
enum Cut {
    Whole,
    Day(usize),
    Month(usize),
    Year(usize),
    /// So many months after the month in the first column, as the second says.
    MonthsAfter,
    /// So many days after the day in the first column, as the second says.
    DaysAfter,
}

/// How far the answer reaches while time goes on.
struct Reach {
    cut: Cut,
    /// Of the events, a dataset sees those in published partitions of these.
    through: &'static [&'static str],
    /// The first and last day the query can say something about, where the dataset says more.
    span: Option<&'static str>,
}

/// Between the first file and the last one the query knows a missing day; the dataset knows it
/// by the calendar.
const FILES: &str = "select min(file_day)::text, max(file_day)::text from raw_retail_file";
/// The query cannot know whether the month of the last event is over; the dataset does.
const CHURN: &str = "select '0001-01-01',
    (date_trunc('month', max(event_time)) - interval '4 months')::date::text from raw_dev";

impl Reach {
    fn of(dataset: &str) -> Self {
        let (cut, through, span): (Cut, &[&str], _) = match dataset {
            "dev_events" => (Cut::Day(1), &[], None),
            // The week that begins at the end of a month is made of the days there are.
            "dev_active" => (Cut::Month(1), &["dev_rows"], None),
            // A session that goes on in the month in progress is known up to the month's end.
            "dev_sessions_daily" => (Cut::Day(0), &["dev_rows", "dev_session_state"], None),
            "dev_retention_monthly" => (Cut::MonthsAfter, &["dev_rows", "dev_user_months"], None),
            "dev_funnel_product" => (Cut::Whole, &["dev_rows", "dev_funnel_steps"], None),
            "dev_churn_monthly" => (Cut::Month(0), &["dev_rows"], Some(CHURN)),
            "dev_top_pages_yearly" => (Cut::Year(0), &["dev_rows"], None),
            "retail_retention_monthly" => (Cut::MonthsAfter, &[], None),
            "retail_missing_days" | "retail_churn_90d" => (Cut::Month(0), &[], Some(FILES)),
            "retail_repeat_monthly" | "retail_top_products_monthly" => (Cut::Month(0), &[], None),
            "click_retention_daily" => (Cut::DaysAfter, &[], None),
            "click_top_urls" => (Cut::Whole, &[], None),
            _ => (Cut::Day(0), &[], None),
        };
        Self { cut, through, span }
    }
}

impl Cut {
    fn label(self, row: &TextRow) -> String {
        let value = |at: usize| row[at].as_deref().expect("keys of partitions are never null");
        let day = |at: usize| value(at).parse::<Date>().unwrap();
        let count = || value(1).parse::<i64>().unwrap();
        match self {
            Self::Whole => "all".to_owned(),
            Self::Day(at) => value(at)[..10].to_owned(),
            Self::Month(at) => value(at)[..7].to_owned(),
            Self::Year(at) => value(at).to_owned(),
            Self::MonthsAfter => month_of(day(0).saturating_add(count().months())),
            Self::DaysAfter => day(0).saturating_add(count().days()).to_string(),
        }
    }
}

impl Reference {
    /// Loads the raw files below `data` into a new database of this server.
    pub(crate) async fn load(server: &PgConnectOptions, name: &str, data: &Path) -> Self {
        let mut db = server.connect().await.unwrap();
        let create = AssertSqlSafe(format!("create database {name}"));
        sqlx::raw_sql(create).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        let mut db = server.clone().database(name).connect().await.unwrap();
        raw::load(&mut db, data).await.unwrap();
        Self(db)
    }

    /// Every dataset must be exactly what the raw files say.
    pub(crate) async fn assert_whole(&mut self, home: &Home) {
        let mut faults = String::new();
        for oracle in ORACLES {
            let expected = plain(answer(&mut self.0, oracle).await.unwrap());
            let actual = exported(home, oracle);
            assert!(!actual.is_empty(), "`{}` has no row", oracle.dataset);
            note(&mut faults, oracle, &expected, &actual);
        }
        assert!(faults.is_empty(), "\n{faults}");
    }

    /// The published partitions of every dataset must be exactly what the raw files say of them.
    ///
    /// The generated feed goes up to now, so some partitions are not over, and what reads ahead
    /// has not seen everything. Which rows can be expected follows from what is published: the
    /// row's own partition, and of the events those in published partitions of what it reads.
    pub(crate) async fn assert_published(&mut self, home: &Home) {
        sqlx::raw_sql("alter table raw_dev rename to raw_dev_all")
            .execute(&mut self.0)
            .await
            .unwrap();
        let mut faults = String::new();
        for oracle in ORACLES {
            let reach = Reach::of(oracle.dataset);
            self.show_events(home, reach.through).await;
            let published = partitions(home, oracle.dataset, "fresh");
            let mut expected = plain(answer(&mut self.0, oracle).await.unwrap());
            expected.retain(|row| published.contains(&reach.cut.label(row)));
            let mut actual =
                if published.is_empty() { nothing(home, oracle) } else { exported(home, oracle) };
            if let Some(span) = reach.span {
                let span: (String, String) =
                    sqlx::query_as(span).fetch_one(&mut self.0).await.unwrap();
                actual.retain(|row| {
                    let day = row[0].as_deref().expect("the column of the day is never null");
                    span.0.as_str() <= day && day <= span.1.as_str()
                });
            }
            note(&mut faults, oracle, &expected, &actual);
        }
        assert!(faults.is_empty(), "\n{faults}");
    }

    /// Lets the queries see the events in published partitions of all these datasets.
    async fn show_events(&mut self, home: &Home, through: &[&str]) {
        let mut sql = "drop view if exists raw_dev;
            create view raw_dev as select * from raw_dev_all where true"
            .to_owned();
        for dataset in through {
            let published = partitions(home, dataset, "fresh");
            let within: Vec<String> = published
                .iter()
                .map(|label| {
                    let (first, end) = days_of(label);
                    format!("event_time >= '{first}' and event_time < '{end}'")
                })
                .collect();
            write!(sql, " and ({})", within.join(" or ")).unwrap();
        }
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.0).await.unwrap();
    }
}

fn note(faults: &mut String, oracle: &Oracle, expected: &[TextRow], actual: &[TextRow]) {
    if let Some(found) = difference(expected, actual) {
        writeln!(faults, "`{}`: {found}", oracle.dataset).unwrap();
    }
}

/// The rows of a dataset as `export` writes them, in the oracle's columns and spelling.
fn exported(home: &Home, oracle: &Oracle) -> Vec<TextRow> {
    let text = home.ok(&["export", oracle.dataset, "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let place = |name: &&str| {
        let found = header.iter().position(|held| held == *name);
        found.unwrap_or_else(|| panic!("`{}` has no column `{name}`", oracle.dataset))
    };
    let places: Vec<usize> = oracle.columns.iter().map(place).collect();
    let is_instant: Vec<bool> =
        oracle.columns.iter().map(|name| ["event_time", "received_at"].contains(name)).collect();
    let row = |record: csv::StringRecord| -> TextRow {
        let value = |(at, is_instant): (&usize, &bool)| match &record[*at] {
            "" => None,
            text if *is_instant => Some(text.replacen('T', " ", 1)),
            text => Some(text.to_owned()),
        };
        places.iter().zip(&is_instant).map(value).collect()
    };
    let rows: Vec<TextRow> = reader.records().map(|record| row(record.unwrap())).collect();
    let mut keys: Vec<Vec<&str>> = rows.iter().map(|row| key(oracle, row)).collect();
    keys.sort_unstable();
    let twice = keys.windows(2).find(|pair| pair[0] == pair[1]);
    assert!(twice.is_none(), "two rows of `{}` have one key: {twice:?}", oracle.dataset);
    rows
}

/// What tells a row from another; a value that is not there is one of its own.
fn key<'a>(oracle: &Oracle, row: &'a TextRow) -> Vec<&'a str> {
    let is_key = |(name, value): (&&str, &'a Option<String>)| {
        oracle.key.contains(name).then(|| value.as_deref().unwrap_or("null"))
    };
    oracle.columns.iter().zip(row).filter_map(is_key).collect()
}

/// A reader of CSV cannot tell an empty text from none.
fn plain(mut rows: Vec<TextRow>) -> Vec<TextRow> {
    for value in rows.iter_mut().flatten() {
        value.take_if(|text| text.is_empty());
    }
    rows
}

/// Where nothing is published there is nothing to export, and the program says so.
fn nothing(home: &Home, oracle: &Oracle) -> Vec<TextRow> {
    let said = home.fails(1, &["export", oracle.dataset]);
    assert!(said.err.contains("TM0206"), "{said:#?}");
    Vec::new()
}
