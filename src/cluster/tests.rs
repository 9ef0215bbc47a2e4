//! A private cluster through starts, crashes, copies and closes, with a real server.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use sqlx::{ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;

use super::{Database, Error, Options, Origin, binaries, lock::Lock, open, pidfile};

/// A state directory that takes its server along when it goes.
struct State(TempDir);

impl State {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn options(&self) -> Options {
        Options { database_url: None, state_dir: self.0.path().to_owned(), bin_dir: None }
    }

    async fn open(&self) -> Database {
        open(&self.options()).await.unwrap()
    }

    fn home(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap().join("postgres")
    }

    fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    fn pid(&self) -> Option<u32> {
        pidfile::living_server(&self.data())
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(pid) = self.pid() {
            signal("QUIT", pid);
        }
    }
}

fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status();
    assert!(sent.unwrap().success());
}

/// A living process that has nothing to do with any server.
fn stranger() -> Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

async fn connect(database: &Database) -> PgConnection {
    database.options.connect().await.unwrap()
}

async fn answers(database: &Database) -> bool {
    let mut db = connect(database).await;
    let one: i32 = sqlx::query_scalar("select 1").fetch_one(&mut db).await.unwrap();
    one == 1
}

async fn write_note(database: &Database) {
    let mut db = connect(database).await;
    sqlx::query("create table note as select 7 as number").execute(&mut db).await.unwrap();
    db.close().await.unwrap();
}

async fn read_note(database: &Database) -> i32 {
    let mut db = connect(database).await;
    sqlx::query_scalar("select number from note").fetch_one(&mut db).await.unwrap()
}

#[tokio::test]
async fn a_fresh_cluster_is_durable_private_and_stops_when_closed() {
    let state = State::new();
    let database = state.open().await;

    let mut db = connect(&database).await;
    let mut settings = Vec::new();
    for name in ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"] {
        settings.push((name, "on"));
    }
    settings.extend([("listen_addresses", ""), ("server_encoding", "UTF8")]);
    settings.extend([("shared_buffers", "128MB"), ("max_wal_size", "2GB")]);
    settings.extend([("password_encryption", "scram-sha-256"), ("TimeZone", "UTC")]);
    for (name, expected) in settings {
        let value: String = sqlx::query_scalar("select current_setting($1)")
            .bind(name)
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(value, expected, "{name}");
    }
    let Origin::Private { data_dir, version } = database.origin.clone() else { panic!() };
    assert_eq!(data_dir, state.data());
    assert!(database.describe().contains(&format!("private PostgreSQL {version} in")));

    database.close().await.unwrap();
    assert_eq!(state.pid(), None);
    assert!(!data_dir.join("postmaster.pid").exists(), "it was stopped in good order");
}

#[tokio::test]
async fn the_password_is_in_a_private_file_and_nowhere_else() {
    let state = State::new();
    let database = state.open().await;
    let path = state.home().join("password");
    let password = fs::read_to_string(&path).unwrap();

    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(password.trim().len(), 64);
    let shown = format!("{database:?} {:?} {}", state.options(), database.describe());
    assert!(!shown.contains(password.trim()));
    assert!(database.options.clone().password("wrong").connect().await.is_err());
    assert!(!state.home().join("password.new").exists(), "the copy for `initdb` is gone");
    database.close().await.unwrap();
}

#[tokio::test]
async fn the_server_runs_until_its_last_user_closes_in_either_order() {
    let state = State::new();
    let (one, two) = tokio::join!(state.open(), state.open());
    let pid = state.pid();
    assert!(pid.is_some(), "two that open at once share one server");
    one.close().await.unwrap();
    assert!(answers(&two).await);

    let three = state.open().await;
    two.close().await.unwrap();
    assert!(answers(&three).await);
    assert_eq!(state.pid(), pid, "it never stopped in between");

    three.close().await.unwrap();
    assert_eq!(state.pid(), None);
}

#[tokio::test]
async fn who_opens_while_another_closes_gets_a_running_server() {
    let state = State::new();
    let mut current = state.open().await;
    for _ in 0..5 {
        let (closed, next) = tokio::join!(current.close(), state.open());
        closed.unwrap();
        assert!(answers(&next).await);
        current = next;
    }
    current.close().await.unwrap();
}

