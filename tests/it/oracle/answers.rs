//! Asks Postgres for an answer, and says how another one differs from it.

use std::cmp::Ordering;
use std::fmt::Write as _;

use anyhow::{Context as _, anyhow, ensure};
use futures::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{Column, PgConnection, Row as _, ValueRef as _};

use super::Oracle;

/// A row of canonical text: dates `2024-03-31`, instants `2024-03-31 23:59:59` (UTC, with a
/// fraction only where there is one), integers plain, money with three places, text as it is.
pub(crate) type TextRow = Vec<Option<String>>;

/// How many rows a difference shows.
const SHOWN_MAX: usize = 10;

/// Computes a dataset in SQL from the raw tables; the rows are sorted by all columns.
///
/// # Errors
///
/// When the query fails, or when it yields other columns than the oracle claims.
pub(crate) async fn answer(db: &mut PgConnection, oracle: &Oracle) -> anyhow::Result<Vec<TextRow>> {
    let failed = || format!("could not compute `{}` in SQL", oracle.dataset);
    // The simple protocol: Postgres itself writes each value as text.
    let mut rows = sqlx::raw_sql(oracle.sql).fetch(db);
    let mut answer = Vec::new();
    while let Some(row) = rows.try_next().await.with_context(failed)? {
        if answer.is_empty() {
            let columns: Vec<_> = row.columns().iter().map(Column::name).collect();
            ensure!(columns == oracle.columns, "{}: its columns are {columns:?}", failed());
        }
        answer.push(text_row(&row).with_context(failed)?);
    }
    answer.sort_unstable();
    Ok(answer)
}

fn text_row(row: &PgRow) -> anyhow::Result<TextRow> {
    let text = |index| {
        let value = row.try_get_raw(index)?;
        if value.is_null() {
            return Ok(None);
        }
        Ok(Some(value.as_str().map_err(|error| anyhow!(error))?.to_owned()))
    };
    (0..row.len()).map(text).collect()
}

/// Says which rows only one side has, as often as it has them; nothing when there are none.
/// The order of the rows does not count.
#[must_use]
pub(crate) fn difference(expected: &[TextRow], actual: &[TextRow]) -> Option<String> {
    let (expected, actual) = (sorted(expected), sorted(actual));
    let (mut missing, mut unexpected) = (0, 0);
    let mut shown = String::new();
    let mut show = |sign, row| {
        if missing + unexpected < SHOWN_MAX {
            write_row(&mut shown, sign, row);
        }
        if sign == '-' { missing += 1 } else { unexpected += 1 }
    };
    let (mut left, mut right) = (expected.iter().peekable(), actual.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(expected_row), Some(actual_row)) => expected_row.cmp(actual_row),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        // The smaller of the two rows is the one that the other side lacks.
        let lone = if order == Ordering::Greater { None } else { left.next() };
        let other = if order == Ordering::Less { None } else { right.next() };
        match (lone, other) {
            (Some(row), None) => show('-', row),
            (None, Some(row)) => show('+', row),
            _ => {}
        }
    }
    (0 < missing + unexpected).then(|| {
        format!(
            "{} rows expected, {} found: {missing} missing (-), {unexpected} unexpected (+)\n\
             {shown}",
            expected.len(),
            actual.len(),
        )
    })
}

fn sorted(rows: &[TextRow]) -> Vec<&TextRow> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_unstable();
    rows
}

fn write_row(text: &mut String, sign: char, row: &TextRow) {
    let values: Vec<_> = row.iter().map(|value| value.as_deref().unwrap_or("null")).collect();
    writeln!(text, "{sign} {}", values.join(" | ")).expect("a string takes every text");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<TextRow> {
        let value = |value: &str| (value != "null").then(|| value.to_owned());
        text.lines().map(|line| line.split_whitespace().map(value).collect()).collect()
    }

    #[test]
    fn the_order_of_the_rows_is_no_difference() {
        assert_eq!(difference(&rows("a 1\nb null"), &rows("b null\na 1")), None);
    }

    #[test]
    fn a_difference_shows_both_sides_of_a_key_together() {
        let found = difference(&rows("a 1\nb 2\nc 3"), &rows("a 1\nb 5\nc 3\nd null"));
        assert_eq!(
            found.as_deref(),
            Some(
                "3 rows expected, 4 found: 1 missing (-), 2 unexpected (+)\n\
                 - b | 2\n\
                 + b | 5\n\
                 + d | null\n"
            )
        );
    }

    #[test]
    fn a_row_that_comes_once_too_often_is_a_difference() {
        let found = difference(&rows("a 1"), &rows("a 1\na 1")).expect("one row is too many");
        assert!(found.ends_with("+ a | 1\n"), "{found}");
    }

    #[test]
    fn a_long_difference_is_counted_but_not_shown_whole() {
        let found = difference(&rows(&"a 1\n".repeat(25)), &[]).expect("all rows are missing");
        assert!(found.starts_with("25 rows expected, 0 found: 25 missing"), "{found}");
        assert_eq!(found.lines().count(), 1 + SHOWN_MAX);
    }
}
