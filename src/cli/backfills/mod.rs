//! `tidemill backfills` and `tidemill cancel`: look at backfills, and act on them.

mod act;
mod list;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(super) use act::cancel_runs;
pub(super) use list::{rate_text, standing_json};
pub(super) use show::wait_json;

use super::session::Session;

#[derive(Debug, Args)]
pub(super) struct BackfillsArgs {
    #[command(subcommand)]
    command: Option<BackfillsCommand>,
    /// Only those that are not finished.
    #[arg(long)]
    active: bool,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..))]
    limit: i64,
}

#[derive(Debug, Subcommand)]
enum BackfillsCommand {
    /// Show one: by dataset what is done and what is left, why it waits, why it failed.
    Show {
        /// Its number.
        backfill: i64,
        /// The plan it was made from, instead.
        #[arg(long)]
        plan: bool,
    },
    /// Let nothing more of it start; what runs is handed back.
    Pause {
        /// Its number.
        backfill: i64,
        /// Let what runs finish.
        #[arg(long)]
        finish_running: bool,
    },
    /// Let a paused one go on.
    Resume {
        /// Its number.
        backfill: i64,
    },
    /// Cancel everything of it that is not finished, running work included.
    Cancel {
        /// Its number.
        backfill: i64,
    },
    /// Make a new backfill of exactly what failed in it and what was cancelled.
    Retry(RetryArgs),
    /// Change how urgent it is, and how much of it runs at once.
    Set(SetArgs),
}

#[derive(Debug, Args)]
pub(super) struct RetryArgs {
    /// The backfill that failed or was cancelled.
    pub(super) backfill: i64,
    /// Only show the plan.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Apply without asking.
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Record it and leave it to the workers that are there.
    #[arg(long)]
    pub(super) detach: bool,
}

#[derive(Debug, Args)]
struct SetArgs {
    /// Its number.
    backfill: i64,
    /// Within its class, the greater goes first.
    #[arg(long, allow_negative_numbers = true)]
    priority: Option<i16>,
    /// How many of its runs may run at once; `none` for no limit.
    #[arg(long, value_parser = parse_limit, value_name = "N|none")]
    concurrency: Option<Limit>,
}

/// A number, or the word for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit(pub(super) Option<u32>);

/// Reads a positive number or `none`.
pub(super) fn parse_limit(text: &str) -> Result<Limit, String> {
    match text.parse::<u32>() {
        _ if text == "none" => Ok(Limit(None)),
        Ok(0) => Err("with 0 nothing would ever start; pause it instead".to_owned()),
        Ok(number) if i32::try_from(number).is_ok() => Ok(Limit(Some(number))),
        _ => Err(format!("`{text}` is neither a number nor `none`")),
    }
}

#[derive(Debug, Args)]
pub(super) struct CancelArgs {
    /// The runs, by number.
    #[arg(required_unless_present = "undeclared")]
    pub(super) runs: Vec<i64>,
    /// All runs of jobs that are not declared any more: no worker would take them.
    #[arg(long, conflicts_with = "runs")]
    pub(super) undeclared: bool,
}

/// Lists backfills, shows one, or acts on one.
pub(super) async fn backfills(
    session: &Session,
    args: &BackfillsArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let Some(command) = &args.command else {
        return list::list(session, args.active, args.limit, json).await;
    };
    match command {
        BackfillsCommand::Show { backfill, plan: true } => {
            show::plan(session, *backfill, json).await
        }
        BackfillsCommand::Show { backfill, plan: false } => {
            show::show(session, *backfill, json).await
        }
        BackfillsCommand::Pause { backfill, finish_running } => {
            act::pause(session, *backfill, *finish_running, json).await
        }
        BackfillsCommand::Resume { backfill } => act::resume(session, *backfill, json).await,
        BackfillsCommand::Cancel { backfill } => act::cancel(session, *backfill, json).await,
        BackfillsCommand::Retry(args) => super::backfill::retry(session, args, json).await,
        BackfillsCommand::Set(args) => act::set(session, args, json).await,
    }
}
