//! (stub)
use super::args::*;
use super::session::Session;
use anyhow::Result;
use std::process::ExitCode;
pub(super) async fn status(_: &Session, _: bool) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
pub(super) async fn runs(_: &Session, _: &RunsArgs, _: bool) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
pub(super) async fn show(_: &Session, _: &PartitionArgs, _: bool) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
pub(super) async fn partitions(_: &Session, _: &PartitionsArgs, _: bool) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
pub(super) async fn why(_: &Session, _: &WhyArgs, _: bool) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
pub(super) async fn lineage(_: &Session, _: &LineageArgs, _: bool) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
