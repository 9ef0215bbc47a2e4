//! What the attempts of a run said, and how each ended.

use sqlx::PgConnection;

use crate::plan::{AttemptFacts, attempt_end};
use crate::store::{self, AttemptEnd, LogLine, LogQuery};

/// A line of a log.
#[derive(Clone, Debug)]
pub struct Said {
    /// The line.
    pub line: LogLine,
    /// Whether it says how its attempt ended: the attempt itself did not write it.
    pub is_end: bool,
}

/// What the attempts of a run said, in order; after the last line of each that is over, how it
/// ended, so that one that failed without a word has a log too.
///
/// What was said last may still be on its way when an attempt has just ended. Whoever comes back
/// for what follows on a line is told of the end once nothing can come before it any more:
/// `is_followed`.
///
/// # Errors
///
/// When a statement fails.
pub async fn said(
    db: &mut PgConnection,
    query: &LogQuery<'_>,
    is_followed: bool,
) -> store::Result<Vec<Said>> {
    let lines = store::logs(db, query).await?;
    let ends = store::attempt_ends(db, query.run).await?;
    let ends = ends.iter().filter(|end| end.is_settled || !is_followed);
    let ends: Vec<LogLine> = ends.map(line).collect();
    Ok(merged(lines, ends, query))
}

/// The line after the last of an attempt.
fn line(end: &AttemptEnd) -> LogLine {
    let facts = AttemptFacts {
        number: end.number,
        worker: end.worker_id,
        state: &end.state,
        started_at: end.started_at.to_jiff(),
        ended_at: Some(end.ended_at.to_jiff()),
        error_code: end.error_code.as_deref(),
    };
    let host = end.host.split('/').next().unwrap_or_default();
    let text = attempt_end(&facts, host, end.error.as_deref(), end.exit_reason.as_deref());
    let source = match end.state.as_str() {
        "committed" => "info",
        "cancelled" => "warn",
        _ => "error",
    };
    LogLine {
        attempt: end.number,
        number: end.lines + 1,
        at: end.ended_at,
        source: source.to_owned(),
        bytes: i32::try_from(text.len()).unwrap_or(i32::MAX),
        text,
    }
}

/// Puts ends to where they belong among lines that fit a query, as far as they fit it too.
fn merged(lines: Vec<LogLine>, ends: Vec<LogLine>, query: &LogQuery<'_>) -> Vec<Said> {
    let holding = query.holding.map(str::to_lowercase);
    let is_asked_for = |end: &LogLine| {
        query.attempt.is_none_or(|attempt| attempt == end.attempt)
            && query.after < (end.attempt, end.number)
            && holding.as_ref().is_none_or(|text| end.text.to_lowercase().contains(text))
    };
    let mut all: Vec<Said> = lines.into_iter().map(|line| Said { line, is_end: false }).collect();
    for mut end in ends.into_iter().filter(is_asked_for) {
        if let Some(most) = query.characters.and_then(|most| usize::try_from(most).ok()) {
            end.text = end.text.chars().take(most).collect();
        }
        all.push(Said { line: end, is_end: true });
    }
    all.sort_by_key(|said| (said.line.attempt, said.line.number));
    all.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    all
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff_sqlx::ToSqlx as _;

    use super::*;

    fn a_line(attempt: i32, number: i64, text: &str) -> LogLine {
        let (at, bytes) = (Timestamp::UNIX_EPOCH.to_sqlx(), text.len() as i32);
        LogLine { attempt, number, at, source: "info".to_owned(), text: text.to_owned(), bytes }
    }

    /// The log of a first attempt that said two lines, and of a second that said none.
    fn told(lines: &[(i32, i64)], query: LogQuery<'_>) -> String {
        let lines = lines.iter().map(|(attempt, number)| a_line(*attempt, *number, "said"));
        let ends = vec![a_line(1, 3, "Failed"), a_line(2, 1, "Lost")];
        let all = merged(lines.collect(), ends, &LogQuery { limit: query.limit.max(1), ..query });
        let place = |said: &Said| {
            let LogLine { attempt, number, text, .. } = &said.line;
            format!("{attempt}:{number} {text}{}", if said.is_end { "." } else { "" })
        };
        all.iter().map(place).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn an_end_stands_after_the_last_line_of_its_attempt() {
        let whole = LogQuery { limit: 10, ..LogQuery::default() };
        assert_eq!(told(&[(1, 1), (1, 2)], whole), "1:1 said, 1:2 said, 1:3 Failed., 2:1 Lost.");
        let page = LogQuery { limit: 1, ..whole };
        assert_eq!(told(&[(1, 1)], page), "1:1 said", "no end before the lines of a later page");
        let rest = LogQuery { after: (1, 2), ..whole };
        assert_eq!(told(&[], rest), "1:3 Failed., 2:1 Lost.");
        assert_eq!(told(&[], LogQuery { after: (1, 3), ..whole }), "2:1 Lost.", "each once");
        assert_eq!(told(&[], LogQuery { after: (2, 1), ..whole }), "");
        assert_eq!(told(&[], LogQuery { attempt: Some(2), ..whole }), "2:1 Lost.");
        assert_eq!(told(&[], LogQuery { holding: Some("FAIL"), ..whole }), "1:3 Failed.");
        assert_eq!(told(&[], LogQuery { characters: Some(2), ..whole }), "1:3 Fa., 2:1 Lo.");
    }
}
