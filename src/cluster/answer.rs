//! Asks the server of a private cluster whether it is there.

use std::{io, path::PathBuf, time::Duration};

use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{Error, place::Place};

/// How long one connection may take; a stopped process accepts and then says nothing.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// What a server answers to a connection.
pub(super) enum Answer {
    /// It serves, and it is the one we mean.
    Ready(PgConnection),
    /// It works, but is not ready yet.
    Recovering,
    /// Something is there and does not serve.
    Unready(String),
    /// Nobody listens.
    Absent,
}

/// Connects to the server of `place`.
///
/// # Errors
///
/// When it refuses us, or is the server of another cluster.
pub(super) async fn ask(options: &PgConnectOptions, place: &Place) -> Result<Answer, Error> {
    // The database that every cluster has: ours may still have to be created.
    let options = options.clone().database("postgres");
    let mut db = match timeout(CONNECT_MAX, options.connect()).await {
        Ok(Ok(db)) => db,
        Ok(Err(error)) => return classify(error, place),
        Err(_) => return Ok(Answer::Unready("it accepts and then says nothing".to_owned())),
    };
    let found: String = sqlx::query_scalar("select current_setting('data_directory')")
        .fetch_one(&mut db)
        .await
        .map_err(Error::sql("ask the server for its data directory"))?;
    let (found, expected) = (PathBuf::from(found), place.data());
    if found == expected {
        return Ok(Answer::Ready(db));
    }
    Err(Error::OtherServer { socket: place.socket.clone(), expected, found })
}

fn classify(error: sqlx::Error, place: &Place) -> Result<Answer, Error> {
    match &error {
        sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
            // The same code stands for starting, recovering and shutting down.
            Some("57P03") if refusal.message().contains("shutting down") => {
                Ok(Answer::Unready("it is shutting down".to_owned()))
            }
            Some("57P03") => Ok(Answer::Recovering),
            Some("53300") => Ok(Answer::Unready("all its connections are taken".to_owned())),
            Some("28P01") => Err(Error::Damaged {
                home: place.home.clone(),
                reason: format!(
                    "the server does not take the password in `{}`",
                    place.password().display()
                ),
            }),
            _ => Err(Error::sql("connect to the private database")(error)),
        },
        sqlx::Error::Io(cause) => match cause.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(Answer::Absent),
            io::ErrorKind::PermissionDenied => {
                Err(Error::sql("connect to the private database")(error))
            }
            // It broke off: it is going down.
            _ => Ok(Answer::Unready(cause.to_string())),
        },
        _ => Err(Error::sql("connect to the private database")(error)),
    }
}
