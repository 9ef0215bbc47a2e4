//! Makes a new cluster, and the password that opens it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use super::{Error, account::Account, binaries::Binaries, place::Place};

/// The role that owns everything in a private cluster.
pub(super) const ROLE: &str = "tidemill";

/// What a person may change later, in `postgresql.conf` or by `alter system`.
const SETTINGS: &str = "
# --- Written by Tidemill when it made this cluster; yours to change. ---
# Durability, the socket and the place of the log are given on the command line.
shared_buffers = 128MB
max_connections = 100
max_wal_size = 2GB
min_wal_size = 256MB
wal_buffers = 16MB
wal_compression = on
checkpoint_completion_target = 0.9
# Seven files, one a weekday, each emptied when its day comes round.
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_min_messages = warning
log_checkpoints = off
log_line_prefix = '%m [%p] %a '
log_timezone = 'UTC'
timezone = 'UTC'
";

/// Makes the cluster of `place`. It appears under its name only once it is complete.
///
/// # Errors
///
/// When `initdb` fails or a file cannot be written.
pub(super) async fn make_cluster(
    place: &Place,
    binaries: &Binaries,
    account: Account,
) -> Result<(), Error> {
    let password = password(place)?;
    let draft = place.root.join("data.new");
    // Left behind by a process that was killed here; nobody else is, we hold the lock.
    match fs::remove_dir_all(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("remove", &draft)(error));
        }
        _ => (),
    }
    // A copy, because the server's account may not be able to read the original.
    let handed = place.root.join("password.new");
    write_private(&handed, &password)?;
    account.adopt(&handed)?;
    let output = account
        .command(&binaries.program("initdb"))
        .args(["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C"])
        .arg("--no-instructions")
        .arg(format!("--username={ROLE}"))
        .arg(flag("--pwfile=", &handed))
        .arg(flag("--pgdata=", &draft))
        .kill_on_drop(true)
        .output()
        .await
        .map_err(Error::io("run", &binaries.program("initdb")))?;
    fs::remove_file(&handed).map_err(Error::io("remove", &handed))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::ProgramFailed { program: "initdb", output: said });
    }
    append_settings(&draft.join("postgresql.conf"))?;
    let data = place.data();
    fs::rename(&draft, &data).map_err(Error::io("name", &data))?;
    sync(&place.root)
}

/// The password of `place`, made at first use and kept in a file that only its owner can read.
///
/// # Errors
///
/// When the file cannot be read or written.
pub(super) fn password(place: &Place) -> Result<String, Error> {
    let path = place.password();
    match fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        // The cluster knows a password that nobody else does any more.
        _ if place.data().exists() => {
            return Err(Error::Damaged {
                home: place.home.clone(),
                reason: format!("its password is not in `{}`", path.display()),
            });
        }
        _ => (),
    }
    let mut bytes = [0; 32];
    let source = Path::new("/dev/urandom");
    File::open(source)
        .and_then(|mut random| random.read_exact(&mut bytes))
        .map_err(Error::io("read", source))?;
    let password = blake3::Hash::from_bytes(bytes).to_hex().to_string();
    let draft = place.home.join("password.draft");
    write_private(&draft, &password)?;
    fs::rename(&draft, &path).map_err(Error::io("write", &path))?;
    sync(&place.home)?;
    Ok(password)
}

fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    // Made anew, so that an old file's mode or owner is not inherited.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("remove", path)(error));
        }
        _ => (),
    }
    OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            writeln!(file, "{text}")?;
            file.sync_all()
        })
        .map_err(Error::io("write", path))
}

fn append_settings(path: &Path) -> Result<(), Error> {
    OpenOptions::new()
        .append(true)
        .open(path)
        .and_then(|mut file| {
            file.write_all(SETTINGS.as_bytes())?;
            file.sync_all()
        })
        .map_err(Error::io("write", path))
}

/// Makes a new name in `dir` survive a power loss.
fn sync(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(Error::io("sync", dir))
}

fn flag(name: &str, path: &Path) -> std::ffi::OsString {
    let mut flag = std::ffi::OsString::from(name);
    flag.push(path);
    flag
}
