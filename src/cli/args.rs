//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::backfills::{BackfillsArgs, CancelArgs};
use super::people::{TokenArgs, UserArgs};
use super::pools::PoolsArgs;

/// Batch and backfill for product analytics: partitions published exactly once.
#[derive(Debug, Parser)]
#[command(name = "tidemill", version, max_term_width = 100, disable_help_subcommand = true)]
pub(super) struct Cli {
    /// Answer as JSON on standard output.
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Say more on standard error; twice for everything.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Bring everything up to date, then serve and keep it so.
    Up(UpArgs),
    /// Decide what is made and ask for it, for workers elsewhere; any number may.
    Scheduler,
    /// Make what schedulers and people ask for; any number may.
    Worker(WorkerArgs),
    /// Show how everything stands, and nothing else.
    Server(ServerArgs),
    /// Check the whole project without reading data.
    Check(CheckArgs),
    /// Show what a backfill would do, and why.
    Plan(BackfillArgs),
    /// Make partitions: plan, ask, apply, and follow to the end.
    Backfill(BackfillArgs),
    /// List backfills, look at one, or pause, resume, cancel, retry or change it.
    Backfills(BackfillsArgs),
    /// Cancel runs, and what needs them.
    Cancel(CancelArgs),
    /// List pools with what holds their slots, or change one.
    Pools(PoolsArgs),
    /// Make one partition now, fresh or not.
    Run(RunArgs),
    /// Show where everything stands.
    Status,
    /// List runs, newest first.
    Runs(RunsArgs),
    /// Show what the attempts of a run said.
    Logs(LogsArgs),
    /// Show a dataset, or one of its partitions.
    Show(PartitionArgs),
    /// Show where the partitions of a dataset stand, as ranges.
    Partitions(PartitionsArgs),
    /// Say why a partition is as it is.
    Why(WhyArgs),
    /// Show what a partition was made from and what was made from it.
    Lineage(LineageArgs),
    /// Print the first rows of a published partition.
    Preview(PreviewArgs),
    /// Write the published rows of a dataset, or of a stretch of it.
    Export(ExportArgs),
    /// Register a value of a dynamic dimension; values in the paths of sources register themselves.
    Register {
        /// The dimension.
        dimension: String,
        /// Its value.
        value: String,
    },
    /// Show the schedules: when each job is due next, and what became of its last tick.
    Schedules(SchedulesArgs),
    /// Show what is promised, how each promise stands, and how well it was kept.
    Slas(super::slas::SlasArgs),
    /// Start no more runs of a job, or record no more ticks of its schedule.
    Pause(PauseArgs),
    /// Go on with what was paused.
    Resume(PauseArgs),
    /// Have a source looked at at once: whoever writes its files says that they are there.
    Announce {
        /// The source.
        source: String,
    },
    /// List what waits before it is made by itself, why, and until when.
    Automation,
    /// Let go of what waits, as `automation` lists it.
    Approve(ApproveArgs),
    /// Run jobs for the worker that starts this.
    #[command(hide = true)]
    Exec {
        /// The name under which the worker listens.
        name: String,
    },
    /// Delete what nothing needs any more: objects that nothing names, superseded versions.
    Clean(CleanArgs),
    /// Examine the live system, and say in plain words what is wrong and what to do.
    Doctor(DoctorArgs),
    /// List who may sign in to the server, or change that.
    User(UserArgs),
    /// List the tokens that programs show to the server, or make or revoke one.
    Token(TokenArgs),
    /// Explain an error code.
    Explain {
        /// A code, such as TM0103; without it, all codes are listed.
        code: Option<String>,
    },
    /// Print the OpenAPI document of the server.
    Openapi,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Measure this machine: overhead per partition, and planning.
    Bench(BenchArgs),
}

#[derive(Debug, Args)]
pub(super) struct UpArgs {
    /// Stop once everything is up to date.
    #[arg(long)]
    pub(super) once: bool,
    /// Where to listen; a port of 0 takes any free one.
    #[arg(long)]
    pub(super) listen: Option<String>,
    /// Open the pages in a browser, signed in; without it, only from a terminal.
    #[arg(long)]
    pub(super) open: bool,
}

#[derive(Debug, Args)]
pub(super) struct WorkerArgs {
    /// How many partitions are made at once; without it, as `TIDEMILL_SLOTS` says.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) slots: Option<u16>,
    /// Only runs of these pools, by name, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub(super) pools: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct ServerArgs {
    /// Where to listen; a port of 0 takes any free one.
    #[arg(long)]
    pub(super) listen: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Treat warnings as faults.
    #[arg(long)]
    pub(super) strict: bool,
}

/// Which partition, where a dataset has dimensions besides time.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Where {
    /// The value of a dimension, as `name=value`; may be given more than once.
    #[arg(long = "where", short = 'w', value_name = "NAME=VALUE")]
    pub(super) dimensions: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct BackfillArgs {
    /// The dataset; without it, every dataset.
    pub(super) dataset: Option<String>,
    /// Which partitions: `2024-03-31`, `2024-03`, `2024-01..2024-03` (both ends included), several
    /// joined by commas; without it, all.
    pub(super) partitions: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
    /// Those that are not published.
    #[arg(long)]
    pub(super) missing: bool,
    /// Those whose last run failed.
    #[arg(long)]
    pub(super) failed: bool,
    /// Those made from other code or other inputs than those of now.
    #[arg(long)]
    pub(super) stale: bool,
    /// All, fresh ones too.
    #[arg(long)]
    pub(super) all: bool,
    /// Also what they are made from.
    #[arg(long)]
    pub(super) upstream: bool,
    /// Also what is made from them.
    #[arg(long)]
    pub(super) downstream: bool,
    /// Newest partitions first.
    #[arg(long)]
    pub(super) newest_first: bool,
    /// How many of its partitions are made at once; as many as fit otherwise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff))]
    pub(super) concurrency: Option<u32>,
    /// Of backfills of a class, the greater goes first.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub(super) priority: i16,
    /// With which class of work it shares pools.
    #[arg(long, value_enum, default_value_t = ClassArg::Backfill)]
    pub(super) class: ClassArg,
    /// Estimate for so many slots, instead of those that there are.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) slots: Option<u32>,
    /// Record it and leave it to the workers that are there.
    #[arg(long)]
    pub(super) detach: bool,
    /// Only show the plan.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Apply without asking.
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Apply only if the plan still has this hash, as `plan` printed it.
    #[arg(long, value_name = "HASH")]
    pub(super) expect: Option<String>,
}

