//! Names of datasets and jobs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name of a dataset, and of the job that makes it: lowercase words joined by `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// Why a string is not a [`Name`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name; use lowercase words joined by `_`, at most 63 bytes")]
pub struct InvalidName(String);

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let well_formed = text.len() <= 63
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !well_formed {
            return Err(InvalidName(text.to_owned()));
        }
        Ok(Self(text.into()))
    }
}

impl Name {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
