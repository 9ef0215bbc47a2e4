//! What is wrong with a declaration.

use std::fmt;
use std::panic::Location;

/// One fault in what was declared: found with all others, never one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// The help page, such as `TM0103`.
    pub code: &'static str,
    /// The dataset or job.
    pub dataset: String,
    /// File and line of the declaration.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl SpecError {
    pub(crate) fn new(
        code: &'static str,
        dataset: &str,
        place: &'static Location<'static>,
        message: impl Into<String>,
    ) -> Self {
        let place = format!("{}:{}", place.file(), place.line());
        Self { code, dataset: dataset.to_owned(), place, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`: {}\n  at {}", self.code, self.dataset, self.message, self.place)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SpecError {}
