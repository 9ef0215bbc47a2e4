//! Whether somebody who was let in still may stay, for what lasts longer than a request.

use super::identify::IDLE;
use super::{Principal, Shared, Who};
use crate::store;

impl Shared {
    /// What somebody may, as a text that changes with it; none when their session or token has
    /// ended, or that cannot be found out. It does not count as a request of theirs.
    pub(in super::super) async fn standing(&self, by: &Principal) -> Option<String> {
        let mut db = self.mill.pool.acquire().await.ok()?;
        let standing = match by.who {
            Who::User { session, .. } => store::session_standing(&mut db, session, IDLE).await,
            Who::Token { token, .. } => store::token_standing(&mut db, token).await,
        };
        standing.ok().flatten()
    }
}
