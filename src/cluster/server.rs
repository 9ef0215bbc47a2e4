//! Starts, reaches and stops the server of a private cluster.
//!
//! Whoever calls anything here holds `start.lock`.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::process::Child;

use super::{
    Error,
    account::Account,
    answer::{self, Answer},
    binaries::Binaries,
    check::{self, Judge},
    init::ROLE,
    lock::NOTE_EVERY,
    pidfile,
    place::Place,
};

/// How long a server may stay silent. One that says it recovers may take as long as it needs.
const SILENCE_MAX: Duration = Duration::from_mins(2);

/// How often a server that does not answer yet is asked again.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// How long to wait for what a killed server left behind, before the next try.
const RESPAWN_EVERY: Duration = Duration::from_secs(1);

/// How long a stop may take, in seconds, politely and then by force.
const STOP_MODES: [(&str, &str); 2] = [("fast", "60"), ("immediate", "30")];

/// The database of a private cluster.
const DATABASE: &str = "tidemill";

/// A private cluster and what runs it.
#[derive(Clone)]
pub(super) struct Server {
    place: Place,
    binaries: Binaries,
    account: Account,
    options: PgConnectOptions,
}

/// Whether this process started the server or found it running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Started,
    Adopted,
}

/// How a server that was just started fares.
enum Verdict {
    Starting,
    /// Its predecessor was killed and left processes that still hold its memory; they notice.
    TooEarly,
}

impl Server {
    /// A program of the installation it was started from.
    pub(super) fn program(&self, name: &str) -> std::path::PathBuf {
        self.binaries.program(name)
    }

