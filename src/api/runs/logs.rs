//! `GET /runs/{id}/logs`: what the attempts of a run said.

use axum::Json;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::naming;
use super::super::problem::{Answer, Problem};
use super::super::query::{Asked, At};
use super::row::find_by;
use crate::engine::{self, Said};
use crate::store::{self, LogQuery};

/// How many lines a page has at most.
const LINES_MAX: u32 = 5_000;
/// How many it has when nothing is said.
const LINES: u32 = 1_000;
/// How much of a line is shown, in bytes.
const LINE_MAX: usize = 4 << 10;
/// How long a text that is searched for may be.
const SEARCH_MAX: usize = 200;

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LogFilter {
    /// Of this attempt.
    attempt: Option<i32>,
    /// After this one, as `next` of the page before says: `attempt:line`.
    #[param(example = "1:250")]
    after: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 5000, default = 1000)]
    limit: Option<u32>,
    /// That hold this text, whatever the size of its letters.
    q: Option<String>,
}

/// Lines that attempts said, in order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct LogPage {
    /// The lines.
    lines: Vec<LogLine>,
    /// Where to go on: with the next lines, or with those that are still to come. None when there
    /// are no more and none will come.
    next: Option<String>,
    /// Whether these were the last, and none will come.
    ended: bool,
}

/// Where a line comes from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum LogSource {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A tracing event, whose level is in front of its text; and, after the last line of an
    /// attempt, how it ended.
    Event,
}

/// A line as the job wrote it: text, whatever characters are in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct LogLine {
    /// The attempt.
    attempt: i32,
    /// Its number in the attempt, from 1.
    number: i64,
    /// When it was said.
    at: Instant,
    /// Where it comes from.
    source: LogSource,
    /// The line, cut after 4 KiB; then it says how long it is.
    text: String,
    /// Whether lines before it were left out.
    gap: bool,
}

/// Which lines of a run are asked for, and how far somebody has read.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) run: i64,
    pub(super) attempt: Option<i32>,
    pub(super) after: (i32, i64),
    pub(super) holding: Option<String>,
}

impl Reading {
    /// The next lines, at most so many; moves on to the last of them.
    pub(super) async fn next(
        &mut self,
        may: &May<act::ReadRuns>,
        db: &mut PgConnection,
        limit: u32,
    ) -> Answer<Vec<LogLine>> {
        let query = LogQuery {
            run: self.run,
            attempt: self.attempt,
            after: self.after,
            limit: i64::from(limit),
            characters: Some(LINE_MAX as i32),
            holding: self.holding.as_deref(),
        };
        let said = engine::said(db, &query, true).await?;
        let lines = said.into_iter().map(|Said { line: mut row, is_end }| {
            // Between lines that were searched for, others are missing in any case.
            let gap = self.holding.is_none() && 0 < row.left_out(self.after);
            self.after = (row.attempt, row.number);
            if is_end {
                row.text = naming::conceal(may, row.text);
            }
            line(row, gap)
        });
        Ok(lines.collect())
    }

    /// The place it has come to.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.after.0, self.after.1)
    }
}

/// Reads a place: `attempt:line`.
pub(super) fn place(text: &str) -> Answer<(i32, i64)> {
    let read = text.split_once(':').and_then(|(attempt, line)| {
        let (attempt, line) = (attempt.parse::<i32>().ok()?, line.parse::<i64>().ok()?);
        (0 <= attempt && 0 <= line).then_some((attempt, line))
    });
    read.ok_or_else(|| {
        Problem::invalid("`after` is no place in a log")
            .hint("take `next` of the page before, as it is, such as `1:250`")
    })
}

/// What the attempts of a run said.
#[utoipa::path(
    get,
    path = "/runs/{id}/logs",
    tag = "runs",
    params(("id" = i64, Path, description = "The number of the run."), LogFilter),
    responses(
        (status = OK, body = LogPage),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn logs(
    may: May<act::ReadRuns>,
    At(id): At<i64>,
    Asked(filter): Asked<LogFilter>,
) -> Answer<Json<LogPage>> {
    let limit = filter.limit.unwrap_or(LINES);
    if !(1..=LINES_MAX).contains(&limit) {
        let message = format!("a page has 1 to {LINES_MAX} lines, not {limit}");
        return Err(Problem::invalid(message));
    }
    let holding = filter.q.filter(|text| !text.is_empty());
    if holding.as_ref().is_some_and(|text| SEARCH_MAX < text.len()) {
        return Err(Problem::invalid(format!("`q` has at most {SEARCH_MAX} bytes")));
    }
    let after = filter.after.as_deref().map(place).transpose()?.unwrap_or_default();
    let mut reading = Reading { run: id, attempt: filter.attempt, after, holding };
    let mut db = may.db().await?;
    find_by(&may, &mut db, id).await?;
    // First: when it is over, the lines that are read after it are all there are.
    let is_over = store::is_over(&mut db, id, reading.attempt).await?;
    let lines = reading.next(&may, &mut db, limit).await?;
    let ended = is_over && lines.len() < limit as usize;
    let next = (!ended).then(|| reading.place());
    Ok(Json(LogPage { lines, next, ended }))
}

fn line(row: store::LogLine, gap: bool) -> LogLine {
    let (source, text) = match row.source.as_str() {
        "stdout" => (LogSource::Stdout, row.text),
        "stderr" => (LogSource::Stderr, row.text),
        level => (LogSource::Event, format!("{} {}", level.to_uppercase(), row.text)),
    };
    let text = cut(text, row.bytes.try_into().unwrap_or_default());
    LogLine { attempt: row.attempt, number: row.number, at: row.at.into(), source, text, gap }
}

/// The beginning of a line that has so many bytes in all.
fn cut(mut text: String, bytes: usize) -> String {
    if bytes <= LINE_MAX && text.len() <= LINE_MAX + 8 {
        return text;
    }
    let mut end = LINE_MAX.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text.push_str(&format!(" […cut: the line has {bytes} bytes]"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("short".to_owned(), 5), "short");
        let whole = "x".repeat(LINE_MAX);
        assert_eq!(cut(whole.clone(), LINE_MAX), whole);
        let long = cut("é".repeat(LINE_MAX), 2 * LINE_MAX);
        assert_eq!(long.matches('é').count(), LINE_MAX / 2);
        assert!(long.ends_with("é […cut: the line has 8192 bytes]"), "{long}");
        let odd = cut(format!("x{}", "é".repeat(LINE_MAX)), 2 * LINE_MAX + 1);
        assert_eq!(odd.matches('é').count(), LINE_MAX / 2 - 1);
    }

    #[test]
    fn a_place_is_an_attempt_and_a_line() {
        assert_eq!(place("2:17").unwrap(), (2, 17));
        assert_eq!(place("0:0").unwrap(), (0, 0));
        for wrong in ["", "2", "2:", ":2", "-1:2", "1:-2", "1:2:3", "x:y", "99999999999:1"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
