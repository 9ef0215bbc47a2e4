//! What must hold at any moment, asked of the database while faults happen.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tidemill::store;

use super::world::World;

/// What each transaction keeps, whoever is killed, frozen or cut off: the rules of the doctor but
/// those that only say that somebody is late.
const ALWAYS: [&str; 9] = [
    "counts",
    "backfills",
    "publication",
    "heads",
    "generations",
    "files",
    "waiting",
    "limits",
    "lineage",
];
/// A database that does not answer by then is one of the faults.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found so far, and how often somebody looked.
#[derive(Default)]
pub(super) struct Examined {
    pub(super) times: u32,
    pub(super) wrong: BTreeSet<String>,
}

impl Examined {
    /// Looks once more, if the database answers.
    pub(super) async fn look(&mut self, world: &World, after: &str) {
        let looking = async {
            let mut db = PgConnection::connect_with(&world.direct).await.ok()?;
            let found = store::breaches(&mut db, jiff::Timestamp::UNIX_EPOCH).await.ok();
            // Whatever becomes of the connection: the next look has one of its own.
            let _ = db.close().await;
            found
        };
        let Ok(Some(found)) = tokio::time::timeout(PATIENCE, looking).await else { return };
        self.times += 1;
        let found = found.into_iter().filter(|one| ALWAYS.contains(&one.rule));
        self.wrong.extend(found.map(|one| {
            format!("after {after}: {}: {}: {}", one.rule, one.fault, one.examples.join("; "))
        }));
    }
}
