//! An account of what was done, written in the transaction of what it is about.

use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

use super::super::problem::Answer;
use super::{Contact, Principal, Who};
use crate::store;

/// What is written down, beside who did it and from where.
#[derive(Clone, Debug)]
pub(in super::super) struct Entry {
    action: &'static str,
    object_kind: &'static str,
    object: String,
    datasets: Vec<i32>,
    outcome: &'static str,
    reason: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Entry {
    /// Something was done: `Entry::new("backfill.pause", "backfill", 17)`.
    pub(in super::super) fn new(
        action: &'static str,
        object_kind: &'static str,
        object: impl std::fmt::Display,
    ) -> Self {
        Self {
            action,
            object_kind,
            object: object.to_string(),
            datasets: Vec::new(),
            outcome: "done",
            reason: None,
            before: None,
            after: None,
        }
    }

    /// The numbers of the datasets it is about: whoever may not know of all of them does not see
    /// the entry. What is about none is seen by those who may know of every dataset.
    #[must_use]
    pub(in super::super) fn datasets(mut self, datasets: impl IntoIterator<Item = i32>) -> Self {
        self.datasets = datasets.into_iter().collect();
        self
    }

    /// What it was like. Never with a secret in it.
    #[must_use]
    pub(in super::super) fn before(mut self, before: &impl Serialize) -> Self {
        self.before = serde_json::to_value(before).ok();
        self
    }

    /// What it is like now. Never with a secret in it.
    #[must_use]
    pub(in super::super) fn after(mut self, after: &impl Serialize) -> Self {
        self.after = serde_json::to_value(after).ok();
        self
    }

    /// What they said about it.
    #[must_use]
    pub(in super::super) fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// They may not do it.
    #[must_use]
    pub(in super::super) fn refused(mut self, reason: impl Into<String>) -> Self {
        (self.outcome, self.reason) = ("refused", Some(reason.into()));
        self
    }

    /// It did not work.
    #[must_use]
    pub(in super::super) fn failed(mut self, reason: impl Into<String>) -> Self {
        (self.outcome, self.reason) = ("failed", Some(reason.into()));
        self
    }

    /// Writes it down.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn write(
        &self,
        db: &mut PgConnection,
        by: Option<&Principal>,
        contact: &Contact,
    ) -> Answer<()> {
        let (kind, person, token) = match by.map(|by| by.who) {
            None => ("anonymous", None, None),
            Some(Who::User { user, .. }) => ("user", Some(user), None),
            Some(Who::Token { user, token }) => ("token", Some(user), Some(token)),
        };
        let new = store::NewAudit {
            actor: by.map_or("nobody", |by| &by.name),
            actor_kind: kind,
            person,
            token,
            action: self.action,
            object_kind: self.object_kind,
            object: &self.object,
            datasets: &self.datasets,
            outcome: self.outcome,
            reason: self.reason.as_deref(),
            before: self.before.as_ref(),
            after: self.after.as_ref(),
            request: &super::super::request::current(),
            address: &contact.address.to_string(),
        };
        store::record_audit(db, new).await?;
        Ok(())
    }
}