/// A class of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ClassArg {
    /// Like what has just fallen due.
    Live,
    /// Like late data and corrections.
    Late,
    /// History.
    Backfill,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The job.
    pub(super) job: String,
    /// The partition; without it, the only one.
    pub(super) partition: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
}

#[derive(Debug, Args)]
pub(super) struct RunsArgs {
    /// Of this dataset.
    pub(super) dataset: Option<String>,
    /// Of this partition.
    pub(super) partition: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
    /// Of this backfill.
    #[arg(long)]
    pub(super) backfill: Option<i64>,
    /// One run, with its attempts.
    #[arg(long)]
    pub(super) id: Option<i64>,
    /// In this state: waiting, ready, running, backoff, succeeded, failed, cancelled.
    #[arg(long)]
    pub(super) state: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..))]
    pub(super) limit: i64,
}

#[derive(Debug, Args)]
pub(super) struct LogsArgs {
    /// The run, as `tidemill runs` numbers it.
    pub(super) run: i64,
    /// Only of this attempt, from 1.
    #[arg(long, value_name = "N")]
    pub(super) attempt: Option<i32>,
    /// Go on until the run has ended.
    #[arg(long, short)]
    pub(super) follow: bool,
}

#[derive(Debug, Args)]
pub(super) struct PartitionArgs {
    /// The dataset.
    pub(super) dataset: String,
    /// The partition.
    pub(super) partition: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
}

#[derive(Debug, Args)]
pub(super) struct PartitionsArgs {
    /// The dataset.
    pub(super) dataset: String,
    /// Only these.
    pub(super) partitions: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
    /// Only this status: fresh, stale, missing, missing-upstream, failed, waiting, running.
    #[arg(long)]
    pub(super) status: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// The dataset.
    pub(super) dataset: String,
    /// The partition; without it, the only one.
    pub(super) partition: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
}

#[derive(Debug, Args)]
pub(super) struct LineageArgs {
    /// The dataset.
    pub(super) dataset: String,
    /// The partition; without it, the only one.
    pub(super) partition: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
    /// Only what it was made from.
    #[arg(long)]
    pub(super) up: bool,
    /// Only what was made from it.
    #[arg(long)]
    pub(super) down: bool,
    /// How many steps.
    #[arg(long, default_value_t = 1)]
    pub(super) depth: i32,
}

#[derive(Debug, Args)]
pub(super) struct PreviewArgs {
    /// The dataset.
    pub(super) dataset: String,
    /// The partition; without it, the latest.
    pub(super) partition: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
    /// How many rows.
    #[arg(long, default_value_t = 10)]
    pub(super) rows: u32,
    /// The rows of its text inputs that could not be read, instead of its own.
    #[arg(long)]
    pub(super) rejected: bool,
}

/// How exported rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Parquet.
    Parquet,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The dataset.
    pub(super) dataset: String,
    /// Which partitions; without it, all.
    pub(super) partitions: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
    /// How rows are written; without it, what the ending of the file says, or CSV.
    #[arg(long, value_enum)]
    pub(super) format: Option<ExportFormat>,
    /// Where to; standard output otherwise.
    #[arg(long, short)]
    pub(super) output: Option<std::path::PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SchedulesArgs {
    #[command(subcommand)]
    pub(super) command: Option<SchedulesCommand>,
}

#[derive(Debug, Subcommand)]
pub(super) enum SchedulesCommand {
    /// Show the latest ticks of a job's schedule, and what became of each.
    Show {
        /// The job.
        job: String,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
    },
}

#[derive(Debug, Args)]
pub(super) struct PauseArgs {
    /// The job.
    pub(super) job: String,
    /// Only its schedule: its runs go on, and ticks until it is resumed are skipped.
    #[arg(long)]
    pub(super) schedule: bool,
}

#[derive(Debug, Args)]
pub(super) struct ApproveArgs {
    /// The dataset.
    pub(super) dataset: String,
    /// Which partitions; without it, all that wait.
    pub(super) partitions: Option<String>,
    #[command(flatten)]
    pub(super) within: Where,
}

#[derive(Debug, Args)]
pub(super) struct CleanArgs {
    /// List what would be deleted, and delete nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Read every published file, not a sample, and watch for half a minute whether workers live.
    #[arg(long)]
    pub(super) deep: bool,
}

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// Which; without it, all: `noop_throughput`, `noop_throughput_10m_history`,
    /// `handover_latency`, `plan_million`, `plan_million_published`, `check_500`, `enqueue_100k`,
    /// `cancel_100k`, `overhead_per_partition`, `overhead_vs_polars`, `fuse_speedup`, `idle`, `api`.
    pub(super) name: Option<String>,
    /// Over how many days the million runs of `api` are spread.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) days: u16,
}
