//! `tidemill lineage`: what a partition was made from, and what was made from it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{key_json, when};
use crate::api::Picture;
use crate::cli::args::LineageArgs;
use crate::cli::fault::Fault;
use crate::cli::output;
use crate::cli::session::Session;
use crate::model::{PartitionKey, PartitionSet};
use crate::spec::Catalog;
use crate::store::{self, LineageRow, VersionRow};

/// More steps than this are not followed.
const DEPTH_MAX: i32 = 100;
/// As many rows as one statement gives.
const ROWS_MAX: usize = 10_000;

/// A version somewhere along the way.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) dataset: usize,
    pub(super) key: PartitionKey,
    pub(super) is_head: bool,
}

/// Versions, and which were read on the next step.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub(super) nodes: BTreeMap<i64, Node>,
    /// From the nearer end to the farther one.
    pub(super) edges: BTreeMap<i64, BTreeSet<i64>>,
}

/// Shows the lineage of a partition's published version.
pub(in crate::cli) async fn lineage(
    session: &Session,
    args: &LineageArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (dataset, spec) = session.dataset(&args.dataset)?;
    let picture = Picture::take(&session.mill).await?;
    let known = picture.slices_of(dataset);
    let text = args.partition.as_deref();
    let key = session.partition(dataset, text, &args.within.dimensions, known)?;
    let id = session.mill.registry.datasets[dataset];
    let slice = picture.slices.id(&key.slice).unwrap_or(-1);
    let mut db = session.mill.pool.acquire().await?;
    let Some(version) = store::version(&mut db, id, slice, key.ordinal).await? else {
        let named = spec.scheme.describe(&key);
        let message = format!("`{}` {named} is not published, so it has no lineage", spec.name);
        let hint = format!("`tidemill why {} …` says why it is not", spec.name);
        return Err(Fault::new("TM0206", message).hint(hint).into());
    };
    let depth = args.depth.clamp(1, DEPTH_MAX);
    let both = args.up == args.down;
    let (mut up, mut down) = (Vec::new(), Vec::new());
    if both || args.up {
        up = store::lineage_up(&mut db, version.id, depth).await?;
    }
    if both || args.down {
        down = store::lineage_down(&mut db, version.id, depth).await?;
    }
    if up.len().max(down.len()) == ROWS_MAX {
        eprintln!("only the nearest {ROWS_MAX} steps are shown; ask for a smaller `--depth`");
    }
    if json {
        let root = (dataset, &key, &version);
        output::json(&to_json(session, &picture, root, &up, &down));
        return Ok(ExitCode::SUCCESS);
    }
    let catalog = &session.mill.catalog;
    let named = spec.scheme.describe(&key);
    let at = when(version.committed_at.to_jiff());
    output::line(&format!("`{}` {named} (version {}, {at})", spec.name, version.id));
    let directions = [("made from", up, true), ("read by", down, false)];
    for (title, rows, is_up) in directions {
        if !(both || is_up == args.up) {
            continue;
        }
        output::line(&format!("  {title}"));
        let steps = steps(session, &picture, &rows, is_up);
        let lines = tree(catalog, &steps, version.id);
        if lines.is_empty() {
            output::line("    nothing");
        }
        for line in &lines {
            output::line(&format!("    {line}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn steps(session: &Session, picture: &Picture, rows: &[LineageRow], is_up: bool) -> Steps {
    let mut steps = Steps::default();
    for row in rows {
        let Some(&dataset) = session.mill.registry.index.get(&row.dataset_id) else { continue };
        let (near, far) =
            if is_up { (row.output_id, row.input_id) } else { (row.input_id, row.output_id) };
        let key = PartitionKey { slice: picture.slices.slice(row.slice_id), ordinal: row.ordinal };
        steps.nodes.insert(far, Node { dataset, key, is_head: row.is_head });
        steps.edges.entry(near).or_default().insert(far);
    }
    steps
}

/// One line per dataset and step, its partitions as ranges, indented by step.
pub(super) fn tree(catalog: &Catalog, steps: &Steps, root: i64) -> Vec<String> {
    let mut lines = Vec::new();
    branch(catalog, steps, &BTreeSet::from([root]), 0, &mut lines);
    lines
}

fn branch(
    catalog: &Catalog,
    steps: &Steps,
    from: &BTreeSet<i64>,
    depth: usize,
    lines: &mut Vec<String>,
) {
    let mut by_dataset: BTreeMap<usize, BTreeSet<i64>> = BTreeMap::new();
    for far in from.iter().filter_map(|near| steps.edges.get(near)).flatten() {
        if let Some(node) = steps.nodes.get(far) {
            by_dataset.entry(node.dataset).or_default().insert(*far);
        }
    }
    // Steps are at most `DEPTH_MAX`, but edges among versions of one depth may lead further.
    if depth == DEPTH_MAX.unsigned_abs() as usize {
        return;
    }
    for (dataset, versions) in by_dataset {
        let spec = catalog.dataset(dataset);
        let mut set = PartitionSet::new();
        let mut replaced = 0_u64;
        for node in versions.iter().filter_map(|version| steps.nodes.get(version)) {
            set.extend(&PartitionSet::single(&node.key));
            replaced += u64::from(!node.is_head);
        }
        let spans = output::spans_text(&spec.scheme, &set, 6);
        let count = match set.len() {
            1 => String::new(),
            several => format!(" ({})", output::count(several, "partition")),
        };
        let since = match (replaced, versions.len()) {
            (0, _) => String::new(),
            (1, 1) => " (replaced or gone since)".to_owned(),
            (some, _) => format!(" ({some} replaced or gone since)"),
        };
        let indent = "  ".repeat(depth);
        lines.push(format!("{indent}`{}` {spans}{count}{since}", spec.name));
        branch(catalog, steps, &versions, depth + 1, lines);
    }
}

fn to_json(
    session: &Session,
    picture: &Picture,
    (dataset, key, version): (usize, &PartitionKey, &VersionRow),
    up: &[LineageRow],
    down: &[LineageRow],
) -> Value {
    let node = |dataset: usize, key: &PartitionKey, id: i64, is_head: bool, at: jiff::Timestamp| {
        let spec = session.mill.catalog.dataset(dataset);
        let named = key_json(&spec.scheme, key);
        json!({
            "version": id,
            "dataset": spec.name.as_str(),
            "partition": named["partition"],
            "slice": named["slice"],
            "is_current": is_head,
            "published_at": at.to_string(),
        })
    };
    let at = version.committed_at.to_jiff();
    let mut nodes = BTreeMap::from([(version.id, node(dataset, key, version.id, true, at))]);
    let mut edges = BTreeSet::new();
    for (rows, is_up) in [(up, true), (down, false)] {
        for row in rows {
            let Some(&index) = session.mill.registry.index.get(&row.dataset_id) else { continue };
            let far = if is_up { row.input_id } else { row.output_id };
            let key =
                PartitionKey { slice: picture.slices.slice(row.slice_id), ordinal: row.ordinal };
            let at = row.committed_at.to_jiff();
            nodes.insert(far, node(index, &key, far, row.is_head, at));
            edges.insert((row.input_id, row.output_id, row.position));
        }
    }
    let edges: Vec<Value> = edges
        .into_iter()
        .map(|(from, to, position)| json!({ "from": from, "to": to, "position": position }))
        .collect();
    json!({
        "version": version.id,
        "nodes": nodes.into_values().collect::<Vec<_>>(),
        "edges": edges,
    })
}
