//! A small disk that can be full.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// A file system of its own, below a folder. It is gone with the value.
pub(super) struct Disk {
    pub(super) path: PathBuf,
}

impl Disk {
    /// Mounts one of so many mebibytes.
    pub(super) fn new(path: PathBuf, mebibytes: u32) -> Self {
        fs::create_dir_all(&path).unwrap();
        let size = format!("size={mebibytes}m");
        let mount = ["-t", "tmpfs", "-o", &size, "tmpfs"];
        let done = as_root("mount").args(mount).arg(&path).status().unwrap();
        assert!(
            done.success(),
            "a full disk needs a small one: `mount` must be permitted, as root"
        );
        if !is_root() {
            let user = format!("{}", nix::unistd::Uid::current());
            assert!(as_root("chown").arg(user).arg(&path).status().unwrap().success());
        }
        Self { path }
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }

    /// Leaves nothing free.
    pub(super) fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        let piece = vec![0; 64 * 1024];
        for size in [piece.len(), 1] {
            while file.write_all(&piece[..size]).is_ok() {}
        }
    }

    /// Leaves as much free as there was.
    pub(super) fn free(&self) {
        let _ = fs::remove_file(self.filler());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process of a test that failed may still look at it.
        let _ = as_root("umount").arg("-l").arg(&self.path).status();
    }
}

fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}
