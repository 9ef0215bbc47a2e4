//! Where the parts of a private cluster are.

use std::{
    env,
    ffi::OsStr,
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use super::{Error, account::Account};

/// The longest path a Unix socket can have on every system we know.
const SOCKET_PATH_MAX: usize = 107;

/// What PostgreSQL calls its socket on our port.
const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// Where a cluster goes that another user must reach.
const SHARED_ROOT: &str = "/var/lib/tidemill";

/// The directories of a cluster. Written down in `place`, so that every process finds the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Below the state directory: locks, the password, this record.
    pub(super) home: PathBuf,
    /// What the server's account owns: data and logs. Mostly the same as `home`.
    pub(super) root: PathBuf,
    /// Where the socket is.
    pub(super) socket: PathBuf,
}

impl Place {
    pub(super) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    pub(super) fn password(&self) -> PathBuf {
        self.home.join("password")
    }

    pub(super) fn users_lock(&self) -> PathBuf {
        self.home.join("users.lock")
    }

    /// Reads the place of the cluster of `home`, if there is one.
    ///
    /// # Errors
    ///
    /// When the record is damaged, its data is gone, or `home` is a copy of another cluster.
    pub(super) fn of_existing(home: &Path) -> Result<Option<Self>, Error> {
        let Some(record) = Self::read(home)? else {
            // Killed between making the cluster and writing the record: look where it would be.
            let mut roots = [home.to_owned(), shared_root(home)].into_iter();
            let root = roots.find(|root| root.join("data").exists());
            return Ok(root.map(|root| Self::new(home, root)));
        };
        let place = if record.home == home {
            record
        } else {
            if is_other_cluster(&record.home, home) {
                let (home, original) = (home.to_owned(), record.home);
                return Err(Error::Copied { home, original });
            }
            // The state directory was moved; what was inside has moved along.
            let inside = record.root == record.home;
            Self::new(home, if inside { home.to_owned() } else { record.root })
        };
        if place.data().join("PG_VERSION").exists() {
            return Ok(Some(place));
        }
        let reason = format!("`{}` holds no cluster any more", place.data().display());
        Err(Error::Damaged { home: home.to_owned(), reason })
    }

    /// The place for a new cluster that `account` will run.
    pub(super) fn for_new(home: &Path, account: Account) -> Self {
        let root = match account {
            Account::Own | Account::Namespace { .. } => home.to_owned(),
            // Another user cannot reach below root's own directories.
            Account::Switch { .. } => shared_root(home),
        };
        Self::new(home, root)
    }

    fn new(home: &Path, root: PathBuf) -> Self {
        let inside = root.join("socket");
        let socket = if fits(&inside) {
            inside
        } else {
            env::temp_dir().join(format!("tidemill-{}", hash(home)))
        };
        Self { home: home.to_owned(), root, socket }
    }

    fn read(home: &Path) -> Result<Option<Self>, Error> {
        let path = home.join("place");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        let mut paths =
            bytes.split(|byte| *byte == 0).map(|part| PathBuf::from(OsStr::from_bytes(part)));
        match (paths.next(), paths.next(), paths.next()) {
            (Some(home), Some(root), Some(socket)) => Ok(Some(Self { home, root, socket })),
            // Cut off by a power loss; what it said can be found out again.
            _ => Ok(None),
        }
    }

    /// Writes the record, as a whole or not at all, unless it says the same already.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(super) fn write(&self) -> Result<(), Error> {
        if Self::read(&self.home)?.as_ref() == Some(self) {
            return Ok(());
        }
        // A path may hold anything except a zero byte.
        let paths = [&self.home, &self.root, &self.socket];
        let bytes = paths.map(|path| path.as_os_str().as_bytes()).join(&0);
        let (path, draft) = (self.home.join("place"), self.home.join("place.new"));
        File::create(&draft)
            .and_then(|mut file| {
                file.write_all(&bytes)?;
                file.sync_all()
            })
            .map_err(Error::io("write", &draft))?;
        fs::rename(&draft, &path).map_err(Error::io("write", &path))
    }

    /// Makes the directories that only the server's account may enter.
    ///
    /// # Errors
    ///
    /// When one cannot be made, or the one for the socket is somebody else's.
    pub(super) fn make_directories(&self, account: Account, user: u32) -> Result<(), Error> {
        if let (Account::Switch { .. }, Some(parent)) = (account, self.root.parent()) {
            // Everybody may pass through; the cluster itself is closed below.
            fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
        }
        for path in [&self.root, &self.log()] {
            make_private(path)?;
            account.adopt(path)?;
        }
        make_private(&self.socket)?;
        // Below a shared directory, somebody may have been there first.
        let found =
            fs::symlink_metadata(&self.socket).map_err(Error::io("inspect", &self.socket))?;
        let ours = match account {
            Account::Switch { uid, .. } => [user, uid].contains(&found.uid()),
            Account::Own | Account::Namespace { .. } => found.uid() == user,
        };
        if !found.is_dir() || !ours {
            return Err(Error::ForeignOwner {
                path: self.socket.clone(),
                owner: found.uid(),
                user,
            });
        }
        account.adopt(&self.socket)?;
        // The server trusts whoever reaches the socket with a password; still, close the door.
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(&self.socket, closed).map_err(Error::io("close", &self.socket))
    }
}

/// The major version that made the cluster in `data_dir`.
///
/// # Errors
///
/// When its `PG_VERSION` cannot be read.
pub(super) fn made_by(data_dir: &Path) -> Result<u32, Error> {
    let path = data_dir.join("PG_VERSION");
    let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let odd = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    text.trim().parse().map_err(odd).map_err(Error::io("understand", &path))
}

/// Makes a directory, and those above it, with mode 0700.
///
/// # Errors
///
/// When it cannot be made.
pub(super) fn make_private(path: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path).map_err(Error::io("make", path))
}

/// Whether PostgreSQL can use `dir` for its socket.
fn fits(dir: &Path) -> bool {
    let bytes = dir.join(SOCKET_NAME);
    let bytes = bytes.as_os_str().as_bytes();
    // The setting is a list, in which these have a meaning.
    let plain = !bytes.iter().any(|byte| b",\"'\\ \t\n\r".contains(byte));
    plain && bytes.len() <= SOCKET_PATH_MAX
}

/// Whether both paths lead to clusters, and not to the same one.
fn is_other_cluster(one: &Path, other: &Path) -> bool {
    let identity =
        |home: &Path| fs::metadata(home.join("place")).ok().map(|found| (found.dev(), found.ino()));
    identity(one).is_some_and(|identity_of_one| Some(identity_of_one) != identity(other))
}

fn shared_root(home: &Path) -> PathBuf {
    Path::new(SHARED_ROOT).join(hash(home))
}

fn hash(path: &Path) -> String {
    blake3::hash(path.as_os_str().as_bytes()).to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_goes_elsewhere_when_its_path_is_too_long_or_odd() {
        let longest = "/".to_owned() + &"x".repeat(SOCKET_PATH_MAX - SOCKET_NAME.len() - 2);

        assert!(fits(Path::new(&longest)));
        assert!(!fits(Path::new(&format!("{longest}x"))));
        assert!(!fits(Path::new("/srv/a,b")));
    }

    #[test]
    fn a_cluster_for_another_user_lies_outside_the_state_directory() {
        let home = Path::new("/srv/state/postgres");
        let place = Place::for_new(home, Account::Switch { uid: 101, gid: 104 });

        assert!(place.root.starts_with(SHARED_ROOT));
        assert_eq!(place.password(), home.join("password"));
        assert_eq!(Place::for_new(home, Account::Own).root, home);
    }
}
