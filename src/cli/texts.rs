//! Commands that need neither a project nor a database.

use std::process::ExitCode;

use clap::CommandFactory;

use super::args::Cli;
use super::fault::Fault;
use super::output;
use crate::codes;

/// Prints the help page of a code, or all codes.
pub(super) fn explain(code: Option<&str>, json: bool) -> anyhow::Result<ExitCode> {
    let Some(code) = code else {
        let title = |code: &str| {
            let page = codes::page(code).unwrap_or_default();
            page.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned()
        };
        if json {
            let all: Vec<_> = codes::all()
                .iter()
                .map(|code| serde_json::json!({ "code": code, "title": title(code) }))
                .collect();
            output::json(&serde_json::Value::Array(all));
        } else {
            codes::all().iter().for_each(|code| output::line(&title(code)));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let code = code.to_uppercase();
    let page = codes::page(&code).ok_or_else(|| Fault {
        code: None,
        message: format!("there is no code `{code}`"),
        hint: Some("`tidemill explain` lists every code".to_owned()),
        details: None,
    })?;
    if json {
        output::json(&serde_json::json!({ "code": code, "page": page }));
    } else {
        output::line(page.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a completion script.
pub(super) fn completions(shell: clap_complete::Shell) -> ExitCode {
    // Into memory first: the generator panics when a reader goes away.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tidemill", &mut script);
    output::write(&script);
    ExitCode::SUCCESS
}

/// Prints the OpenAPI document of the server.
pub(super) fn openapi() -> ExitCode {
    output::line(&crate::api::openapi());
    ExitCode::SUCCESS
}
