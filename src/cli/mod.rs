//! What the terminal sees.

mod announce;
mod args;
mod backfill;
mod backfills;
mod bench;
mod check;
#[cfg(test)]
mod equivalent;
mod exec;
mod clean;
mod counts;
mod doctor;
mod fault;
mod hook;
mod inspect;
mod logs;
mod output;
mod pause;
mod people;
mod plan_view;
mod pools;
mod progress;
mod reach;
mod rows;
mod schedules;
mod session;
mod slas;
mod texts;
mod under_way;
mod welcome;
mod keeper;
mod roles;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use session::{Declare, Session};

use crate::config::Config;

/// Runs the command that was typed.
pub(crate) fn run(declare: &Declare) -> ExitCode {
    let cli = Cli::parse();
    if let Command::Exec { name } = &cli.command {
        return exec::exec(declare, &Config::read(), name);
    }
    let config = Config::read();
    let _telemetry = crate::telemetry::init(crate::telemetry::Options {
        verbose: cli.verbose,
        serving: matches!(
            cli.command,
            Command::Up(_) | Command::Scheduler | Command::Worker(_) | Command::Server(_)
        ),
        otlp: config.otlp.as_deref(),
    });
    match dispatch(declare, &config, &cli) {
        Ok(code) => code,
        Err(error) => fault::report(&error, cli.json),
    }
}

fn dispatch(declare: &Declare, config: &Config, cli: &Cli) -> anyhow::Result<ExitCode> {
    if let Some(text) = &config.failpoint {
        crate::failpoint::arm(text)
            .map_err(|why| anyhow::anyhow!("TIDEMILL_FAILPOINT is not understood: {why}"))?;
    }
    match &cli.command {
        Command::Explain { code } => texts::explain(code.as_deref(), cli.json),
        Command::Openapi => Ok(texts::openapi()),
        Command::Completions { shell } => Ok(texts::completions(*shell)),
        Command::Check(args) => check::check(declare, config, args, cli.json),
        _ => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let outcome = match &cli.command {
                Command::Bench(args) => runtime.block_on(bench::bench(config, args, cli.json)),
                _ => runtime.block_on(with_session(declare, config, cli)),
            };
            // A query that does not stop must not keep the process.
            runtime.shutdown_timeout(std::time::Duration::from_secs(2));
            outcome
        }
    }
}

async fn with_session(declare: &Declare, config: &Config, cli: &Cli) -> anyhow::Result<ExitCode> {
    let session = Session::open(declare, config).await?;
    let json = cli.json;
    let outcome = match &cli.command {
        Command::Up(args) => roles::up(&session, args).await,
        Command::Scheduler => roles::scheduler(&session).await,
        Command::Worker(args) => roles::worker(&session, args).await,
        Command::Server(args) => roles::server(&session, args).await,
        Command::Plan(args) => backfill::plan(&session, args, json).await,
        Command::Backfill(args) => backfill::backfill(&session, args, json).await,
        Command::Backfills(args) => backfills::backfills(&session, args, json).await,
        Command::Cancel(args) => backfills::cancel_runs(&session, args, json).await,
        Command::Pools(args) => pools::pools(&session, args, json).await,
        Command::Run(args) => backfill::run(&session, args, json).await,
        Command::Status => inspect::status(&session, json).await,
        Command::Runs(args) => inspect::runs(&session, args, json).await,
        Command::Logs(args) => logs::logs(&session, args, json).await,
        Command::Show(args) => inspect::show(&session, args, json).await,
        Command::Partitions(args) => inspect::partitions(&session, args, json).await,
        Command::Why(args) => inspect::why(&session, args, json).await,
        Command::Lineage(args) => inspect::lineage(&session, args, json).await,
        Command::Preview(args) => rows::preview(&session, args, json).await,
        Command::Export(args) => rows::export(&session, args).await,
        Command::Schedules(args) => schedules::schedules(&session, args, json).await,
        Command::Slas(args) => slas::slas(&session, args, json).await,
        Command::Pause(args) => pause::pause(&session, args, json).await,
        Command::Resume(args) => pause::resume(&session, args, json).await,
        Command::Register { dimension, value } => {
            inspect::register(&session, dimension, value, json).await
        }
        Command::Announce { source } => announce::announce(&session, source, json).await,
        Command::Automation => announce::automation(&session, json).await,
        Command::Approve(args) => announce::approve(&session, args, json).await,
        Command::Clean(args) => clean::clean(&session, args, json).await,
        Command::User(args) => people::users(&session, args, json).await,
        Command::Token(args) => people::tokens(&session, args, json).await,
        Command::Doctor(args) => doctor::doctor(&session, args, json).await,
        Command::Bench(_)
        | Command::Check(_)
        | Command::Exec { .. }
        | Command::Explain { .. }
        | Command::Openapi
        | Command::Completions { .. } => {
            unreachable!("handled without the project's database")
        }
    };
    let closed = session.close().await;
    let code = outcome?;
    closed?;
    Ok(code)
}
