//! Bytes on their way into an object store, counted and hashed as they pass.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;

/// The encoder writes in small pieces; the store is entered once per this many bytes.
const PIECE: usize = 1 << 20;

/// A shared handle to one upload: the encoder keeps its writer to itself, so it gets a clone.
#[derive(Clone)]
pub(super) struct Upload(Arc<Mutex<Option<Inner>>>);

struct Inner {
    writer: BufWriter,
    runtime: Handle,
    pending: Vec<u8>,
    hasher: blake3::Hasher,
    bytes: u64,
}

/// What was sent.
pub(super) struct Sent {
    pub(super) bytes: u64,
    pub(super) hash: String,
}

impl Upload {
    /// Sends nothing yet: a small object becomes one request, a large one a multipart upload.
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: Path, runtime: Handle) -> Self {
        Self(Arc::new(Mutex::new(Some(Inner {
            writer: BufWriter::new(store, path),
            runtime,
            pending: Vec::new(),
            hasher: blake3::Hasher::new(),
            bytes: 0,
        }))))
    }

    /// Completes the object. After a failure [`abort`](Self::abort) gives up what it can; what the
    /// store kept of a multipart upload it could not complete is left to its lifecycle rules.
    pub(super) fn finish(&self) -> io::Result<Sent> {
        self.lock().as_mut().ok_or_else(ended)?.send()?;
        let mut inner = self.lock().take().ok_or_else(ended)?;
        inner.runtime.block_on(inner.writer.shutdown())?;
        Ok(Sent { bytes: inner.bytes, hash: inner.hasher.finalize().to_hex().to_string() })
    }

    /// Gives up what was sent; writes from now on fail.
    pub(super) fn abort(&self) {
        let Some(mut inner) = self.lock().take() else { return };
        if let Err(error) = inner.runtime.block_on(inner.writer.abort()) {
            // The attempt has failed already and says why; the store's lifecycle rules remove
            // what is left of the upload.
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
        inner.hasher.update(buffer);
        inner.bytes += buffer.len() as u64;
        inner.pending.extend_from_slice(buffer);
        if PIECE <= inner.pending.len() {
            inner.send()?;
        }
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Inner {
    fn send(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.pending);
        self.runtime.block_on(self.writer.put(piece.into()))?;
        Ok(())
    }
}

fn ended() -> io::Error {
    io::Error::other("the upload has ended")
}
