//! What `up` takes when there is nothing to do.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::{Figure, cpu};
use crate::config::Config;

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
    let before = cpu::of(pid)?;
    tokio::time::sleep(WATCH).await;
    let taken = cpu::of(pid)? - before;
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

/// Resident memory of a process, in megabytes.
fn resident(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).context("no VmRSS")?.parse()?;
    Ok(kilobytes / 1000.0)
}
