//! A file that grows in a folder of this machine.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use object_store::path::Path;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// The disk is set to work each time so many bytes are new, beside the query, so that little is
/// left to wait for at the end.
const EARLY: u64 = 32 << 20;

/// A folder of this machine, with what is known of the folders in it.
#[derive(Clone, Debug)]
pub(in crate::lake) struct Folder {
    root: PathBuf,
    /// Folders whose own entry the disk is known to keep: those of datasets, a bounded number.
    kept: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// A file that grows. It is where it will be read from the start: nobody knows its name until the
/// attempt commits, and half a file that a crash left is listed, and swept, like any other.
#[derive(Debug)]
pub(super) struct DiskFile {
    folder: Folder,
    path: PathBuf,
    /// The names of the folders from the root to the file.
    names: Vec<String>,
    file: Option<File>,
    /// Folders with entries the disk may not have yet.
    changed: BTreeSet<PathBuf>,
    runtime: Handle,
    unsynced: u64,
    early: Option<JoinHandle<io::Result<()>>>,
}

impl Folder {
    pub(in crate::lake) fn new(root: PathBuf) -> Self {
        Self { root, kept: Arc::default() }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the folders that lead to a file, and says which have entries that may be new.
    fn make(&self, names: &[String]) -> io::Result<BTreeSet<PathBuf>> {
        let mut changed = BTreeSet::new();
        let mut folder = self.root.clone();
        for name in names {
            let inner = folder.join(name);
            let made = fs::create_dir(&inner);
            let is_new = made.is_ok();
            if let Err(error) = made
                && error.kind() != ErrorKind::AlreadyExists
            {
                return Err(error);
            }
            if is_new || !self.kept().contains(&inner) {
                changed.insert(folder);
            }
            folder = inner;
        }
        changed.insert(folder);
        Ok(changed)
    }

    /// Remembers that the disk keeps the folder of this dataset.
    fn keeps(&self, names: &[String]) {
        if let [dataset, _, ..] = names {
            self.kept().insert(self.root.join(dataset));
        }
    }
}

impl DiskFile {
    /// A file that is made with its first bytes.
    pub(super) fn new(folder: &Folder, path: &Path, runtime: Handle) -> Self {
        let mut names: Vec<String> = path.parts().map(|part| part.as_ref().to_owned()).collect();
        let full = names.iter().fold(folder.root.clone(), |folder, name| folder.join(name));
        names.pop();
        Self {
            folder: folder.clone(),
            path: full,
            names,
            file: None,
            changed: BTreeSet::new(),
            runtime,
            unsynced: 0,
            early: None,
        }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            self.changed = self.folder.make(&self.names)?;
            self.file = Some(create(&self.path)?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes)?;
        self.unsynced += bytes.len() as u64;
        if EARLY <= self.unsynced && self.early.as_ref().is_none_or(JoinHandle::is_finished) {
            self.wait_for_early()?;
            self.unsynced = 0;
            let file = self.file.as_ref().map(File::try_clone).transpose()?;
            let sync = move || file.map_or(Ok(()), |file| file.sync_data());
            self.early = Some(self.runtime.spawn_blocking(sync));
        }
        Ok(())
    }

    /// A failed write to the disk is told once only, so each sync is asked how it went.
    fn wait_for_early(&mut self) -> io::Result<()> {
        let Some(early) = self.early.take() else { return Ok(()) };
        tokio::task::block_in_place(|| self.runtime.block_on(early))?
    }

    /// Gives the file up.
    pub(super) fn remove(mut self) -> io::Result<()> {
        // What it says does not matter any more; that it has ended does.
        let _ = self.wait_for_early();
        match self.file {
            Some(_) => fs::remove_file(&self.path),
            None => Ok(()),
        }
    }

    /// How many bytes the file has, found by its name.
    pub(super) fn size(&self) -> io::Result<u64> {
        Ok(fs::metadata(&self.path)?.len())
    }
}

/// Makes the disk keep the files and the folders that lead to them. All are asked for at once: a
/// journal writes what is asked for together in one go.
pub(super) fn keep(mut files: Vec<DiskFile>) -> io::Result<()> {
    let Some(runtime) = files.first().map(|file| file.runtime.clone()) else { return Ok(()) };
    let mut changed = BTreeSet::new();
    let mut open = Vec::new();
    for file in &mut files {
        file.wait_for_early()?;
        changed.append(&mut file.changed);
        open.extend(file.file.take());
    }
    let mut targets: Vec<Target> = open.into_iter().map(Target::File).collect();
    targets.extend(changed.into_iter().map(Target::Folder));
    let share = targets.len().div_ceil(AT_ONCE);
    let mut syncs = Vec::new();
    while !targets.is_empty() {
        let some = targets.split_off(targets.len().saturating_sub(share));
        syncs.push(runtime.spawn_blocking(move || some.iter().try_for_each(Target::sync)));
    }
    for sync in syncs {
        runtime.block_on(sync)??;
    }
    for file in &files {
        file.folder.keeps(&file.names);
    }
    Ok(())
}

/// How many syncs wait for the disk at the same time.
const AT_ONCE: usize = 32;

enum Target {
    File(File),
    Folder(PathBuf),
}

impl Target {
    fn sync(&self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync_all(),
            Self::Folder(folder) => File::open(folder)?.sync_all(),
        }
    }
}

/// A new file, in place of one that an attempt of the same number left in another life of the
/// database: a reader that holds that one keeps it.
fn create(path: &std::path::Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            options.open(path)
        }
        opened => opened,
    }
}
