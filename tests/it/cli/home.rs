//! A Tidemill of its own for one test, used through its program alone.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tidemill::cluster::{self, Database, Options};

/// A state directory, and the variables the program is given.
pub(crate) struct Home {
    folder: TempDir,
    variables: Vec<(&'static str, OsString)>,
    /// What no output may ever hold.
    secrets: Vec<String>,
}

/// What the program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
    /// What was typed.
    pub(crate) typed: String,
}

impl Home {
    /// An empty one, with a private database.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tm-").tempdir().unwrap();
        Self { folder, variables: Vec::new(), secrets: Vec::new() }
    }

    /// The same with one more variable.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// The same with a text that must not show up in any output.
    pub(crate) fn never_says(mut self, secret: &str) -> Self {
        assert!(!secret.is_empty(), "every text holds an empty one");
        self.secrets.push(secret.to_owned());
        self
    }

    /// The state directory.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where the generated feed lands.
    pub(crate) fn landing(&self) -> PathBuf {
        self.path().join("landing")
    }

    /// The program with these arguments and nothing of the environment of this process.
    pub(crate) fn command(&self, typed: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(typed)
            .env_clear()
            .env("TIDEMILL_HOME", self.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for passed_on in ["PATH", "TIDEMILL_PG_BIN"] {
            if let Some(value) = std::env::var_os(passed_on) {
                command.env(passed_on, value);
            }
        }
        command
    }

    /// Runs the program to its end.
    pub(crate) fn say(&self, typed: &[&str]) -> Said {
        self.judge(typed, self.command(typed).output().unwrap())
    }

    /// What holds for every output: no panic, no secret, no color without a terminal.
    pub(crate) fn judge(&self, typed: &[&str], output: Output) -> Said {
        let said = Said {
            status: output.status,
            out: String::from_utf8(output.stdout).unwrap_or_default(),
            err: String::from_utf8(output.stderr).expect("messages are text"),
            typed: typed.join(" "),
        };
        let password = fs::read_to_string(self.path().join("postgres/password")).ok();
        let password = password.as_deref().map(str::trim).filter(|text| !text.is_empty());
        for text in [&said.out, &said.err] {
            assert!(!text.contains("panicked at"), "{said:#?}");
            assert!(!text.contains('\u{1b}'), "there is no terminal to color: {said:#?}");
            for secret in self.secrets.iter().map(String::as_str).chain(password) {
                assert!(!text.contains(secret), "`{}` tells a secret", said.typed);
            }
        }
        said
    }

    /// Standard output of a command that must succeed.
    pub(crate) fn ok(&self, typed: &[&str]) -> String {
        let said = self.say(typed);
        assert!(said.status.success(), "{said:#?}");
        said.out
    }

    /// The one JSON value a command that must succeed writes.
    pub(crate) fn json(&self, typed: &[&str]) -> Value {
        let said = self.say(&[typed, &["--json"]].concat());
        assert!(said.status.success(), "{said:#?}");
        said.json()
    }

    /// A command that must end with this exit code.
    pub(crate) fn fails(&self, code: i32, typed: &[&str]) -> Said {
        let said = self.say(typed);
        assert_eq!(said.status.code(), Some(code), "{said:#?}");
        said
    }

    /// Starts the private server and keeps it, so that commands need not start it each time.
    pub(crate) async fn keep_server(&self) -> Kept {
        let state_dir = self.path().to_owned();
        let options = Options { database_url: None, state_dir, bin_dir: pg_bin() };
        Kept(cluster::open(&options).await.unwrap())
    }

    /// The process number of the private server, as long as it runs.
    pub(crate) fn server(&self) -> Option<String> {
        // `place` names, apart by zero bytes, the state directory and that of the server.
        let place = fs::read(self.path().join("postgres/place")).ok()?;
        let root = place.split(|byte| *byte == 0).nth(1)?;
        let root = PathBuf::from(String::from_utf8(root.to_vec()).ok()?);
        let file = fs::read_to_string(root.join("data/postmaster.pid")).ok()?;
        file.lines().next().map(|line| line.trim().to_owned())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Only a test that failed leaves its server behind.
        if let Some(server) = self.server() {
            let told = Command::new("kill").args(["-QUIT", &server]).status();
            assert!(told.is_ok() || std::thread::panicking(), "`kill` could not be run");
        }
    }
}

impl Said {
    /// The one JSON value on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("not one JSON value: {error}: {self:#?}"))
    }
}

/// A private server that stays up until it is given back.
pub(crate) struct Kept(Database);

impl Kept {
    /// How to connect to it.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.0.options.clone()
    }

    /// Stops it, unless the program still uses it.
    pub(crate) async fn give_back(self) {
        self.0.close().await.unwrap();
    }
}

/// The program under test. `TIDEMILL_TEST_BINARY` puts another build of it to the test.
pub(crate) fn binary() -> OsString {
    std::env::var_os("TIDEMILL_TEST_BINARY")
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_tidemill").into())
}

fn pg_bin() -> Option<PathBuf> {
    std::env::var_os("TIDEMILL_PG_BIN").filter(|value| !value.is_empty()).map(PathBuf::from)
}
