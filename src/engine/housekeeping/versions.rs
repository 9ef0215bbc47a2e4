//! Versions that another took the place of: expired in a transaction, their files deleted after it.

use anyhow::Result;

use super::super::Mill;
use super::{Tally, lake};
use crate::plan::Keep;
use crate::store::{self, Expired};

/// How many ids are looked through in one statement.
const STRETCH: i64 = 20_000;
/// How many versions lose their files at a time.
const BATCH: i64 = 500;

/// Tells of what another version took the place of long enough ago; with `expire`, expires it.
///
/// The row stays, so that lineage still says what was read; the setting holds for versions that the
/// lineage of a head names as well.
pub(super) async fn expire(
    mill: &Mill,
    keep: &Keep,
    expire: bool,
    tell: &mut (impl FnMut(&Expired) + Send),
) -> Result<Tally> {
    let mut db = mill.pool.acquire().await?;
    let before = keep.versions_before(store::database_now(&mut db).await?);
    let range = store::version_range(&mut db).await?;
    let mut expired = Tally::default();
    let mut after = range.first - 1;
    while after < range.last {
        let up_to = after.saturating_add(STRETCH);
        let superseded = store::superseded(&mut db, before, after, up_to).await?;
        for version in &superseded {
            expired.add(version.bytes);
            tell(version);
        }
        if expire && !superseded.is_empty() {
            let ids: Vec<i64> = superseded.iter().map(|version| version.id).collect();
            store::expire_versions(&mut db, &ids).await?;
        }
        after = up_to;
    }
    Ok(expired)
}

/// Deletes the files of expired versions. A turn that is cut short is taken up by the next: a
/// version counts as collected once its files are gone.
pub(super) async fn collect(mill: &Mill) -> Result<Tally> {
    let mut db = mill.pool.acquire().await?;
    let mut collected = Tally::default();
    let mut after = 0;
    loop {
        let batch = store::to_collect(&mut db, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(collected) };
        after = last.id;
        let paths: Vec<String> =
            batch.iter().flat_map(|version| version.paths.iter().cloned()).collect();
        lake::delete(mill, &paths).await?;
        let ids: Vec<i64> = batch.iter().map(|version| version.id).collect();
        store::collected(&mut db, &ids).await?;
        batch.iter().for_each(|version| collected.add(version.bytes));
    }
}
