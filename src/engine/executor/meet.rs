//! How a worker and its child find each other: a socket that only the two know.
//!
//! Standard input would do for that, but what a job starts inherits it, and could read what is
//! meant for the executor.

use std::io;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Opens a socket under a name that nobody has; the name is for the child.
pub(super) fn open() -> io::Result<(UnixListener, String)> {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = crate::clock::now().as_nanosecond();
    let name = format!("tidemill-{}-{count}-{now}", std::process::id());
    let listener = UnixListener::bind_addr(&address(&name)?)?;
    listener.set_nonblocking(true)?;
    Ok((listener, name))
}

/// Calls the worker that listens under this name.
pub(super) fn call(name: &str) -> io::Result<UnixStream> {
    UnixStream::connect_addr(&address(name)?)
}

/// Forgets a name that has served its purpose.
pub(super) fn close(name: &str) {
    // Only where names are files.
    if let Some(path) =
        address(name).ok().and_then(|address| Some(address.as_pathname()?.to_owned()))
    {
        let _ = std::fs::remove_file(path);
    }
}

/// On Linux such names are no files, so that a worker that is killed leaves none behind.
#[cfg(target_os = "linux")]
fn address(name: &str) -> io::Result<SocketAddr> {
    use std::os::linux::net::SocketAddrExt as _;
    SocketAddr::from_abstract_name(name)
}

#[cfg(not(target_os = "linux"))]
fn address(name: &str) -> io::Result<SocketAddr> {
    SocketAddr::from_pathname(std::env::temp_dir().join(name))
}
