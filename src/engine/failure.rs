//! Why an attempt failed, with its help page.

use crate::failpoint::Hit;
use crate::job::JobError;
use crate::lake::{SourceError, text, write};

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The help page.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// Whether no further attempt can help.
    pub is_final: bool,
}

impl Failure {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), is_final: false }
    }

    pub(super) fn for_good(mut self) -> Self {
        self.is_final = true;
        self
    }
}

impl From<Hit> for Failure {
    fn from(hit: Hit) -> Self {
        Self::new("TM0401", hit.to_string())
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        Self { code: "TM0401", message: error.message().to_owned(), is_final: error.is_final() }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let code = match error {
            SourceError::Rejects { .. } => "TM0501",
            _ => "TM0502",
        };
        let text = error.to_string();
        // The code is a field of its own here.
        let message = text.strip_prefix(code).map_or(text.as_str(), |rest| &rest[2..]).to_owned();
        let failure = Self::new(code, message);
        // The same rows under the same header would be read again; another version of the file is
        // another run.
        let is_final = matches!(
            error,
            SourceError::Rejects { .. } | SourceError::Text(text::Error::Header { .. })
        );
        if is_final { failure.for_good() } else { failure }
    }
}

impl From<write::Error> for Failure {
    fn from(error: write::Error) -> Self {
        let code = match error {
            write::Error::Panic(_) => "TM0402",
            write::Error::Size { .. } => "TM0503",
            write::Error::Outside { .. } => "TM0506",
            write::Error::Stopped => "TM0403",
            _ => "TM0401",
        };
        Self::new(code, error.to_string())
    }
}
