//! (stub)
use super::args::*;
use super::session::Session;
use anyhow::Result;
use std::process::ExitCode;
pub(super) async fn preview(_: &Session, _: &PreviewArgs, _: bool) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
pub(super) async fn export(_: &Session, _: &ExportArgs) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
