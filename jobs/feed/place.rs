//! Puts files in place: whole or not at all, and never over another.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Creates `path` with what `content` writes; who looks meanwhile sees nothing of it.
pub(super) fn create(
    path: &Path,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let attempt = || {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(folder)?;
        let hidden = hidden_name(path).ok_or(io::ErrorKind::InvalidInput)?;
        let mut file = File::create(&hidden)?;
        content(&mut file)?;
        file.sync_all()?;
        fs::rename(&hidden, path)
    };
    attempt().map_err(|error| {
        io::Error::new(error.kind(), format!("could not land `{}`: {error}", path.display()))
    })
}

/// The same place, but a name that every reader of the folder skips.
fn hidden_name(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    Some(path.with_file_name(format!(".{name}.landing")))
}
