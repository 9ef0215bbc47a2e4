//! `tidemill doctor`: what is wrong with the live system, in plain words.

use std::process::ExitCode;

use anyhow::Result;

use super::args::DoctorArgs;
use super::output;
use super::session::Session;
use crate::engine;
use crate::plan::{Finding, Severity};

/// How many places of a finding are printed.
const SHOWN: usize = 5;

/// Examines the system; exits with 1 when something is wrong.
///
/// # Errors
///
/// When the database does not answer.
pub(super) async fn doctor(session: &Session, args: &DoctorArgs, json: bool) -> Result<ExitCode> {
    let found = engine::examine(&session.mill, args.deep).await?;
    let wrong = found.iter().filter(|finding| finding.severity == Severity::Wrong).count();
    if json {
        output::json(&serde_json::json!({
            "ok": wrong == 0,
            "deep": args.deep,
            "findings": found.iter().map(view).collect::<Vec<_>>(),
        }));
    } else {
        found.iter().for_each(print);
        output::line(&summary(wrong, found.len() - wrong, args.deep));
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn view(finding: &Finding) -> serde_json::Value {
    serde_json::json!({
        "severity": finding.severity.as_str(),
        "rule": finding.rule,
        "fault": finding.fault,
        "examples": finding.examples,
        "advice": finding.advice,
    })
}

fn print(finding: &Finding) {
    output::line(&format!("{} ({}): {}", finding.severity.as_str(), finding.rule, finding.fault));
    for example in finding.examples.iter().take(SHOWN) {
        output::line(&format!("    {example}"));
    }
    let rest = finding.examples.len().saturating_sub(SHOWN);
    if 0 < rest {
        output::line(&format!("    and {rest} more; --json lists them"));
    }
    output::line(&format!("  what to do: {}", finding.advice));
}

fn summary(wrong: usize, watch: usize, deep: bool) -> String {
    let looked = if deep { "everything that is kept" } else { "the last two days" };
    match (wrong, watch) {
        (0, 0) => format!("nothing is wrong; looked at {looked}, settings, files and housekeeping"),
        (0, watch) => format!("nothing is wrong, and {watch} to watch; looked at {looked}"),
        (wrong, watch) => format!("{wrong} wrong, {watch} to watch; looked at {looked}"),
    }
}
