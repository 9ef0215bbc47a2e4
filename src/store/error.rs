//! How the database fails us.

use crate::failpoint::Hit;

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// How the database fails us.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It cannot be reached.
    #[error("TM0302: could not open the database: {source}")]
    Open {
        /// What happened.
        source: sqlx::Error,
    },
    /// Its schema cannot be brought up to date.
    #[error("TM0303: could not bring the database schema up to date: {source}")]
    Migrate {
        /// What happened.
        source: sqlx::migrate::MigrateError,
    },
    /// A dataset was cut otherwise before.
    #[error(
        "TM0205: `{dataset}` was cut `{before}` and is now declared `{now}`; what is published \
         would get other names"
    )]
    SchemeChanged {
        /// The dataset.
        dataset: String,
        /// How it was cut.
        before: String,
        /// How it is declared.
        now: String,
    },
    /// A plan was made from a picture that no longer holds.
    #[error("TM0203: the world moved since this plan was made; plan again")]
    PlanMoved,
    /// No backfill has this number.
    #[error("TM0207: there is no backfill {0}")]
    NoBackfill(i64),
    /// What was asked of a backfill makes sense only while it is active.
    #[error("TM0208: backfill {backfill} is {state}, so nothing of it is left to change")]
    BackfillOver {
        /// The backfill.
        backfill: i64,
        /// Where it stands.
        state: String,
    },
    /// No pool has this name.
    #[error("TM0209: there is no pool `{0}`")]
    NoPool(String),
    /// Runs that should be cancelled are in the hands of transactions that do not end.
    #[error(
        "TM0305: {runs} runs could not be cancelled, since other transactions hold them; the \
         others are cancelled, so try again"
    )]
    RunsHeld {
        /// How many.
        runs: u64,
    },
    /// A statement failed.
    #[error("TM0302: a database statement failed: {0}")]
    Sql(#[from] sqlx::Error),
}

impl From<Hit> for Error {
    /// What was told to fail fails as if the connection broke.
    fn from(hit: Hit) -> Self {
        Self::Sql(sqlx::Error::Io(std::io::Error::other(hit)))
    }
}

impl Error {
    /// The code Postgres gives the failure, if it is one of Postgres.
    fn sql_state(&self) -> Option<String> {
        let Self::Sql(sqlx::Error::Database(error)) = self else { return None };
        error.code().map(std::borrow::Cow::into_owned)
    }

    /// Whether the database refused what was said (classes 22 and 23), so that saying it again
    /// cannot help.
    #[must_use]
    pub fn is_about_data(&self) -> bool {
        self.sql_state().is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
    }

    /// Whether a table that was named is not there any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.sql_state().is_some_and(|code| code == "42P01")
    }

    /// Whether two transactions stood in each other's way, so that saying it again helps.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        self.sql_state().is_some_and(|code| code == "40P01" || code == "40001" || code == "55P03")
    }
}
