//! What `up` takes when there is nothing to do.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::{Figure, cpu};
use crate::config::Config;

/// Until executors that nobody needs are let go: they wait a minute for another attempt.
const SETTLE: Duration = Duration::from_mins(2);
/// For how long it is watched.
const WATCH: Duration = Duration::from_secs(30);

/// Starts `up` of this very program in a folder of its own, waits until everything is made, and
/// watches it: percent of a core, and memory, without its Postgres.
pub(super) async fn idle(config: &Config) -> Result<Vec<Figure>> {
    let home = std::env::temp_dir().join(format!("tidemill-bench-idle-{}", std::process::id()));
    std::fs::create_dir_all(&home)?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["up", "--listen", "127.0.0.1:0"])
        .env("TIDEMILL_HOME", &home)
        .env_remove("DATABASE_URL")
        .env_remove("TIDEMILL_DATA")
        .env_remove("TIDEMILL_LAKE")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    if let Some(bin) = &config.pg_bin {
        command.env("TIDEMILL_PG_BIN", bin);
    }
    let mut child = command.spawn().context("could not start `up`")?;
    let lines = child.stdout.take().context("the child's lines are piped")?;
    let mut lines = BufReader::new(lines).lines();
    while let Some(line) = lines.next_line().await? {
        if line.contains("up to date") && !line.starts_with("backfill") {
            break;
        }
    }
    let pid = child.id().context("`up` ended before everything was made")?;
    tokio::time::sleep(SETTLE).await;
    let before = taken(pid)?;
    tokio::time::sleep(WATCH).await;
    let taken = taken(pid)? - before;
    let memory = resident(pid)?;
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(pid as i32),
        nix::sys::signal::Signal::SIGTERM,
    )?;
    child.wait().await?;
    std::fs::remove_dir_all(&home)?;
    let seconds = WATCH.as_secs();
    let figure = |name, value, unit, limit, against| Figure {
        name,
        value,
        unit,
        limit,
        samples: seconds as usize,
        against,
    };
    Ok(vec![
        figure("idle", taken / seconds as f64 * 100.0, "%", 100.0, "a core"),
        figure("idle_memory", memory, "MB", 150.0, "the budget"),
    ])
}

/// Processor time of `up` and of the executors it keeps ready, in seconds.
fn taken(up: u32) -> Result<f64> {
    cpu::family(up)?.into_iter().map(cpu::of).sum()
}

/// Resident memory of `up` and of the executors it keeps ready, in megabytes; what they share is
/// counted once.
fn resident(up: u32) -> Result<f64> {
    let one = |pid: u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let line = text.lines().find(|line| line.starts_with("Pss:")).context("no Pss")?;
        Ok(line.split_whitespace().nth(1).context("no Pss")?.parse::<f64>()? / 1000.0)
    };
    cpu::family(up)?.into_iter().map(one).sum()
}
