//! `tidemill logs`: what the attempts of a run said.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::args::LogsArgs;
use super::fault::Fault;
use super::output;
use super::session::Session;
use crate::engine;
use crate::store::{self, LogLine, LogQuery};

/// How many lines are read at once.
const PAGE: i64 = 5_000;
/// How often `--follow` looks for more.
const LOOK: Duration = Duration::from_millis(500);

/// Prints what the attempts of a run said, and with `--follow` what they say until it has ended.
pub(super) async fn logs(session: &Session, args: &LogsArgs, json: bool) -> Result<ExitCode> {
    let mut db = session.mill.pool.acquire().await?;
    // The state comes first: when it is final, the lines that are read after it are all there are.
    exists(&mut db, args.run).await?;
    let mut is_over = store::is_over(&mut db, args.run, args.attempt).await?;
    let attempts = store::attempts(&mut db, args.run).await?;
    if let Some(wanted) = args.attempt
        && !args.follow
        && !attempts.iter().any(|attempt| attempt.number == wanted)
    {
        let message = format!("run {} has no attempt {wanted}", args.run);
        let hint = format!("it has {}", output::count(attempts.len() as u64, "attempt"));
        return Err(Fault { code: None, message, hint: Some(hint), details: None }.into());
    }
    let mut printer = Printer { json, last: (0, 0), lines: Vec::new() };
    loop {
        let (run, attempt, after) = (args.run, args.attempt, printer.last);
        let query = LogQuery { run, attempt, after, limit: PAGE, ..LogQuery::default() };
        let said = engine::said(&mut db, &query, args.follow).await?;
        let lines: Vec<LogLine> = said.into_iter().map(|said| said.line).collect();
        let is_all = (lines.len() as i64) < PAGE;
        printer.print(lines, args.follow);
        if !is_all {
            continue;
        }
        if is_over || !args.follow {
            break;
        }
        tokio::time::sleep(LOOK).await;
        is_over = store::is_over(&mut db, args.run, args.attempt).await?;
    }
    if json && !args.follow {
        output::json(&Value::Array(printer.lines));
    } else if printer.last == (0, 0) {
        let yet = if is_over { "" } else { " yet" };
        eprintln!("run {} has said nothing{yet}", args.run);
    }
    Ok(ExitCode::SUCCESS)
}

async fn exists(db: &mut PgConnection, run: i64) -> Result<()> {
    let found = store::run_line(db, run).await?;
    found.map(drop).ok_or_else(|| Fault::no_run(run).into())
}

struct Printer {
    json: bool,
    /// The last attempt and line.
    last: (i32, i64),
    /// What is printed at the end, as one value.
    lines: Vec<Value>,
}

impl Printer {
    fn print(&mut self, lines: Vec<LogLine>, follow: bool) {
        for line in lines {
            let is_next = line.attempt != self.last.0;
            let left_out = line.left_out(self.last);
            self.last = (line.attempt, line.number);
            if self.json {
                let value = line_json(&line);
                match follow {
                    true => output::json(&value),
                    false => self.lines.push(value),
                }
                continue;
            }
            if is_next {
                output::line(&format!("attempt {}", line.attempt));
            }
            if 0 < left_out {
                let count = output::count(left_out as u64, "line");
                output::line(&format!("  … {count} left out …"));
            }
            let at = line.at.to_jiff().strftime("%H:%M:%S%.3f");
            output::line(&format!("  {at} {:<6} {}", line.source, harmless(&line.text)));
        }
    }
}

/// Text that cannot move the cursor of a terminal or change its colors.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

fn line_json(line: &LogLine) -> Value {
    json!({
        "attempt": line.attempt,
        "line": line.number,
        "at": line.at.to_jiff().to_string(),
        "source": line.source,
        "text": line.text,
    })
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn what_a_job_says_cannot_take_over_the_terminal() {
        assert_eq!(harmless("a\tb\u{1b}[2Jc\u{7}"), "a\tb\u{fffd}[2Jc\u{fffd}");
    }
}
