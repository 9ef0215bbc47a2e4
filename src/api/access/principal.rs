//! Who asks.

use jiff::Timestamp;

use super::{Permission, Reach};
use crate::model::{Role, Scope};

/// Who asks, once it is known.
#[derive(Clone, Debug)]
pub(in super::super) struct Principal {
    /// Who it is.
    pub(in super::super) who: Who,
    /// As people read it, and as it is written down.
    pub(in super::super) name: String,
    /// What the person types to sign in.
    pub(in super::super) login: String,
    /// What the person is called.
    pub(in super::super) full_name: String,
    /// When the session or the token ends at the latest.
    pub(in super::super) expires_at: Timestamp,
    /// What they may do.
    pub(in super::super) role: Role,
    /// Only these actions, for a token that was made for less than its role allows.
    pub(in super::super) only: Option<Vec<String>>,
    /// Which datasets they may know of.
    pub(in super::super) scope: Scope,
    /// And which their owner may, for a token: it knows of what is in both.
    pub(in super::super) within: Scope,
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
    /// Whether they may do this.
    pub(in super::super) fn may(&self, it: &Permission) -> bool {
        self.reaches(it)
            && it.role <= self.role
            && self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == it.name))
    }

    /// Whether they may know of as many datasets as this takes.
    pub(in super::super) fn reaches(&self, it: &Permission) -> bool {
        it.reach == Reach::Some || self.sees_all()
    }

    /// Whether they may know of every dataset, those that are not declared any more too.
    pub(in super::super) const fn sees_all(&self) -> bool {
        self.scope.all && self.within.all
    }

    /// Whether they may know of a dataset of this name and these tags.
    pub(in super::super) fn sees<'a>(
        &self,
        name: &str,
        tags: impl Iterator<Item = &'a str> + Clone,
    ) -> bool {
        self.scope.holds(name, tags.clone()) && self.within.holds(name, tags)
    }

    /// The number of the person, or of who made the token.
    pub(in super::super) const fn user(&self) -> i64 {
        match self.who {
            Who::User { user, .. } | Who::Token { user, .. } => user,
        }
    }

    /// As keys that belong to one principal name it.
    pub(in super::super) fn key(&self) -> String {
        match self.who {
            Who::User { user, .. } => format!("user {user}"),
            Who::Token { token, .. } => format!("token {token}"),
        }
    }
}