#[tokio::test]
async fn data_outlives_a_close_a_lost_record_and_a_move_of_the_state_directory() {
    let state = State::new();
    let mut options = state.options();
    options.state_dir = state.0.path().join("before");
    let database = open(&options).await.unwrap();
    write_note(&database).await;
    database.close().await.unwrap();

    // As if the first process had been killed just before it wrote the record.
    fs::remove_file(options.state_dir.join("postgres/place")).unwrap();
    let database = open(&options).await.unwrap();
    assert_eq!(read_note(&database).await, 7);
    database.close().await.unwrap();

    let moved = state.0.path().join("after");
    fs::rename(&options.state_dir, &moved).unwrap();
    options.state_dir = moved;
    let database = open(&options).await.unwrap();
    assert_eq!(read_note(&database).await, 7);
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_server_whose_starter_died_is_adopted() {
    let state = State::new();
    drop(state.open().await);
    let pid = state.pid();
    assert!(pid.is_some(), "nobody stopped it");

    let database = state.open().await;
    assert_eq!(state.pid(), pid);
    assert!(database.describe().contains("was running"));
    database.close().await.unwrap();
    assert_eq!(state.pid(), None);
}

#[tokio::test]
async fn a_killed_server_recovers_with_what_it_acknowledged() {
    let state = State::new();
    let database = state.open().await;
    write_note(&database).await;
    signal("KILL", state.pid().unwrap());

    let other = state.open().await;
    assert_eq!(read_note(&other).await, 7);
    signal("KILL", state.pid().unwrap());
    database.revive().await.unwrap();
    assert_eq!(read_note(&database).await, 7);

    other.close().await.unwrap();
    database.close().await.unwrap();
    assert_eq!(state.pid(), None);
}

#[tokio::test]
async fn a_process_file_that_names_a_stranger_is_not_believed() {
    let state = State::new();
    let database = state.open().await;
    let path = state.data().join("postmaster.pid");
    let text = fs::read_to_string(&path).unwrap();
    database.close().await.unwrap();
    let mut stranger = stranger();
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&path, format!("{}\n{rest}", stranger.id())).unwrap();

    assert_eq!(state.pid(), None);
    let database = state.open().await;
    assert!(answers(&database).await);
    database.close().await.unwrap();
    assert_eq!(stranger.try_wait().unwrap(), None, "it got no signal");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn a_process_file_cut_off_by_a_crash_is_removed() {
    let state = State::new();
    state.open().await.close().await.unwrap();
    fs::write(state.data().join("postmaster.pid"), "").unwrap();

    state.open().await.close().await.unwrap();
}

#[tokio::test]
async fn an_initdb_killed_in_the_middle_leaves_no_half_cluster() {
    let state = State::new();
    let draft = state.home().join("data.new");
    fs::create_dir_all(&draft).unwrap();
    fs::write(draft.join("PG_VERSION"), "15\n").unwrap();

    state.open().await.close().await.unwrap();
    assert!(!draft.exists());
}

#[tokio::test]
async fn a_long_state_directory_puts_the_socket_elsewhere() {
    let state = State::new();
    let mut options = state.options();
    options.state_dir = state.0.path().join("d".repeat(90)).join("a,b c");
    let database = open(&options).await.unwrap();
    let other = open(&options).await.unwrap();

    let socket = database.options.get_socket().unwrap().clone();
    assert_eq!(other.options.get_socket(), Some(&socket));
    assert!(!socket.starts_with(&options.state_dir));
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(answers(&other).await);
    database.close().await.unwrap();
    other.close().await.unwrap();
    fs::remove_dir_all(socket).unwrap();
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

#[tokio::test]
async fn copies_foreign_versions_and_losses_are_refused() {
    let state = State::new();
    let mut options = state.options();
    options.state_dir = state.0.path().join("original");
    open(&options).await.unwrap().close().await.unwrap();
    let original = options.state_dir.clone();
    let home = original.join("postgres");

    options.state_dir = state.0.path().join("copy");
    copy(&original, &options.state_dir);
    let error = open(&options).await.unwrap_err();
    assert!(matches!(error, Error::Copied { .. }), "{error}");

    options.state_dir = original;
    let made_by = fs::read(home.join("data/PG_VERSION")).unwrap();
    fs::write(home.join("data/PG_VERSION"), "9\n").unwrap();
    let error = open(&options).await.unwrap_err();
    assert!(error.to_string().contains("it was made by PostgreSQL 9, and only "), "{error}");
    assert!(error.hint().unwrap().contains("pg_upgrade"));

    fs::write(home.join("data/PG_VERSION"), made_by).unwrap();
    fs::write(home.join("password"), "another\n").unwrap();
    let error = open(&options).await.unwrap_err();
    assert!(error.to_string().contains("does not take the password in"), "{error}");
    assert_eq!(pidfile::living_server(&home.join("data")), None, "it is not left behind");
    fs::remove_file(home.join("password")).unwrap();
    let error = open(&options).await.unwrap_err();
    assert!(error.to_string().contains("its password is not in"), "{error}");

    fs::remove_dir_all(home.join("data")).unwrap();
    let error = open(&options).await.unwrap_err();
    assert!(error.to_string().contains("holds no cluster any more"), "{error}");
}

#[tokio::test]
async fn a_moved_directory_whose_server_still_runs_is_refused() {
    let state = State::new();
    let mut options = state.options();
    options.state_dir = state.0.path().join("before");
    let database = open(&options).await.unwrap();
    let before = options.state_dir.clone();
    options.state_dir = state.0.path().join("after");
    fs::rename(&before, &options.state_dir).unwrap();

    let error = open(&options).await.unwrap_err();
    assert!(matches!(error, Error::OtherServer { .. }), "{error}");
    assert!(error.hint().unwrap().starts_with("stop it first"));

    fs::rename(&options.state_dir, &before).unwrap();
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let state = State::new();
    state.open().await.close().await.unwrap();
    let settings = state.data().join("postgresql.conf");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text + "shared_buffers = many\n").unwrap();

    let error = open(&state.options()).await.unwrap_err().to_string();

    assert!(error.starts_with("could not run `postgres`: exit status: 1"), "{error}");
    assert!(error.contains("invalid value for parameter \"shared_buffers\""), "{error}");
}

#[tokio::test]
async fn missing_binaries_are_answered_with_three_ways_out() {
    let state = State::new();
    assert!(binaries::find_in(std::iter::once(state.0.path().to_owned())).await.is_empty());
    let error = Error::NoBinaries;
    assert_eq!(
        error.to_string(),
        "could not find PostgreSQL 15 or newer, and `DATABASE_URL` is not set"
    );
    let hint = error.hint().unwrap();
    for way in ["apt install postgresql", "DATABASE_URL=", "TIDEMILL_PG_BIN="] {
        assert_eq!(hint.lines().filter(|line| line.contains(way)).count(), 1, "{way}");
    }
    let options = Options { bin_dir: Some(state.0.path().to_owned()), ..state.options() };
    let error = open(&options).await.unwrap_err().to_string();
    assert!(error.starts_with("could not use the PostgreSQL binaries in"), "{error}");
    assert!(error.ends_with("there is no `initdb`"), "{error}");
}

#[tokio::test]
async fn a_url_is_used_checked_and_never_repeated() {
    let state = State::new();
    let private = state.open().await;
    let password = fs::read_to_string(state.home().join("password")).unwrap();
    let socket = state.home().join("socket").display().to_string().replace('/', "%2F");
    let url = format!("postgres://tidemill:{}@{socket}/tidemill", password.trim());
    let options = |url: &str| Options { database_url: Some(url.to_owned()), ..state.options() };

    let database = open(&options(&url)).await.unwrap();
    assert_eq!(database.origin, Origin::Url);
    assert!(answers(&database).await);
    assert!(database.describe().ends_with("(`DATABASE_URL` is set)"));
    let shown = format!("{database:?} {:?}", options(&url));
    assert!(!shown.contains(password.trim()));
    database.close().await.unwrap();
    assert!(answers(&private).await, "a server that was named is not ours to stop");
    private.close().await.unwrap();

    let error = open(&options("postgres://u:secret@[/x")).await.unwrap_err();
    assert!(matches!(error, Error::InvalidUrl(_)), "{error}");
    assert!(!format!("{error:?}").contains("secret"));
}

#[tokio::test]
async fn who_waits_too_long_for_a_lock_is_told_so() {
    let state = State::new();
    let path = state.0.path().join("start.lock");
    let held = Lock::try_exclusive(&path).unwrap();
    let limit = std::time::Duration::from_millis(60);

    let error = Lock::exclusive(&path, limit).await.unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "{error}");
    assert!(Lock::try_shared(&path).unwrap().is_none());
    drop(held);
    assert!(Lock::exclusive(&path, limit).await.is_ok());
}
