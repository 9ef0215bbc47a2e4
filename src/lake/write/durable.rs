//! What was sent is there, and will be there after a power cut.

use object_store::ObjectStoreExt;
use object_store::path::Path;
use tokio::runtime::Handle;

use super::upload::{Sent, generic};
use super::{Error, disk};
use crate::lake::Place;

/// Makes sure that the place holds each object as it was sent, and for good.
///
/// A local disk is asked for all objects at once; another store is asked what it holds.
pub(super) fn confirm(
    place: &Place,
    objects: &mut [(Path, Sent)],
    runtime: &Handle,
) -> Result<(), Error> {
    let mut files = Vec::new();
    for (path, sent) in &mut *objects {
        let file = sent.file.take();
        let held = match &file {
            Some(file) => file.size().map_err(generic),
            None => runtime.block_on(place.store().head(path)).map(|meta| meta.size),
        };
        let held = held.map_err(|source| Error::Store { path: path.to_string(), source })?;
        if held != sent.bytes {
            return Err(Error::Size { path: path.to_string(), sent: sent.bytes, held });
        }
        files.extend(file);
    }
    disk::keep(files).map_err(|source| {
        let path = objects.first().map(|(path, _)| path.to_string()).unwrap_or_default();
        Error::Durable { path, source }
    })
}
