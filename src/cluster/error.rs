//! Why there is no database, and what to do about it.

use std::{io, path::Path, path::PathBuf};

/// Why a database could not be opened or closed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither a URL nor usable binaries.
    #[error("could not find PostgreSQL 15 or newer, and `DATABASE_URL` is not set")]
    NoBinaries,
    /// The directory that was asked for does not hold a usable installation.
    #[error("could not use the PostgreSQL binaries in `{}`: {reason}", dir.display())]
    UnusableBinaries {
        /// The directory that was given.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The cluster was made by a major version that is not installed.
    #[error(
        "could not start the cluster in `{}`: it was made by PostgreSQL {made_by}, and only {} \
         can be found",
        data_dir.display(),
        found.join(", ")
    )]
    OtherMajor {
        /// Where the cluster is.
        data_dir: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The versions that were found.
        found: Vec<String>,
    },
    /// The state directory is a copy of one that still exists.
    #[error("could not use `{}`: it is a copy of `{}`", home.display(), original.display())]
    Copied {
        /// The copy.
        home: PathBuf,
        /// What it was copied from.
        original: PathBuf,
    },
    /// A part of the cluster is gone or damaged.
    #[error("could not use the cluster of `{}`: {reason}", home.display())]
    Damaged {
        /// The cluster's part of the state directory.
        home: PathBuf,
        /// What is missing or wrong.
        reason: String,
    },
    /// A server of another cluster listens where ours should.
    #[error(
        "could not use the server at `{}`: it works in `{}`, not in `{}`",
        socket.display(),
        found.display(),
        expected.display()
    )]
    OtherServer {
        /// Where it listens.
        socket: PathBuf,
        /// Our data.
        expected: PathBuf,
        /// Its data.
        found: PathBuf,
    },
    /// The cluster belongs to another user of this machine.
    #[error(
        "could not use `{}`: it belongs to user {owner}, and this process is user {user}",
        path.display()
    )]
    ForeignOwner {
        /// What belongs to somebody else.
        path: PathBuf,
        /// Its owner's number.
        owner: u32,
        /// This process's number.
        user: u32,
    },
    /// Postgres refuses root, and no way around it works here.
    #[error("could not run PostgreSQL as root: {reason}")]
    NoAccount {
        /// What was tried.
        reason: String,
    },
    /// Another process is opening or closing the same cluster and does not finish.
    #[error("could not lock `{}` within {seconds} s: another process holds it", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A program of PostgreSQL failed.
    #[error("could not run `{program}`: {output}")]
    ProgramFailed {
        /// Which program.
        program: &'static str,
        /// How it ended and what it said last.
        output: String,
    },
    /// The server runs, but nobody can connect.
    #[error(
        "could not reach the server of `{}` within {seconds} s: {reason}",
        data_dir.display()
    )]
    NotAnswering {
        /// Where the cluster is.
        data_dir: PathBuf,
        /// How long it was waited for.
        seconds: u64,
        /// The last thing that was seen.
        reason: String,
    },
    /// The database does not keep what it acknowledges, or keeps it too loosely.
    #[error("could not trust the database: `{setting}` is `{value}`")]
    Unsafe {
        /// The setting's name.
        setting: String,
        /// Its value.
        value: String,
    },
    /// The server is older than this program supports.
    #[error("could not use PostgreSQL {version}: 15 or newer is needed")]
    TooOld {
        /// The server's version.
        version: String,
    },
    /// The database is a standby.
    #[error("could not use the database: it is in recovery and takes no writes")]
    ReadOnly,
    /// The URL cannot be read. It is not repeated here, for it may hold a password.
    #[error("could not read `DATABASE_URL`: {0}")]
    InvalidUrl(#[source] sqlx::Error),
    /// A statement or a connection failed.
    #[error("could not {doing}: {source}")]
    Sql {
        /// What was attempted.
        doing: String,
        /// Why it failed.
        source: sqlx::Error,
    },
    /// A file or a program could not be used.
    #[error("could not {doing} `{}`: {source}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl Error {
    /// What to do about it, one suggestion a line, where there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoBinaries => "install it: `apt install postgresql`\n\
                 or use a database you have: `DATABASE_URL=postgres://user:password@host/name`\n\
                 or name the directory of `initdb`: `TIDEMILL_PG_BIN=/path/to/postgresql/bin`"
                .to_owned(),
            Self::UnusableBinaries { .. } => "`TIDEMILL_PG_BIN` must name a directory with \
                 `initdb`, `pg_ctl` and `postgres` of version 15 or newer"
                .to_owned(),
            Self::OtherMajor { made_by, .. } => {
                format!("install PostgreSQL {made_by}, or move the cluster with `pg_upgrade`")
            }
            Self::Copied { home, .. } => format!(
                "the files of a running server are no backup: remove `{}` and restore a \
                 `pg_dump`, or set `DATABASE_URL`",
                home.display()
            ),
            Self::Damaged { home, .. } => format!(
                "restore it from a backup, or remove `{}` to start with an empty database",
                home.display()
            ),
            Self::OtherServer { found, .. } => {
                format!("stop it first: `pg_ctl stop -D {}`", found.display())
            }
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "run as the user it belongs to, or choose another state directory".to_owned()
            }
            Self::ForeignOwner { .. } => {
                "run as that user, or choose another state directory".to_owned()
            }
            Self::NoAccount { .. } => "run as another user, or set `DATABASE_URL`".to_owned(),
            Self::Locked { .. } => {
                "see whether another Tidemill hangs while it starts or stops".to_owned()
            }
            Self::NotAnswering { data_dir, .. } => format!(
                "look into the log beside it, or stop it with `pg_ctl stop -D {}`",
                data_dir.display()
            ),
            Self::Unsafe { setting, .. } => {
                format!("undo it with `alter system reset {setting}` or `alter role … reset`")
            }
            Self::TooOld { .. } => "upgrade the server, or unset `DATABASE_URL`".to_owned(),
            Self::ReadOnly => "point `DATABASE_URL` to the primary".to_owned(),
            Self::InvalidUrl(_) => {
                "write it as `postgres://user:password@host:5432/name`".to_owned()
            }
            Self::ProgramFailed { .. } | Self::Sql { .. } | Self::Io { .. } => return None,
        };
        Some(hint)
    }

    pub(super) fn sql(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Sql { doing, source }
    }

    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}
