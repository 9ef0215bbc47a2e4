//! `tidemill check`: the whole project, without data.

use std::process::ExitCode;
use std::time::Instant;

use super::args::CheckArgs;
use super::session::{Declare, load};
use super::{fault::Declared, output};
use crate::config::Config;

/// Checks the project; exits with 2 when something must be mended.
pub(super) fn check(
    declare: &Declare,
    config: &Config,
    args: &CheckArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let loaded = load(declare, config)?;
    let warnings = loaded.verified.warnings;
    if args.strict && !warnings.is_empty() {
        return Err(Declared { faults: warnings, warnings: Vec::new() }.into());
    }
    let jobs: Vec<serde_json::Value> = loaded
        .catalog
        .datasets()
        .iter()
        .zip(&loaded.verified.fingerprints)
        .filter_map(|(dataset, fingerprint)| {
            let fingerprint = fingerprint.as_ref()?;
            Some(serde_json::json!({
                "job": dataset.name.as_str(),
                "partitions": dataset.scheme.to_string(),
                "fingerprint": fingerprint.digest,
                "opaque": fingerprint.opaque,
                "nondeterministic": fingerprint.nondeterministic,
            }))
        })
        .collect();
    let took = began.elapsed().as_secs_f64();
    if json {
        let mut body = output::faults_json(&[], &warnings);
        body["jobs"] = serde_json::Value::Array(jobs);
        body["seconds"] = serde_json::json!(took);
        output::json(&body);
        return Ok(ExitCode::SUCCESS);
    }
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    let sources = loaded.catalog.datasets().len() - jobs.len();
    output::line(&format!(
        "{} and {} are sound ({}, {})",
        output::count(jobs.len() as u64, "job"),
        output::count(sources as u64, "source"),
        output::count(warnings.len() as u64, "warning"),
        output::seconds(took)
    ));
    Ok(ExitCode::SUCCESS)
}
