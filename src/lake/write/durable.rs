//! An object on the local disk is not stored until the disk has it.

use std::fs::File;
use std::io;
use std::path::Path as DiskPath;

use object_store::path::Path;
use object_store::{GetOptions, GetResultPayload, ObjectStore};
use tokio::runtime::Handle;

use super::Error;

/// Makes sure that the store holds `bytes` bytes at `path`, and holds them after a power cut.
///
/// The local store renames files into place but never asks the disk to keep them. It is recognised
/// by what it returns: a file. Other stores answer a head request with metadata only.
pub(super) fn confirm(
    store: &dyn ObjectStore,
    path: &Path,
    bytes: u64,
    runtime: &Handle,
) -> Result<(), Error> {
    let found = runtime
        .block_on(store.get_opts(path, GetOptions::new().with_head(true)))
        .map_err(|source| Error::Store { path: path.to_string(), source })?;
    if found.meta.size != bytes {
        return Err(Error::Size { path: path.to_string(), sent: bytes, held: found.meta.size });
    }
    if let GetResultPayload::File(file, on_disk) = found.payload {
        sync(&file, &on_disk, path.parts().count())
            .map_err(|source| Error::Durable { path: path.to_string(), source })?;
    }
    Ok(())
}

/// Syncs the file, then the folders that may be as new as the file: one per part of its path.
fn sync(file: &File, on_disk: &DiskPath, parts: usize) -> io::Result<()> {
    file.sync_all()?;
    for folder in on_disk.ancestors().skip(1).take(parts) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
