//! How a job says that it failed.

use std::fmt;

/// What a job's code returns.
pub type JobResult<T> = Result<T, JobError>;

/// Why an attempt failed: tried again, unless [`for_good`](ForGood::for_good) says otherwise.
///
/// Any error becomes one through `?`.
#[derive(Debug)]
pub struct JobError {
    message: String,
    is_final: bool,
}

impl JobError {
    /// An error with this message; the run is tried again.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_final: false }
    }

    /// Whether no further attempt can help.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.is_final
    }

    /// What happened.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<E: std::error::Error> From<E> for JobError {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(message)
    }
}

/// Turns a failure into one that is not tried again.
pub trait ForGood<T> {
    /// Gives up at once when this is an error.
    ///
    /// # Errors
    ///
    /// The same error, marked as final.
    fn for_good(self) -> JobResult<T>;
}

impl<T, E: Into<JobError>> ForGood<T> for Result<T, E> {
    fn for_good(self) -> JobResult<T> {
        self.map_err(|error| JobError { is_final: true, ..error.into() })
    }
}
