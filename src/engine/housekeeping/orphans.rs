//! Objects that nothing names: marked, looked at again, deleted.

use anyhow::{Context as _, Result};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore};

use super::super::Mill;
use super::{Tally, lake};
use crate::clock;
use crate::plan::Keep;
use crate::store::{self, Orphan};

/// How many objects are held at once, of however long a listing.
const PAGE: usize = 1_000;

/// Lists what is below each dataset and tells of what nothing names; with `mark`, marks it.
///
/// # Errors
///
/// When the lake cannot be listed, or a statement fails.
pub(super) async fn look(
    mill: &Mill,
    keep: &Keep,
    mark: bool,
    tell: &mut (impl FnMut(&Orphan) + Send),
) -> Result<(Tally, u64)> {
    let mut db = mill.pool.acquire().await?;
    let datasets = store::made_datasets(&mut db).await?;
    // A clock that is wrong must not make a young object old: the earlier of two is taken.
    let now = store::database_now(&mut db).await?.min(clock::now());
    drop(db);
    let timeouts = mill.catalog.datasets().iter().filter_map(|dataset| dataset.job());
    let longest = timeouts.map(|job| job.timeout).max().unwrap_or_default();
    let before = keep.orphans_before(now, longest);
    let (mut found, mut foreign) = (Tally::default(), 0);
    for dataset in datasets {
        let listing = mill.lake.store().list(Some(&Path::from(dataset.as_str())));
        let mut pages = listing.try_chunks(PAGE);
        while let Some(page) = pages
            .try_next()
            .await
            .map_err(|error| error.1)
            .with_context(|| format!("could not list `{}`", mill.lake.full_path(&dataset)))?
        {
            let mut written = Vec::new();
            for object in page.iter().filter(|object| is_older(object, before)) {
                match written_by(&dataset, object) {
                    Some(object) => written.push(object),
                    None => foreign += 1,
                }
            }
            let mut db = mill.pool.acquire().await?;
            let orphans = store::unnamed(&mut db, &written).await?;
            for orphan in &orphans {
                found.add(orphan.size);
                tell(orphan);
            }
            if mark && !orphans.is_empty() {
                store::mark_orphans(&mut db, &orphans).await?;
            }
        }
    }
    Ok((found, foreign))
}

fn is_older(object: &ObjectMeta, before: jiff::Timestamp) -> bool {
    object.last_modified.timestamp() < before.as_second()
}

/// The attempt whose object this is; none when no attempt names objects so.
fn written_by(dataset: &str, object: &ObjectMeta) -> Option<Orphan> {
    let path = object.location.as_ref();
    let (run, attempt) = attempt_of(dataset, path)?;
    Some(Orphan { path: path.to_owned(), size: object.size as i64, run, attempt })
}

/// Run and attempt from `<dataset>/<partition>/…/<run>-<attempt>…`, a file or a folder.
fn attempt_of(dataset: &str, path: &str) -> Option<(i64, i32)> {
    let inside = path.strip_prefix(dataset)?.strip_prefix('/')?;
    // The first part names the partition, and may look like a run and an attempt: `2024-03`.
    let mut parts = inside.split('/').skip(1).collect::<Vec<_>>();
    let file = parts.pop()?;
    let of_file = numbers(file, |rest| rest.is_empty() || rest.starts_with(['.', '-']));
    of_file.or_else(|| numbers(parts.pop()?, str::is_empty))
}

/// The two numbers that a name begins with, if what follows them is as it should be.
fn numbers(name: &str, is_end: impl Fn(&str) -> bool) -> Option<(i64, i32)> {
    let (run, rest) = name.split_once('-')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (attempt, rest) = rest.split_at(end);
    let is_number = !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !is_end(rest) {
        return None;
    }
    Some((run.parse().ok()?, attempt.parse().ok()?))
}

/// Deletes what was marked long enough ago, if nothing names it now either.
///
/// # Errors
///
/// When an object cannot be deleted, or a statement fails; what was deleted is forgotten at a later
/// turn.
pub(super) async fn sweep(mill: &Mill, keep: &Keep) -> Result<Tally> {
    let mut db = mill.pool.acquire().await?;
    let before = keep.deleted_before(store::database_now(&mut db).await?);
    let mut deleted = Tally::default();
    let mut after = String::new();
    loop {
        let due = store::due_orphans(&mut db, before, &after, PAGE as i64).await?;
        let Some(last) = due.last() else { return Ok(deleted) };
        if after.is_empty() {
            let named = store::unmark_named(&mut db).await?;
            if 0 < named {
                tracing::warn!("{named} objects were marked as orphans and are named; they stay");
                continue;
            }
        }
        after.clone_from(&last.path);
        let orphans = store::unnamed(&mut db, &due).await?;
        let paths: Vec<String> = orphans.iter().map(|orphan| orphan.path.clone()).collect();
        lake::delete(mill, &paths).await?;
        orphans.iter().for_each(|orphan| deleted.add(orphan.size));
        // Those that are no orphans any more are forgotten as well.
        let looked: Vec<String> = due.into_iter().map(|orphan| orphan.path).collect();
        store::forget_orphans(&mut db, &looked).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::attempt_of;

    #[test]
    fn only_what_an_attempt_would_write_is_taken_for_its_object() {
        let of = |path: &str| attempt_of("orders", path);
        assert_eq!(of("orders/2024-03-31/17-2.parquet"), Some((17, 2)));
        assert_eq!(of("orders/2024-03/region=eu/17-2.rejects.ndjson"), Some((17, 2)));
        assert_eq!(of("orders/all/17-2/part-0.parquet"), Some((17, 2)));
        assert_eq!(of("orders/all/17-2-4af9.parquet"), Some((17, 2)));
        for other in [
            "orders/2024-03-31/notes.txt",
            "orders/17-2.parquet",
            "orders/2024-03-31",
            "orders/all/17-2parquet",
            "orders/all/-17-2.parquet",
            "orders/all/17.parquet",
            "orders/all/99999999999999999999-1.parquet",
            "orders_late/all/17-2.parquet",
            "other/all/17-2.parquet",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
