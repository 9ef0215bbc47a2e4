//! How the database fails us.

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
    /// A statement failed.
    #[error("TM0302: a database statement failed: {0}")]
    Sql(#[from] sqlx::Error),
}