    pub(super) fn new(place: Place, binaries: Binaries, account: Account, password: &str) -> Self {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(&place.socket)
            .port(5432)
            .username(ROLE)
            .password(password)
            .database(DATABASE)
            .ssl_mode(PgSslMode::Disable)
            .application_name("tidemill");
        Self { place, binaries, account, options }
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Makes sure that the server runs, keeps its promises and has our database.
    /// Returns its version too.
    ///
    /// # Errors
    ///
    /// When it cannot be started or reached, or is not set up as it must be. A server that was
    /// started in vain is stopped again.
    pub(super) async fn ensure(&self) -> Result<(Start, String), Error> {
        let mut child = None;
        match (self.prepare(&mut child).await, child) {
            (Ok(version), Some(_)) => Ok((Start::Started, version)),
            (Ok(version), None) => Ok((Start::Adopted, version)),
            (Err(error), Some(_)) => {
                if let Err(error) = self.stop().await {
                    tracing::warn!("the server that was started in vain still runs: {error}");
                }
                Err(error)
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn prepare(&self, child: &mut Option<Child>) -> Result<String, Error> {
        let mut db = self.reach(child).await?;
        let version = check::check(&mut db, Judge::Ours).await?;
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(DATABASE)
                .fetch_one(&mut db)
                .await
                .map_err(Error::sql("look for our database"))?;
        if !exists {
            sqlx::query("create database tidemill")
                .execute(&mut db)
                .await
                .map_err(Error::sql("create the database `tidemill`"))?;
        }
        db.close().await.map_err(Error::sql("close a connection"))?;
        Ok(version)
    }

    /// Connects, and starts the server where nobody answers. Only an answer counts as running.
    async fn reach(&self, child: &mut Option<Child>) -> Result<PgConnection, Error> {
        let data_dir = self.place.data();
        let (begun, mut heard, mut note_after) = (Instant::now(), Instant::now(), NOTE_EVERY);
        loop {
            let reason = match (answer::ask(&self.options, &self.place).await?, child.as_mut()) {
                (Answer::Ready(db), _) => return Ok(db),
                (Answer::Recovering, _) => {
                    heard = Instant::now();
                    "it is recovering from a crash".to_owned()
                }
                (Answer::Unready(reason), _) => reason,
                (Answer::Absent, Some(running)) => match self.verdict(running)? {
                    Verdict::Starting => "it is starting".to_owned(),
                    Verdict::TooEarly => {
                        *child = None;
                        tokio::time::sleep(RESPAWN_EVERY).await;
                        "processes of the server that died are still at work".to_owned()
                    }
                },
                (Answer::Absent, None) => {
                    if let Some(pid) = pidfile::living_server(&data_dir) {
                        // It starts, or ends; then its number disappears.
                        format!("process {pid} works on it and does not listen")
                    } else {
                        *child = Some(self.spawn()?);
                        continue;
                    }
                }
            };
            if SILENCE_MAX <= heard.elapsed() {
                let seconds = SILENCE_MAX.as_secs();
                return Err(Error::NotAnswering { data_dir, seconds, reason });
            }
            if note_after <= begun.elapsed() {
                note_after += NOTE_EVERY;
                tracing::info!("waiting for the database: {reason}");
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    fn spawn(&self) -> Result<Child, Error> {
        let data_dir = self.place.data();
        pidfile::disown(&data_dir).map_err(Error::io("clean up the process file of", &data_dir))?;
        let log = self.place.log();
        let start_log = log.join("start.log");
        let output = File::create(&start_log).map_err(Error::io("write", &start_log))?;
        let errors = output.try_clone().map_err(Error::io("write", &start_log))?;
        let program = self.binaries.program("postgres");
        let mut command = self.account.command(&program);
        command.arg("-D").arg(&data_dir);
        for setting in ["fsync=on", "full_page_writes=on", "synchronous_commit=on"] {
            command.args(["-c", setting]);
        }
        command.args(["-c", "listen_addresses=", "-c", "port=5432"]);
        command.args(["-c", "unix_socket_permissions=0700", "-c", "logging_collector=on"]);
        command.arg("-c").arg(setting("unix_socket_directories=", &self.place.socket));
        command.arg("-c").arg(setting("log_directory=", &log));
        // Not killed on drop: the server outlives this process, for others may be using it.
        command.stdout(output).stderr(errors).spawn().map_err(Error::io("run", &program))
    }

    fn verdict(&self, child: &mut Child) -> Result<Verdict, Error> {
        let program = self.binaries.program("postgres");
        let Some(status) = child.try_wait().map_err(Error::io("watch", &program))? else {
            return Ok(Verdict::Starting);
        };
        let words = last_words(&self.place.log());
        if words.contains("pre-existing shared memory block") {
            return Ok(Verdict::TooEarly);
        }
        let output = format!("{status}\n{words}");
        Err(Error::ProgramFailed { program: "postgres", output })
    }

    /// Stops the server: current transactions are rolled back, then everything is written down.
    ///
    /// # Errors
    ///
    /// When it survives even an immediate stop.
    pub(super) async fn stop(&self) -> Result<(), Error> {
        let data_dir = self.place.data();
        let program = self.binaries.program("pg_ctl");
        let mut said = String::new();
        for (mode, seconds) in STOP_MODES {
            // Asked first, so that a number that is somebody else's by now gets no signal.
            if pidfile::living_server(&data_dir).is_none() {
                return Ok(());
            }
            let mut command = self.account.command(&program);
            command.args(["stop", "--wait", "--silent", "--mode", mode, "--timeout", seconds]);
            let output = command.arg("--pgdata").arg(&data_dir).output().await;
            let output = output.map_err(Error::io("run", &program))?;
            if output.status.success() {
                return Ok(());
            }
            String::from_utf8_lossy(&output.stderr).trim().clone_into(&mut said);
        }
        match pidfile::living_server(&data_dir) {
            None => Ok(()),
            Some(_) => Err(Error::ProgramFailed { program: "pg_ctl stop", output: said }),
        }
    }
}

/// The last lines of what the server said while it started, and of its log.
fn last_words(log: &Path) -> String {
    let written = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    let start_log = log.join("start.log");
    let newest = fs::read_dir(log)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| *path != start_log && written(&start_log) <= written(path))
        .max_by_key(|path| written(path));
    let mut words = Vec::new();
    for path in [Some(start_log.clone()), newest].into_iter().flatten() {
        let text = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let first = lines.len().saturating_sub(6);
        words.extend(lines[first..].iter().map(|line| (*line).to_owned()));
    }
    words.join("\n")
}

fn setting(name: &str, path: &Path) -> std::ffi::OsString {
    let mut setting = std::ffi::OsString::from(name);
    setting.push(path);
    setting
}
