//! Processor time, as the kernel counts it.

use std::path::Path;

use anyhow::{Context as _, Result};

/// Seconds of processor time that this process, and the database in `home`, have taken so far.
pub(super) fn of_all(home: &Path) -> Result<f64> {
    let postmaster = std::fs::read_to_string(postmaster_file(home)?)?;
    let postmaster: i32 = postmaster.lines().next().context("no process in its file")?.parse()?;
    let mut ticks = 0;
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let Some(fields) = fields(&stat) else { continue };
        let is_ours = pid == postmaster || fields.parent == postmaster || pid == own();
        if is_ours {
            ticks += fields.own;
        }
        // Backends that have ended are counted by who waited for them.
        if pid == postmaster {
            ticks += fields.children;
        }
    }
    Ok(ticks as f64 / TICKS)
}

/// A process and its children, without the database among them.
pub(super) fn family(pid: u32) -> Result<Vec<u32>> {
    let mut all = vec![pid];
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(child) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{child}/stat")) else { continue };
        let is_child = fields(&stat).is_some_and(|fields| fields.parent as u32 == pid);
        if is_child && !stat.contains("(postgres)") {
            all.push(child);
        }
    }
    Ok(all)
}

/// Seconds of processor time that one process has taken so far.
pub(super) fn of(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    Ok(fields(&stat).context("the kernel says nothing of it")?.own as f64 / TICKS)
}

/// Kernel ticks a second, on every Linux of today.
const TICKS: f64 = 100.0;

fn own() -> i32 {
    std::process::id() as i32
}

fn postmaster_file(home: &Path) -> Result<std::path::PathBuf> {
    let mut folders = vec![home.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let file = folder.join("postmaster.pid");
        if file.is_file() {
            return Ok(file);
        }
        let inner = std::fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
        folders.extend(inner.filter(|path| path.is_dir()));
    }
    anyhow::bail!("no database runs in {}", home.display())
}

struct Fields {
    parent: i32,
    own: u64,
    children: u64,
}

fn fields(stat: &str) -> Option<Fields> {
    // The name may hold anything, so what counts comes after its last bracket.
    let rest: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| rest.get(at)?.parse::<u64>().ok();
    Some(Fields {
        parent: rest.get(1)?.parse().ok()?,
        own: number(11)? + number(12)?,
        children: number(13)? + number(14)?,
    })
}
