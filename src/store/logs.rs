//! What attempts said, in pieces.

use std::collections::BTreeMap;

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::Result;
use super::commit::clean;

/// Some lines of an attempt, one after the other.
#[derive(Clone, Debug, Default)]
pub struct LogChunk {
    /// The run.
    pub run: i64,
    /// The attempt.
    pub attempt: i32,
    /// The number of the first line, from 1.
    pub first_line: i64,
    /// How many bytes were said before it.
    pub first_byte: i64,
    /// When each line was said.
    pub at: Vec<jiff::Timestamp>,
    /// Where each line comes from: `stdout`, `stderr`, or the level of an event.
    pub sources: Vec<&'static str>,
    /// The lines.
    pub lines: Vec<String>,
    /// Pieces that begin in this range of bytes make room.
    pub drop_range: Option<(i64, i64)>,
}

/// A line that an attempt said.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// The attempt.
    pub attempt: i32,
    /// Its number in the attempt, from 1; where one is skipped, lines were left out.
    pub number: i64,
    /// When it was said.
    pub at: Timestamp,
    /// Where it comes from: `stdout`, `stderr`, or the level of an event.
    pub source: String,
    /// The line, or its beginning.
    pub text: String,
    /// How many bytes the whole line has.
    pub bytes: i32,
}

impl LogLine {
    /// How many lines were left out before it, when it comes after this attempt and line.
    #[must_use]
    pub const fn left_out(&self, after: (i32, i64)) -> i64 {
        let expected = if self.attempt == after.0 { after.1 + 1 } else { 1 };
        self.number - expected
    }
}

/// Which lines are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogQuery<'a> {
    /// The run.
    pub run: i64,
    /// One attempt only.
    pub attempt: Option<i32>,
    /// After this attempt and line.
    pub after: (i32, i64),
    /// At most so many.
    pub limit: i64,
    /// At most so many characters of each; all when that is none.
    pub characters: Option<i32>,
    /// Only those that hold this text, whatever the size of its letters.
    pub holding: Option<&'a str>,
}

/// Writes down what attempts said. Sending the same again changes nothing.
///
/// # Errors
///
/// When a statement fails.
pub async fn append_logs(db: &mut PgConnection, chunks: &[LogChunk]) -> Result<()> {
    let rows = chunks.iter().map(|chunk| {
        serde_json::json!({
            "run_id": chunk.run,
            "attempt": chunk.attempt,
            "first_line": chunk.first_line,
            "first_byte": chunk.first_byte,
            "said_at": chunk.at.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "sources": chunk.sources,
            "lines": chunk.lines.iter().map(|line| clean(line)).collect::<Vec<_>>(),
        })
    });
    sqlx::query_file!("src/store/sql/append_logs.sql", serde_json::Value::Array(rows.collect()))
        .execute(&mut *db)
        .await?;
    // Of several pieces of one attempt, the last knows best how much there is.
    let of_piece = |chunk: &LogChunk| Some(((chunk.run, chunk.attempt), chunk.drop_range?));
    let full: BTreeMap<(i64, i32), (i64, i64)> = chunks.iter().filter_map(of_piece).collect();
    for ((run, attempt), (from, until)) in full {
        sqlx::query!(
            "delete from tidemill.attempt_log
             where run_id = $1 and attempt = $2 and $3 <= first_byte and first_byte < $4",
            run,
            attempt,
            from,
            until,
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// What attempts of a run said, in order.
///
/// # Errors
///
/// When the statement fails.
pub async fn logs(db: &mut PgConnection, query: &LogQuery<'_>) -> Result<Vec<LogLine>> {
    Ok(sqlx::query_file_as!(
        LogLine,
        "src/store/sql/attempt_log.sql",
        query.run,
        query.attempt,
        query.after.0,
        query.after.1,
        query.limit,
        query.characters,
        query.holding,
    )
    .fetch_all(db)
    .await?)
}
