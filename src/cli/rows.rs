//! (stub)
use std::process::ExitCode; use anyhow::Result; use super::args::*; use super::session::Session;
pub(super) async fn preview(_: &Session, _: &PreviewArgs, _: bool) -> Result<ExitCode> { Ok(ExitCode::SUCCESS) }
pub(super) async fn export(_: &Session, _: &ExportArgs) -> Result<ExitCode> { Ok(ExitCode::SUCCESS) }
