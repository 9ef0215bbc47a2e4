//! Published files are there, with the size and the hash that were recorded.

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt};

use super::super::Mill;
use crate::plan::Finding;
use crate::store::{self, PublishedFile};

/// How many files are read at once.
const AT_ONCE: usize = 4;
/// How many versions are read from the database at a time.
const PAGE: i64 = 500;
/// How many faults are spelled out.
const TOLD_MAX: usize = 20;

/// Reads the files of a few versions picked by chance.
pub(super) async fn some(mill: &Mill, versions: i32) -> Result<Option<Finding>> {
    let mut db = mill.pool.acquire().await?;
    let files = store::some_files(&mut db, versions).await?;
    drop(db);
    Ok(finding(faults(mill, &files).await))
}

/// Reads the files of every version that is kept.
pub(super) async fn all(mill: &Mill) -> Result<Option<Finding>> {
    let (mut after, mut told) = (0, Vec::new());
    loop {
        let mut db = mill.pool.acquire().await?;
        let page = store::all_files(&mut db, after, PAGE).await?;
        drop(db);
        let Some(last) = page.last() else { return Ok(finding(told)) };
        after = last.version;
        told.extend(faults(mill, &page).await);
        told.truncate(TOLD_MAX);
    }
}

fn finding(faults: Vec<String>) -> Option<Finding> {
    let advice = "put the files back from a copy of the lake, or make the partitions again \
                  (`tidemill run`)";
    let fault = "published files are gone or changed";
    (!faults.is_empty()).then(|| Finding::wrong("files", fault, advice).at(faults))
}

/// What is wrong with these files.
async fn faults(mill: &Mill, files: &[PublishedFile]) -> Vec<String> {
    let looks = files.iter().map(|file| async {
        let fault = fault(mill, file).await?;
        Some(format!("{} of version {}: {fault}", mill.lake.full_path(&file.path), file.version))
    });
    stream::iter(looks)
        .buffered(AT_ONCE)
        .filter_map(std::future::ready)
        .take(TOLD_MAX)
        .collect()
        .await
}

async fn fault(mill: &Mill, file: &PublishedFile) -> Option<String> {
    let path = match Path::parse(&file.path) {
        Ok(path) => path,
        Err(error) => return Some(error.to_string()),
    };
    let read = async {
        let object = mill.lake.store().get(&path).await?;
        let size = object.meta.size;
        let mut hasher = blake3::Hasher::new();
        let mut bytes = object.into_stream();
        while let Some(part) = bytes.try_next().await? {
            hasher.update(&part);
        }
        Ok::<_, Error>((size, hasher.finalize().to_hex().to_string()))
    };
    match read.await {
        Ok((size, _)) if size as i64 != file.size => {
            Some(format!("it has {size} bytes, and {} were published", file.size))
        }
        Ok((_, hash)) if hash != file.hash => {
            Some(format!("its bytes are others than were published (hash {hash})"))
        }
        Ok(_) => None,
        Err(Error::NotFound { .. }) => Some("it is not there".to_owned()),
        Err(error) => Some(format!("it cannot be read: {error}")),
    }
}
