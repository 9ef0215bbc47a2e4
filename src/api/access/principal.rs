//! Who asks.

use crate::model::{Role, Scope};

/// Who asks, once it is known.
#[derive(Clone, Debug)]
pub(in super::super) struct Principal {
    /// Who it is.
    pub(in super::super) who: Who,
    /// As people read it, and as it is written down.
    pub(in super::super) name: String,
    /// What they may do.
    pub(in super::super) role: Role,
    /// Only these actions, for a token that was made for less than its role allows.
    pub(in super::super) only: Option<Vec<String>>,
    /// Which datasets they may know of.
    pub(in super::super) scope: Scope,
}

/// What kind of principal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Who {
    /// A person, by the session of a browser.
    User {
        /// The person.
        user: i64,
        /// The session.
        session: i64,
    },
    /// A program, by a token that somebody made for it.
    Token {
        /// Who made it.
        user: i64,
        /// The token.
        token: i64,
    },
}

impl Principal {
    /// Whether they may do what this is the name of.
    pub(in super::super) fn may(&self, action: &str, least: Role) -> bool {
        least <= self.role
            && self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == action))
    }
}
