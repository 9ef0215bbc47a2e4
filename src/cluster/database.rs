//! Opens the database, says which one it is, and closes it.

use std::{fmt, io, path::PathBuf, str::FromStr, time::Duration};

use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    Error,
    account::{self, Account},
    binaries,
    check::{self, Judge},
    init,
    lock::Lock,
    place::{self, Place},
    server::{Server, Start},
};

/// How long one process may take to start or stop the server while another waits.
const START_LOCK_MAX: Duration = Duration::from_mins(5);

/// How long a database that was named may take to answer.
const CONNECT_MAX: Duration = Duration::from_secs(30);

/// What decides which database is used.
#[derive(Clone)]
pub struct Options {
    /// The database to use, as a URL. Without it, a private cluster is used.
    pub database_url: Option<String>,
    /// Where the private cluster is kept, in a directory `postgres`.
    pub state_dir: PathBuf,
    /// Where the binaries of PostgreSQL are. Without it, they are looked for.
    pub bin_dir: Option<PathBuf>,
}

/// Where a database comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was named by a URL; somebody else runs it.
    Url,
    /// It is a cluster that Tidemill made and runs.
    Private {
        /// The version of the server.
        version: String,
        /// Where its data is.
        data_dir: PathBuf,
    },
}

/// Where the database is and who runs it.
///
/// Dropping it gives up the use of a private cluster and leaves the server running; the next
/// process to open it takes it over. [`close`](Self::close) stops a server nobody else uses.
pub struct Database {
    /// How to connect. Holds a secret: `Debug` of these options shows it.
    pub options: PgConnectOptions,
    /// Where it comes from.
    pub origin: Origin,
    keeper: Option<Keeper>,
}

/// What ties this process to a private cluster.
struct Keeper {
    server: Server,
    start: Start,
    /// Held shared as long as the server is used.
    in_use: Lock,
}

/// Opens the database that `options` lead to; starts a private cluster if need be.
///
/// # Errors
///
/// When the URL is wrong, no binaries are found, the server cannot be started or reached, or
/// cannot be trusted with data. [`Error::hint`] says what to do.
pub async fn open(options: &Options) -> Result<Database, Error> {
    match &options.database_url {
        Some(url) => open_url(url).await,
        None => open_private(options).await,
    }
}

async fn open_url(url: &str) -> Result<Database, Error> {
    let options = PgConnectOptions::from_str(url).map_err(Error::InvalidUrl)?;
    let mut db = timeout(CONNECT_MAX, options.connect())
        .await
        .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        .map_err(Error::sql(format!("connect to {}", target(&options))))?;
    check::check(&mut db, Judge::Theirs).await?;
    db.close().await.map_err(Error::sql("close a connection"))?;
    Ok(Database { options, origin: Origin::Url, keeper: None })
}

async fn open_private(options: &Options) -> Result<Database, Error> {
    let found = binaries::find(options.bin_dir.as_deref()).await?;
    let home = options.state_dir.join("postgres");
    place::make_private(&home)?;
    // One name for one place, whatever link it was reached by.
    let home = home.canonicalize().map_err(Error::io("find", &home))?;
    let start_lock = Lock::exclusive(&home.join("start.lock"), START_LOCK_MAX).await?;

    let existing = Place::of_existing(&home)?;
    let data_dir = existing.as_ref().map(Place::data);
    let made_by = data_dir.as_deref().map(place::made_by).transpose()?;
    let account = Account::choose(data_dir.as_deref()).await?;
    let is_new = existing.is_none();
    let place = existing.unwrap_or_else(|| Place::for_new(&home, account));
    let binaries = binaries::choose(found, made_by, &place.data())?;
    place.make_directories(account, account::effective_user().await?)?;
    if is_new {
        tracing::info!(
            db.version = %binaries.version.text,
            "making a private database in `{}`",
            place.data().display(),
        );
        init::make_cluster(&place, &binaries, account).await?;
    }
    place.write()?;
    let password = init::password(&place)?;
    let server = Server::new(place, binaries, account, &password);
    let (start, version) = server.ensure().await?;
    let in_use = use_server(&server)?;
    drop(start_lock);

    let origin = Origin::Private { version, data_dir: server.place().data() };
    let options = server.options().clone();
    Ok(Database { options, origin, keeper: Some(Keeper { server, start, in_use }) })
}

/// Joins the users of a server. The caller holds `start.lock`.
fn use_server(server: &Server) -> Result<Lock, Error> {
    let path = server.place().users_lock();
    // Only a closing process takes it alone, and never without `start.lock`.
    Lock::try_shared(&path)?.ok_or(Error::Locked { path, seconds: 0 })
}

impl Database {
    /// A program of the installation that a private cluster was started from.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let keeper = self.keeper.as_ref();
        keeper.map_or_else(|| PathBuf::from(name), |keeper| keeper.server.program(name))
    }

    /// The password of a private cluster.
    pub(crate) fn password(&self) -> Option<String> {
        let place = self.keeper.as_ref()?.server.place();
        std::fs::read_to_string(place.password()).ok().map(|text| text.trim().to_owned())
    }

    /// Which database was chosen and why, in one line without secrets.
    #[must_use]
    pub fn describe(&self) -> String {
        match (&self.origin, &self.keeper) {
            (Origin::Private { version, data_dir }, Some(keeper)) => {
                let start = match keeper.start {
                    Start::Started => "started now",
                    Start::Adopted => "was running",
                };
                let data_dir = data_dir.display();
                format!(
                    "private PostgreSQL {version} in `{data_dir}` ({start}; `DATABASE_URL` is \
                     not set)"
                )
            }
            _ => format!("{} (`DATABASE_URL` is set)", target(&self.options)),
        }
    }

    /// Starts a private server again if it has died; does nothing while it answers, or when the
    /// database was named by a URL.
    ///
    /// # Errors
    ///
    /// When it cannot be started or reached, as for [`open`].
    pub async fn revive(&self) -> Result<(), Error> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let start_lock = keeper.server.place().home.join("start.lock");
        let _start_lock = Lock::exclusive(&start_lock, START_LOCK_MAX).await?;
        keeper.server.ensure().await.map(|_| ())
    }

    /// Gives up the database. Stops a private server unless another process uses it.
    ///
    /// # Errors
    ///
    /// When another process keeps `start.lock`, or the server does not stop.
    pub async fn close(self) -> Result<(), Error> {
        let Some(Keeper { server, in_use, .. }) = self.keeper else { return Ok(()) };
        let start_lock = server.place().home.join("start.lock");
        let _start_lock = Lock::exclusive(&start_lock, START_LOCK_MAX).await?;
        // Nobody can join between these lines: joining takes `start.lock` too.
        drop(in_use);
        match Lock::try_exclusive(&server.place().users_lock())? {
            Some(_alone) => server.stop().await,
            None => Ok(()),
        }
    }
}

fn target(options: &PgConnectOptions) -> String {
    let name = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("`{name}` at `{}`", socket.display()),
        None => format!("`{name}` at `{}:{}`", options.get_host(), options.get_port()),
    }
}

// Written by hand, for the options and the URL hold a password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.describe()).finish()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("database_url", &self.database_url.as_ref().map(|_| "(set)"))
            .field("state_dir", &self.state_dir)
            .field("bin_dir", &self.bin_dir)
            .finish()
    }
}
