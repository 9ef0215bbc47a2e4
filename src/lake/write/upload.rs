//! Bytes on their way into a place, counted and hashed as they pass.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use object_store::buffered::BufWriter;
use object_store::path::Path;
use polars_io::utils::file::{Writable, WritableTrait};
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::Error;
use super::disk::DiskFile;
use crate::lake::Place;

/// The encoder writes in pieces of any size; the place is entered once per this many bytes.
const PIECE: usize = 1 << 20;
/// A piece of this size is passed on as it is: copying it together would cost more.
const LARGE: usize = 1 << 16;

/// A shared handle to one upload: the encoder keeps its writer to itself, so it gets a clone.
#[derive(Clone)]
pub(super) struct Upload(Arc<Mutex<Option<Inner>>>);

struct Inner {
    outlet: Outlet,
    pending: Vec<u8>,
    hasher: blake3::Hasher,
    bytes: u64,
    /// The first failure, which whoever writes may keep to itself.
    fault: Option<io::Error>,
}

/// Where the bytes go.
enum Outlet {
    /// Into a file of this machine.
    Disk(DiskFile),
    /// Into an object store, by a runtime that does its requests.
    Remote(Box<BufWriter>, Handle),
}

/// What was sent.
pub(super) struct Sent {
    pub(super) bytes: u64,
    pub(super) hash: String,
    /// The file, when it is one of this machine: written, and not yet kept by the disk.
    pub(super) file: Option<DiskFile>,
}

impl Upload {
    /// Sends nothing yet: a small object becomes one write or request, a large one a file that
    /// grows, or a multipart upload.
    pub(super) fn new(place: &Place, path: &Path, runtime: Handle) -> Self {
        let outlet = match place.folder() {
            Some(folder) => Outlet::Disk(DiskFile::new(folder, path, runtime)),
            None => {
                let store = Arc::clone(place.store());
                Outlet::Remote(Box::new(BufWriter::new(store, path.clone())), runtime)
            }
        };
        Self(Arc::new(Mutex::new(Some(Inner {
            outlet,
            pending: Vec::new(),
            hasher: blake3::Hasher::new(),
            bytes: 0,
            fault: None,
        }))))
    }

    /// A writer for the streaming engine. Closing it completes nothing: the engine closes what it
    /// wrote half as well.
    pub(super) fn writable(&self) -> Writable {
        Writable::Dyn(Box::new(self.clone()))
    }

    /// Completes the object. After a failure [`abort`](Self::abort) gives up what it can; what the
    /// store kept of a multipart upload it could not complete is left to its lifecycle rules.
    pub(super) fn finish(&self, path: &Path) -> Result<Sent, Error> {
        let sent = self.complete();
        sent.map_err(|error| Error::Store { path: path.to_string(), source: generic(error) })
    }

    fn complete(&self) -> io::Result<Sent> {
        self.lock().as_mut().ok_or_else(ended)?.flush()?;
        let inner = self.lock().take().ok_or_else(ended)?;
        let hash = inner.hasher.finalize().to_hex().to_string();
        let file = inner.outlet.complete()?;
        Ok(Sent { bytes: inner.bytes, hash, file })
    }

    /// What the place refused, if it refused anything.
    pub(super) fn take_fault(&self) -> Option<io::Error> {
        self.lock().as_mut()?.fault.take()
    }

    /// Gives up what was sent; writes from now on fail.
    pub(super) fn abort(&self) {
        let Some(inner) = self.lock().take() else { return };
        if let Err(error) = inner.outlet.abort() {
            // The attempt has failed already and says why; what is left of the upload is unnamed,
            // and found by the sweeper or the store's lifecycle rules.
            tracing::warn!(%error, "could not abort an upload");
        }
    }

    // A panic in the encoder poisons the lock, and the upload must still be given up.
    fn lock(&self) -> MutexGuard<'_, Option<Inner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Upload {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut inner = self.lock();
        let inner = inner.as_mut().ok_or_else(ended)?;
        inner.take(buffer).map(|()| buffer.len()).map_err(|error| inner.fail(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl WritableTrait for Upload {
    fn close(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn sync_all(&self) -> io::Result<()> {
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Inner {
    fn take(&mut self, buffer: &[u8]) -> io::Result<()> {
        self.bytes += buffer.len() as u64;
        if LARGE <= buffer.len() {
            self.flush()?;
            self.hasher.update(buffer);
            return self.outlet.put(buffer);
        }
        self.pending.extend_from_slice(buffer);
        if PIECE <= self.pending.len() {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hasher.update(&self.pending);
        self.outlet.put(&self.pending)?;
        self.pending.clear();
        Ok(())
    }

    /// Keeps the failure for whoever asks what became of the upload.
    fn fail(&mut self, error: io::Error) -> io::Error {
        let told = io::Error::new(error.kind(), error.to_string());
        self.fault.get_or_insert(error);
        told
    }
}

impl Outlet {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.put(bytes),
            // The engine writes from a task of its own runtime, where waiting must be announced.
            Self::Remote(writer, runtime) => {
                Ok(block_in_place(|| runtime.block_on(writer.put(bytes.to_vec().into())))?)
            }
        }
    }

    fn complete(self) -> io::Result<Option<DiskFile>> {
        match self {
            Self::Disk(file) => Ok(Some(file)),
            Self::Remote(mut writer, runtime) => {
                runtime.block_on(writer.shutdown())?;
                Ok(None)
            }
        }
    }

    fn abort(self) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.remove(),
            Self::Remote(mut writer, runtime) => Ok(runtime.block_on(writer.abort())?),
        }
    }
}

/// A failure of this machine in the words of object stores.
pub(super) fn generic(error: io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "upload", source: Box::new(error) }
}

fn ended() -> io::Error {
    io::Error::other("the upload has ended")
}
