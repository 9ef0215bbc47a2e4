//! A control group for a child: where a person lets Tidemill make some, the kernel holds a job and
//! all that it starts to its memory.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The control group of one child.
#[derive(Debug)]
pub(super) struct Cgroup {
    folder: PathBuf,
    limit: &'static str,
    kills: &'static str,
}

/// What the two versions of control groups call the limit, and where they count kills.
const VERSIONS: [(&str, &str); 2] =
    [("memory.max", "memory.events"), ("memory.limit_in_bytes", "memory.oom_control")];

impl Cgroup {
    /// Makes a group below `base` and puts a process into it.
    pub(super) fn around(base: &Path, process: u32) -> io::Result<Self> {
        // Version 2 wants to be asked; who may not ask has been given it already, or has version 1.
        let _ = tell(&base.join("cgroup.subtree_control"), "+memory");
        let folder = base.join(format!("executor-{process}"));
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => (),
        }
        let version = VERSIONS.into_iter().find(|(limit, _)| folder.join(limit).exists());
        let Some((limit, kills)) = version else {
            let _ = fs::remove_dir(&folder);
            let text = format!("`{}` cannot limit memory", base.display());
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        };
        let group = Self { folder, limit, kills };
        tell(&group.folder.join("cgroup.procs"), &process.to_string())?;
        Ok(group)
    }

    /// Lets the group have at most so many bytes, or as many as there are.
    pub(super) fn limit(&self, bytes: Option<u64>) -> io::Result<()> {
        let none = if self.limit == "memory.max" { "max" } else { "-1" };
        let text = bytes.map_or_else(|| none.to_owned(), |bytes| bytes.to_string());
        tell(&self.folder.join(self.limit), &text)
    }

    /// Whether the kernel has killed one of the group because it had too much.
    pub(super) fn has_killed(&self) -> bool {
        let text = fs::read_to_string(self.folder.join(self.kills)).unwrap_or_default();
        let mut words = text.lines().filter_map(|line| line.strip_prefix("oom_kill "));
        words.any(|count| count.trim() != "0")
    }
}

/// Writes into a file that the kernel has put there.
fn tell(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes())
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // The killed leave it at once, but are only gone when somebody has waited for them: what
        // is still there is removed together with the next.
        let Some(base) = self.folder.parent() else { return };
        let Ok(entries) = fs::read_dir(base) else { return };
        let left = entries.flatten().map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.strip_prefix("executor-").is_some_and(|pid| !Path::new("/proc").join(pid).exists())
        });
        for folder in left.chain([self.folder.clone()]) {
            // Refused for a group that holds a process.
            let _ = fs::remove_dir(folder);
        }
    }
}
