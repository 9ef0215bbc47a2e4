//! What is deleted from the lake, and the mark that says whose lake it is.

use anyhow::{Context as _, Result, bail};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt, PutMode, PutOptions};

use super::super::Mill;
use crate::store;

/// The object that names the database to which the lake belongs. No dataset has such a name.
const MARK: &str = "_tidemill/installation";

/// How many objects are deleted at once.
const AT_ONCE: usize = 16;

/// Makes sure that this lake belongs to this database: what another database names would look like
/// orphans here.
pub(super) async fn claim(mill: &Mill) -> Result<()> {
    let mut db = mill.pool.acquire().await?;
    let mine = store::installation(&mut db).await?;
    drop(db);
    let (lake, mark) = (mill.lake.store(), Path::from(MARK));
    let create = PutOptions::from(PutMode::Create);
    match lake.put_opts(&mark, mine.clone().into(), create).await {
        Ok(_) => return Ok(()),
        Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => (),
        Err(error) => {
            return Err(error).with_context(|| format!("could not mark `{}`", mill.lake.base()));
        }
    }
    let held = lake.get(&mark).await?.bytes().await?;
    let held = String::from_utf8_lossy(&held).trim().to_owned();
    if held != mine {
        bail!(
            "TM0702: `{}` belongs to the database {held}, and this is {mine}; nothing is deleted",
            mill.lake.base()
        );
    }
    Ok(())
}

/// Deletes objects; one that is gone already is no error.
pub(super) async fn delete(mill: &Mill, paths: &[String]) -> Result<()> {
    let lake = mill.lake.store();
    let delete = |path: &String| {
        // As it was listed: what is percent-coded in it stays as it is.
        let parsed = Path::parse(path);
        let path = path.clone();
        async move {
            match lake.delete(&parsed?).await {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error).with_context(|| format!("could not delete `{path}`")),
            }
        }
    };
    stream::iter(paths.iter().map(delete)).buffer_unordered(AT_ONCE).try_collect().await
}
