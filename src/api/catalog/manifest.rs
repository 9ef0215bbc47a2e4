//! `GET /datasets/{name}/manifest`: the exact files of a dataset, for readers outside.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Paged};
use super::lookup;
use super::snippets::{Reader, Snippets};
use crate::store::{self, VersionRow};

/// The exact files of a dataset at one commit.
///
/// A commit is the number of a version: the manifest has, of each partition, the version that
/// readers saw once that one was there. All pages of one manifest are of the same commit. What is
/// not published any more is left out. Masked columns are in the files as they are.
///
/// What jobs publish stays as it is. Files of a source are as they were when they were last seen;
/// what was superseded since is refused, since later files may lie at the same place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Manifest {
    /// The dataset.
    dataset: String,
    /// Whether others deliver its files: nothing here keeps those as they are.
    is_source: bool,
    /// The commit; 0 when nothing was ever published.
    commit: i64,
    /// When it was asked for.
    as_of: Instant,
    /// The files, by partition.
    files: Vec<ManifestFile>,
    /// The cursor of the next page; none on the last.
    next: Option<String>,
    /// Code that reads the files of this page.
    snippets: Snippets,
}

/// A file of a dataset.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ManifestFile {
    /// Where it is, from the place of the dataset on.
    path: String,
    /// Where it is.
    url: String,
    /// How many bytes it has.
    bytes: i64,
    /// A hash of its bytes, or the tag that its store gives it.
    hash: String,
    /// How many rows it has, where that is known.
    rows: Option<i64>,
    /// The partition it is of.
    partition: String,
    /// The version it is of.
    materialization: i64,
}

/// Which files.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ManifestQuery {
    /// Only this partition.
    key: Option<String>,
    /// As of this version; of now, when it is left out.
    commit: Option<i64>,
}

/// Files of a dataset.
///
/// `limit` counts partitions.
#[utoipa::path(
    get,
    path = "/datasets/{name}/manifest",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset."), ManifestQuery, Paging),
    responses(
        (status = OK, body = Manifest),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn manifest(
    may: May<act::ReadData>,
    At(name): At<String>,
    Paged(query, paging): Paged<ManifestQuery>,
) -> Answer<Json<Manifest>> {
    let (dataset, spec) = may.dataset(&name)?;
    let (limit, after) = (paging.limit()?, paging.after::<(i64, i32, i64)>()?);
    let picture = may.picture().await?;
    let key = query.key.as_deref().map(|text| lookup::parse(spec, text)).transpose()?;
    let partition = key.map(|key| (lookup::slice_id(&picture, &key), key.ordinal));
    let id = may.mill().registry.datasets[dataset];
    let mut db = may.db().await?;
    let commit = match (after, query.commit) {
        (Some((commit, ..)), Some(asked)) if commit != asked => {
            return Err(Problem::invalid("`cursor` is of another commit"));
        }
        (Some((commit, ..)), _) => commit,
        (None, Some(commit)) => {
            let known = store::version_by_id(&mut db, commit, Some(&[id])).await?;
            known.ok_or_else(|| {
                Problem::not_found(format!("`{name}` has no version {commit}"))
                    .hint("a commit is the `id` of one of the dataset's materializations")
            })?;
            commit
        }
        (None, None) => store::latest_version(&mut db, id).await?.unwrap_or(0),
    };
    let after = after.map(|(_, slice, ordinal)| (slice, ordinal));
    let rows = store::versions_at(&mut db, id, commit, partition, after, limit + 1).await?;
    drop(db);
    let page = Page::cut(rows, limit, |last| (commit, last.slice_id, last.ordinal));
    if let Some(gone) = page.items.iter().find(|version| version.expired_at.is_some()) {
        let key = lookup::key(&picture, gone.slice_id, gone.ordinal);
        let partition = spec.scheme.key(&key);
        return Err(Problem::conflict(format!(
            "the files of `{name}` {partition} at commit {commit} are gone: version {} was \
             superseded long ago",
            gone.id
        ))
        .hint("ask for a later commit; TIDEMILL_KEEP_VERSIONS says how many are kept"));
    }
    let is_source = spec.source().is_some();
    if let Some(old) = page.items.iter().find(|version| is_source && !version.is_head) {
        let key = lookup::key(&picture, old.slice_id, old.ordinal);
        let partition = spec.scheme.key(&key);
        return Err(Problem::conflict(format!(
            "the files of `{name}` {partition} at commit {commit} were superseded, and what lies \
             there now may hold other bytes than version {} had",
            old.id
        ))
        .hint("nothing keeps old files of a source: leave `commit` out for those of now"));
    }
    let place = may.mill().sources[dataset].as_ref().unwrap_or(&may.mill().lake);
    let reader = Reader::of(spec);
    let mut files = Vec::new();
    for version in &page.items {
        let key = lookup::key(&picture, version.slice_id, version.ordinal);
        let of = |path: &str| place.full_path(path);
        files.extend(files_of(version, &spec.scheme.key(&key), of, place.is_local()));
    }
    let paths: Vec<String> = page
        .items
        .iter()
        .flat_map(|version| &version.paths)
        .map(|path| place.full_path(path))
        .collect();
    let snippets = Snippets::new(reader, &paths, page.next.is_some());
    let as_of = crate::clock::now().into();
    let next = page.next;
    Ok(Json(Manifest { dataset: name, is_source, commit, as_of, files, next, snippets }))
}

fn files_of<'a>(
    version: &'a VersionRow,
    partition: &'a str,
    full: impl Fn(&str) -> String + 'a,
    is_local: bool,
) -> impl Iterator<Item = ManifestFile> + 'a {
    let files = version.paths.iter().zip(&version.sizes).zip(&version.hashes);
    // Of several files nobody counted the rows of each.
    let rows = version.rows.filter(|_| version.paths.len() == 1);
    files.map(move |((path, bytes), hash)| ManifestFile {
        path: path.clone(),
        url: if is_local { format!("file://{}", encoded(&full(path))) } else { full(path) },
        bytes: *bytes,
        hash: hash.clone(),
        rows,
        partition: partition.to_owned(),
        materialization: version.id,
    })
}

/// A path of this machine as part of an address.
fn encoded(path: &str) -> String {
    url::Url::from_file_path(path).map_or_else(|()| path.to_owned(), |url| url.path().to_owned())
}
