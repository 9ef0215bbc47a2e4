//! What the few handlers that anybody may call get instead of a proof.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sqlx::{PgConnection, PgPool};

use super::super::problem::{Answer, Problem};
use super::{Contact, Entry, Shared};

/// Access without a name: for signing in, and for nothing else. `tests/it/api` holds the list of
/// the addresses that answer without a name.
pub(in super::super) struct Open {
    shared: Arc<Shared>,
    contact: Contact,
}

impl FromRequestParts<Arc<Shared>> for Open {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Answer<Self> {
        let contact = shared.contact(parts);
        // Signing somebody in as another is done from elsewhere too.
        contact.check_own(&parts.headers, &parts.method, false)?;
        Ok(Self { shared: Arc::clone(shared), contact })
    }
}

impl Open {
    /// The database.
    pub(in super::super) fn pool(&self) -> &PgPool {
        &self.shared.mill.pool
    }

    /// Writes down what nobody who is known did.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn audit(&self, db: &mut PgConnection, entry: Entry) -> Answer<()> {
        entry.write(db, None, &self.contact).await
    }

    /// What all requests share.
    pub(in super::super) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Where the request came from and how.
    pub(in super::super) const fn contact(&self) -> &Contact {
        &self.contact
    }
}
