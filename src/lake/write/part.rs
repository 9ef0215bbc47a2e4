//! One object written by one thread: for few rows, and where many objects are written at once.

use std::sync::Arc;

use object_store::path::Path;
use polars::prelude::*;
use polars_io::parquet::write::BatchedWriter;

use super::Error;
use super::profile::Profiler;
use super::stage::{ROW_GROUP, options};
use super::upload::{Upload, generic};

/// An object on its way, given its rows as they come.
pub(super) struct Part {
    path: Path,
    schema: SchemaRef,
    upload: Upload,
    writer: Option<BatchedWriter<Upload>>,
    profiler: Profiler,
    pending: DataFrame,
}

impl Part {
    pub(super) fn new(path: &Path, schema: &SchemaRef, upload: Upload) -> Self {
        Self {
            path: path.clone(),
            schema: Arc::clone(schema),
            upload,
            writer: None,
            profiler: Profiler::new(schema),
            pending: DataFrame::empty_with_arc_schema(Arc::clone(schema)),
        }
    }

    /// Adds rows, which wait for the rest of their row group.
    pub(super) fn add(&mut self, rows: DataFrame) -> Result<(), Error> {
        self.pending.vstack_mut_owned(rows).map(|_| ()).map_err(Error::Plan)
    }

    /// How many rows wait.
    pub(super) fn pending(&self) -> usize {
        self.pending.height()
    }

    /// A handle to what is sent.
    pub(super) fn upload(&self) -> Upload {
        self.upload.clone()
    }

    /// Where it is to be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives up what was sent.
    pub(super) fn abort(&self) {
        self.upload.abort();
    }

    /// Writes the first rows of those that wait, as one row group.
    pub(super) fn write(&mut self, rows: usize) -> Result<(), Error> {
        let (mut group, rest) = self.pending.split_at(rows as i64);
        self.pending = rest;
        // The encoder makes a row group of each chunk.
        group.rechunk_mut();
        self.profiler.observe(&group).map_err(Error::Plan)?;
        let written = self.writer(group.estimated_size())?.write_batch(&group);
        written.map_err(|error| self.fault(error))
    }

    /// Writes what waits and the end of the file, which is then to be sent.
    pub(super) fn close(mut self) -> Result<Profiler, Error> {
        while 0 < self.pending() {
            self.write(self.pending().min(ROW_GROUP))?;
        }
        let ended = self.writer(0)?.finish();
        ended.map_err(|error| self.fault(error))?;
        Ok(self.profiler)
    }

    /// The writer, opened for a first row group of this size in memory.
    fn writer(&mut self, bytes: usize) -> Result<&mut BatchedWriter<Upload>, Error> {
        if self.writer.is_none() {
            // Side by side are objects, not the columns of one.
            let writer = options(bytes).to_writer(self.upload.clone()).set_parallel(false);
            let opened = writer.batched(&self.schema);
            self.writer = Some(opened.map_err(|error| self.fault(error))?);
        }
        Ok(self.writer.as_mut().expect("it was just opened"))
    }

    /// Why writing failed: the place, if it refused something, or else the encoder.
    fn fault(&self, source: PolarsError) -> Error {
        let path = self.path.to_string();
        match self.upload.take_fault() {
            Some(error) => Error::Store { path, source: generic(error) },
            None => Error::Encode { path, source },
        }
    }
}
