//! How long the database may take.

use std::io;
use std::time::Duration;

use super::Error;

/// Longer than any transaction of a worker takes, waits for locks included. What takes longer has
/// lost its other side: a connection that is half open is silent for ever.
const ANSWER_MAX: Duration = Duration::from_secs(25);

/// Runs statements, and gives them up as if their connection broke when they take too long.
///
/// # Errors
///
/// When they fail or take too long; then it is unknown whether anything was written.
pub async fn in_time<T, E: From<Error>>(
    statements: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(ANSWER_MAX, statements).await.unwrap_or_else(|_| {
        let late = io::Error::new(io::ErrorKind::TimedOut, "the database does not answer");
        Err(Error::Sql(sqlx::Error::Io(late)).into())
    })
}
