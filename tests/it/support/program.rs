//! The real program on a small project of its own: a feed that stands still, a lake, a database.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::Weekday;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::cli::home::binary;
use crate::cli::landing;

/// Makes all there is to make, and ends.
pub(crate) const UP_ONCE: [&str; 4] = ["up", "--once", "--listen", "127.0.0.1:0"];
/// Longer than a disturbed program ever takes to come to an end.
const PATIENCE: Duration = Duration::from_mins(2);

/// Landed files that do not change, for any number of programs.
pub(crate) struct Landed {
    folder: TempDir,
}

impl Landed {
    /// Two weeks of events and orders at least, three at most.
    pub(crate) fn new() -> Self {
        let early = landing::today().saturating_sub(14.days());
        let start = early.saturating_sub(early.weekday().since(Weekday::Monday).days());
        let folder = tempfile::Builder::new().prefix("tm-").tempdir().unwrap();
        let landed = folder.path().join("landing");
        landing::begin(&landed, start);
        landing::freeze(&landed);
        Self { folder }
    }

    /// The state directory.
    pub(crate) fn home(&self) -> &Path {
        self.folder.path()
    }
}

/// Where one program works.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    home: PathBuf,
    pub(crate) lake: PathBuf,
    pub(crate) database: PgConnectOptions,
    variables: Vec<(String, String)>,
}

impl Program {
    /// The program on these files, with a lake named `name`.
    pub(crate) fn new(landed: &Landed, name: &str, database: PgConnectOptions) -> Self {
        let home = landed.home().to_owned();
        let lake = home.join("lakes").join(name);
        Self { home, lake, database, variables: Vec::new() }
    }

    /// The program with its landing folder and its lake below a folder of its own.
    pub(crate) fn below(home: &Path, database: PgConnectOptions) -> Self {
        let (home, lake) = (home.to_owned(), home.join("lake"));
        Self { home, lake, database, variables: Vec::new() }
    }

    /// The same with one more variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// A file that nobody else names.
    pub(crate) fn mark(&self, name: &str) -> PathBuf {
        self.lake.with_extension(name)
    }

    /// The same with its lake elsewhere.
    pub(crate) fn at(self, lake: PathBuf) -> Self {
        Self { lake, ..self }
    }

    /// The same with another way to its database.
    pub(crate) fn on(self, database: PgConnectOptions) -> Self {
        Self { database, ..self }
    }

    /// What starts it. It says nothing, and is killed when nobody waits for it.
    pub(crate) fn command(&self, typed: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(typed)
            .env_clear()
            .env("TIDEMILL_HOME", &self.home)
            .env("TIDEMILL_LAKE", &self.lake)
            .env("DATABASE_URL", self.database.to_url_lossy().as_str())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Starts `up --once`: it makes all there is to make, and ends.
    pub(crate) fn up_once(&self) -> Child {
        let mut command = self.command(&UP_ONCE);
        command.stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// Waits for a program: how it ended, and what it said on standard error. What does not end in time
/// is killed, and has no status.
pub(crate) async fn end_of(child: Child) -> (Option<ExitStatus>, String) {
    let pid = child.id().expect("it was not waited for yet");
    let mut ending = std::pin::pin!(child.wait_with_output());
    let mut is_late = false;
    let output = match tokio::time::timeout(PATIENCE, &mut ending).await {
        Ok(output) => output,
        Err(_) => {
            is_late = true;
            let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().await;
            assert!(killed.unwrap().success(), "it runs still");
            ending.await
        }
    };
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ((!is_late).then_some(output.status), said)
}
