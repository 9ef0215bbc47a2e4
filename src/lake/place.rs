//! A folder or URL in which objects are kept.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, parse_url_opts};
use polars::prelude::{CloudScheme, PlRefPath};
use polars_io::cloud::CloudOptions;
use url::Url;

use super::write::Folder;
use crate::model::{PartitionKey, Scheme};

/// A folder or URL in which objects are kept, for `object_store` and Polars alike.
#[derive(Clone, Debug)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    /// What a path is put behind so that Polars finds it, without a slash at the end.
    base: String,
    cloud: Option<CloudOptions>,
    /// The folder, when it is one of this machine.
    folder: Option<Folder>,
}

/// Why a place cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("TM0504: could not open `{place}`: {why}")]
pub struct OpenError {
    place: String,
    why: String,
}

impl Place {
    /// Opens a folder, made when it is not there, or a URL such as `s3://bucket/prefix`.
    ///
    /// `options` are those of the object store (`aws_region`, `aws_endpoint`, …).
    ///
    /// # Errors
    ///
    /// When the folder cannot be made, or the URL names no store this build knows.
    pub fn open(text: &str, options: &BTreeMap<String, String>) -> Result<Self, OpenError> {
        let fail = |why: String| OpenError { place: text.to_owned(), why };
        let local = text.strip_prefix("file://").or((!text.contains("://")).then_some(text));
        if let Some(folder) = local {
            return Self::open_folder(folder).map_err(|error| fail(error.to_string()));
        }
        let url = Url::parse(text).map_err(|error| fail(error.to_string()))?;
        let (store, prefix) =
            parse_url_opts(&url, options.iter()).map_err(|error| fail(error.to_string()))?;
        let scheme = CloudScheme::from_path(text);
        let cloud = CloudOptions::from_untyped_config(scheme, options.iter())
            .map_err(|error| fail(error.to_string()))?;
        Ok(Self {
            store: Arc::new(PrefixStore::new(store, prefix)),
            base: text.trim_end_matches('/').to_owned(),
            cloud: Some(cloud),
            folder: None,
        })
    }

    fn open_folder(folder: &str) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder: PathBuf = std::fs::canonicalize(folder)?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(std::io::Error::other)?;
        let base = folder.to_string_lossy().trim_end_matches('/').to_owned();
        Ok(Self { store: Arc::new(store), base, cloud: None, folder: Some(Folder::new(folder)) })
    }

    /// A place that is forgotten with the process.
    #[cfg(test)]
    pub(super) fn in_memory() -> Self {
        let store = Arc::new(object_store::memory::InMemory::new());
        Self { store, base: "memory:".to_owned(), cloud: None, folder: None }
    }

    /// The object store, in which paths start from this place.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The folder or URL, for people and for readers outside.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether it is a folder of this machine.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.folder.is_some()
    }

    /// The folder to write files in, when it is one of this machine.
    pub(super) const fn folder(&self) -> Option<&Folder> {
        self.folder.as_ref()
    }

    /// What Polars needs to read from here, besides paths.
    pub(super) const fn cloud(&self) -> Option<&CloudOptions> {
        self.cloud.as_ref()
    }

    /// The full path of an object.
    #[must_use]
    pub fn full_path(&self, object: &str) -> String {
        format!("{}/{object}", self.base)
    }

    pub(super) fn scan_path(&self, object: &str) -> PlRefPath {
        PlRefPath::new(self.full_path(object))
    }
}

/// The path of what an attempt writes, without an ending: its own, and nobody else's. Partitions that
/// are made together, up to the window `last`, share a folder: each folder has to be kept by the disk
/// before what is in it is.
#[must_use]
pub fn attempt_path(
    dataset: &str,
    scheme: &Scheme,
    (key, last): (&PartitionKey, i64),
    (run, attempt): (i64, i32),
) -> Path {
    let mut label = scheme.label(key.ordinal);
    if last != key.ordinal {
        label = format!("{label}..{}", scheme.label(last));
    }
    let mut parts = vec![dataset.to_owned(), segment(&label)];
    for (dimension, value) in scheme.dimensions.iter().zip(key.slice.values()) {
        parts.push(format!("{}={}", dimension.name, segment(value)));
    }
    parts.push(format!("{run}-{attempt}"));
    Path::from_iter(parts)
}

/// Any text as a path segment: letters, digits and `-_.:+` stay, other bytes become `@XX`.
fn segment(text: &str) -> String {
    let mut safe = String::new();
    for (at, byte) in text.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"-_:+".contains(&byte);
        if plain || (byte == b'.' && 0 < at) {
            safe.push(char::from(byte));
        } else {
            safe.push_str(&format!("@{byte:02X}"));
        }
    }
    if 120 < safe.len() {
        let digest = blake3::hash(text.as_bytes()).to_hex();
        safe = format!("{}@{}", &safe[..80], &digest[..24]);
    }
    if safe.is_empty() { "@".to_owned() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn any_value_makes_one_harmless_path_segment() {
        assert_eq!(segment("2024-03-31"), "2024-03-31");
        assert_eq!(segment("../a/b"), "@2E.@2Fa@2Fb");
        assert_eq!(segment("a,b'\"é"), "a@2Cb@27@22@C3@A9");
        assert_eq!(segment(""), "@");
        assert_ne!(segment(&"x".repeat(300)), segment(&"x".repeat(301)));
        assert!(segment(&"/".repeat(300)).len() < 120);
    }
}
