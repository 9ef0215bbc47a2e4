//! Tells a server that lives from a `postmaster.pid` that outlived it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A process number no system gives out, and that PostgreSQL therefore takes for dead.
const NOBODY: i32 = i32::MAX;

/// The number of the process that is the server of `data_dir`, if it lives.
///
/// The file names a process, but after a crash that number may be anybody's. A server works
/// inside its data directory, so the process must be there too.
pub(super) fn living_server(data_dir: &Path) -> Option<u32> {
    let text = fs::read_to_string(file(data_dir)).ok()?;
    let pid = text.lines().next()?.trim().parse().ok()?;
    works_in(pid, data_dir).then_some(pid)
}

/// Takes the number of a process that is not the server out of the file.
///
/// PostgreSQL would refuse to start while some process has that number. The rest of the file
/// stays: by it, PostgreSQL finds backends that outlived their postmaster, and waits for them.
///
/// # Errors
///
/// When the file cannot be read or written.
pub(super) fn disown(data_dir: &Path) -> io::Result<()> {
    let path = file(data_dir);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    match text.split_once('\n') {
        // Written in place: the file must keep its owner.
        Some((_, rest)) => fs::write(&path, format!("{NOBODY}\n{rest}")),
        // Cut off while it was written; such a server never got as far as its data.
        None => fs::remove_file(&path),
    }
}

fn file(data_dir: &Path) -> PathBuf {
    data_dir.join("postmaster.pid")
}

#[cfg(target_os = "linux")]
fn works_in(pid: u32, data_dir: &Path) -> bool {
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(place) => place == data_dir,
        // Somebody else's process: believe its name, rather than start a second server.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.trim() == "postgres")
        }
        // Gone, or dead and not yet buried.
        Err(_) => false,
    }
}

#[cfg(not(target_os = "linux"))]
fn works_in(pid: u32, data_dir: &Path) -> bool {
    let listing = std::process::Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .output();
    listing.is_ok_and(|output| {
        let command = String::from_utf8_lossy(&output.stdout);
        command.contains("postgres") && command.contains(&*data_dir.to_string_lossy())
    })
}
