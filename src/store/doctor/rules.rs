//! The invariants of a live system. Each statement sees one instant, and finds what must not be.
//!
//! Rows older than `since` are not looked at: what was sound stays so, and history is long.
//!
//! | Rule | Must hold |
//! |---|---|
//! | `counts`, `backfills` | nothing that was accepted is lost, and counts agree |
//! | `publication` | a run publishes one version, by its last attempt |
//! | `heads`, `generations` | readers see the newest version, and it only moves forward |
//! | `files`, `orphans` | no two versions share a file, and what nothing names is collected |
//! | `waiting` | a run waits exactly as long as something waits for it to pass |
//! | `workers`, `attempts` | what is in hand has a worker that lives, and one open attempt |
//! | `limits` | no pool, job or backfill has more in hand than it may |
//! | `schedules` | ticks are recorded when they are due |
//! | `slas`, `promises` | promises are judged by when partitions came, and when they are due |
//! | `lineage` | what was read was published before |

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::super::Result;
use super::{live, published};
use crate::plan::Finding;

/// What is said when rows disagree that one transaction writes.
pub(super) const REPORT: &str = "this must never be: keep a copy of the database, and report it \
                                 with these lines";

/// Everything that breaks an invariant, of what was written since then.
///
/// # Errors
///
/// When a statement fails.
pub async fn breaches(db: &mut PgConnection, since: jiff::Timestamp) -> Result<Vec<Finding>> {
    let since = since.to_sqlx();
    let mut found = Vec::new();
    live::counts(db, since, &mut found).await?;
    published::publications(db, since, &mut found).await?;
    published::heads(db, since, &mut found).await?;
    live::waiting(db, &mut found).await?;
    live::held(db, since, &mut found).await?;
    live::served(db, &mut found).await?;
    live::taken(db, &mut found).await?;
    live::limits(db, &mut found).await?;
    live::schedules(db, &mut found).await?;
    live::slas(db, since, &mut found).await?;
    published::lineage(db, since, &mut found).await?;
    Ok(found)
}
