//! Messages between processes, outside of any transaction that writes.

use sqlx::PgPool;
use sqlx::postgres::PgListener;

use super::Result;

/// The channel of all messages.
const CHANNEL: &str = "tidemill";

/// Runs may be claimed that could not before.
pub const WORK: &str = "work";
/// Runs were taken from their workers.
pub const HALT: &str = "halt";
/// What is due may have changed.
pub const DEMAND: &str = "demand";

/// Sends a message to every process that listens.
///
/// # Errors
///
/// When the statement fails.
pub async fn ring(pool: &PgPool, message: &str) -> Result<()> {
    sqlx::query!("select pg_notify($1, $2)", CHANNEL, message).fetch_one(pool).await?;
    Ok(())
}

/// Messages from other processes.
#[derive(Debug)]
pub struct Rings(PgListener);

impl Rings {
    /// Begins to listen, on a connection of its own.
    ///
    /// # Errors
    ///
    /// When there is no connection.
    pub async fn listen(pool: &PgPool) -> Result<Self> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The next message; none when the connection was lost in between and is there again.
    ///
    /// # Errors
    ///
    /// When it cannot be had again.
    pub async fn next(&mut self) -> Result<Option<String>> {
        Ok(self.0.try_recv().await?.map(|message| message.payload().to_owned()))
    }
}
