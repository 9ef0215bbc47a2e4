//! One private PostgreSQL for all tests of this binary, gone when the binary is.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tidemill::cluster::{self, Database, Options, Origin};
use tokio::sync::OnceCell;

/// Stops the server of the data directory `$1` and removes `$2` and `$3` once its own input ends:
/// when the process that holds the other end is gone, however it went.
const KEEPER: &str = r#"
    trap '' INT TERM HUP
    cat >/dev/null
    pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
    while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    rm -rf "$2" "$3"
"#;

static SHARED: OnceCell<Cluster> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A private cluster that does not outlive this process.
pub(crate) struct Cluster {
    pub(crate) database: Database,
    /// Its data directory.
    pub(crate) data: PathBuf,
    /// A folder that is gone when it is.
    pub(crate) home: PathBuf,
}

impl Cluster {
    /// The cluster that tests share; the first to ask starts it.
    pub(crate) async fn shared() -> &'static Self {
        SHARED.get_or_init(|| Self::start(TempDir::new().unwrap().keep())).await
    }

    /// Opens the cluster of a state directory, which is removed in the end.
    pub(crate) async fn start(home: PathBuf) -> Self {
        let options = Options { database_url: None, state_dir: home.clone(), bin_dir: None };
        let database = cluster::open(&options).await.unwrap();
        let Origin::Private { data_dir: data, .. } = database.origin.clone() else {
            unreachable!("no URL was given")
        };
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([&data, &data.parent().unwrap().to_path_buf(), &home])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Never closed and never waited for: it ends after us.
        std::mem::forget(keeper);
        Self { database, data, home }
    }

    /// A new, empty database.
    pub(crate) async fn database(&self) -> PgConnectOptions {
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut db = self.database.options.connect().await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("create database {name}"));
        sqlx::raw_sql(create).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        self.database.options.clone().database(&name)
    }

    /// A new database like another, to which nobody is connected.
    pub(crate) async fn copy(&self, of: &PgConnectOptions) -> PgConnectOptions {
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let of = of.get_database().unwrap();
        let mut db = self.database.options.connect().await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("create database {name} template {of}"));
        sqlx::raw_sql(create).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        self.database.options.clone().database(&name)
    }

    /// The process number of the server.
    pub(crate) fn pid(&self) -> String {
        let file = std::fs::read_to_string(self.data.join("postmaster.pid")).unwrap();
        file.lines().next().unwrap().to_owned()
    }
}
