//! What is there of a source: one listing, grouped into partitions.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::{Place, Template};
use crate::model::{PartitionKey, Scheme};

/// A file of a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is, from the source's place.
    pub path: String,
    /// How large it is, in bytes.
    pub size: u64,
    /// What tells versions of it apart: the store's tag, or else the time of change.
    pub tag: String,
}

/// The files of each partition of a source, each list in the order of paths.
///
/// # Errors
///
/// When the place cannot be listed.
pub async fn list(
    place: &Place,
    template: &str,
    scheme: &Scheme,
) -> object_store::Result<BTreeMap<PartitionKey, Vec<Found>>> {
    let template = Template::new(template);
    let prefix = template.prefix();
    let prefix = (!prefix.is_empty()).then(|| Path::from(prefix));
    let mut partitions: BTreeMap<PartitionKey, Vec<Found>> = BTreeMap::new();
    let mut listing = place.store().list(prefix.as_ref());
    while let Some(object) = listing.try_next().await? {
        let path = object.location.to_string();
        if let Some(key) = template.partition(&path, scheme) {
            let (size, tag) = (object.size, tag(&object));
            partitions.entry(key).or_default().push(Found { path, size, tag });
        }
    }
    for files in partitions.values_mut() {
        files.sort();
    }
    Ok(partitions)
}

/// What tells versions of an object apart.
fn tag(object: &ObjectMeta) -> String {
    let changed = || object.last_modified.timestamp_micros().to_string();
    object.e_tag.clone().unwrap_or_else(changed)
}

/// Whether a file is still the version that was found.
pub async fn is_version(place: &Place, path: &str, size: u64, expected: &str) -> bool {
    // As it was listed: what is percent-coded in it stays as it is.
    let Ok(path) = Path::parse(path) else { return false };
    let head = place.store().head(&path).await;
    head.is_ok_and(|object| object.size == size && tag(&object) == expected)
}

/// A number for these versions of these files: the same exactly when nothing changed.
#[must_use]
pub fn version(files: &[Found]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        for text in [&file.path, &file.tag] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(&file.size.to_le_bytes());
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(half)
}
