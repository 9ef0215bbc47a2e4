//! `GET /materializations/{id}/lineage`: from one version up to files, or down to all it went into.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::catalog::{LineageLink, absent};
use super::super::problem::{Answer, Problem};
use super::super::query::{Asked, At};
use crate::store::{self, LinkRow};

/// So many versions are in one answer.
const NODES_MAX: usize = 1_000;
/// So many steps of lineage are in one answer.
const EDGES_MAX: usize = 5_000;
/// So many steps are walked at most.
const DEPTH_MAX: usize = 50;
const DEPTH: usize = 20;

/// Versions, and which were made from which.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct VersionGraph {
    /// The versions, the one asked about first, then by steps.
    nodes: Vec<LineageLink>,
    /// Which was made from which, among them.
    edges: Vec<VersionEdge>,
    /// Whether there are more: ask again about one at the rim.
    truncated: bool,
}

/// One version was made from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
struct VersionEdge {
    /// The version that was read.
    from: i64,
    /// The version that was made.
    to: i64,
}

/// Which way, and how far.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// `up` to what it was made from, `down` to what was made from it.
    #[serde(default)]
    #[param(inline)]
    direction: Direction,
    /// How many steps.
    #[param(minimum = 1, maximum = 50, default = 20)]
    depth: Option<usize>,
}

/// Which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Direction {
    /// To what it was made from.
    #[default]
    Up,
    /// To what was made from it.
    Down,
}

/// Lineage of a version.
#[utoipa::path(
    get,
    path = "/materializations/{id}/lineage",
    tag = "lineage",
    params(("id" = i64, Path, description = "The version."), VersionQuery),
    responses(
        (status = OK, body = VersionGraph),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn version_lineage(
    may: May<act::ReadCatalog>,
    At(id): At<i64>,
    Asked(query): Asked<VersionQuery>,
) -> Answer<Json<VersionGraph>> {
    let depth = query.depth.unwrap_or(DEPTH);
    if !(1..=DEPTH_MAX).contains(&depth) {
        return Err(Problem::invalid(format!("`depth` is 1 to {DEPTH_MAX}")));
    }
    let picture = may.picture().await?;
    let only = may.only();
    let mut db = may.db().await?;
    let root = store::version_by_id(&mut db, id, only.as_deref()).await?;
    let root = root.ok_or_else(|| absent(id))?;
    let mut walk = Walk::from(LinkRow {
        near_id: id,
        id,
        position: 0,
        dataset_id: root.dataset_id,
        slice_id: root.slice_id,
        ordinal: root.ordinal,
        rows: root.rows,
        paths: root.paths.into_iter().take(20).collect(),
        is_source: root.run_id.is_none(),
        committed_at: root.committed_at,
    });
    for _ in 0..depth {
        let rim = std::mem::take(&mut walk.rim);
        let left = EDGES_MAX - walk.edges.len();
        if rim.is_empty() || left == 0 {
            break;
        }
        let most = left as i64 + 1;
        let rows = match query.direction {
            Direction::Up => store::links_up(&mut db, &rim, only.as_deref(), most).await?,
            Direction::Down => store::links_down(&mut db, &rim, only.as_deref(), most).await?,
        };
        walk.step(rows, query.direction);
    }
    drop(db);
    let Walk { order, mut rows, edges, mut truncated, rim } = walk;
    // What is left at the rim may go on, unless it is a source seen from below.
    let goes_on = |id: &i64| query.direction == Direction::Down || !rows[id].is_source;
    truncated |= rim.iter().any(goes_on);
    let links = order.iter().filter_map(|id| rows.remove(id));
    let links = links.filter_map(|row| LineageLink::new(may.mill(), &picture, row)).collect();
    Ok(Json(VersionGraph { nodes: links, edges: edges.into_iter().collect(), truncated }))
}

/// A walk along lineage, step by step.
struct Walk {
    /// Versions as they were met.
    order: Vec<i64>,
    rows: BTreeMap<i64, LinkRow>,
    edges: BTreeSet<VersionEdge>,
    /// Met at the last step.
    rim: Vec<i64>,
    truncated: bool,
}

impl Walk {
    fn from(root: LinkRow) -> Self {
        let id = root.id;
        Self {
            order: vec![id],
            rows: BTreeMap::from([(id, root)]),
            edges: BTreeSet::new(),
            rim: vec![id],
            truncated: false,
        }
    }

    fn step(&mut self, rows: Vec<LinkRow>, direction: Direction) {
        for row in rows {
            let (near, far) = (row.near_id, row.id);
            if !self.rows.contains_key(&far) {
                if NODES_MAX <= self.order.len() {
                    self.truncated = true;
                    continue;
                }
                self.order.push(far);
                self.rim.push(far);
                self.rows.insert(far, row);
            }
            if EDGES_MAX <= self.edges.len() {
                self.truncated = true;
                return;
            }
            self.edges.insert(match direction {
                Direction::Up => VersionEdge { from: far, to: near },
                Direction::Down => VersionEdge { from: near, to: far },
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(near: i64, far: i64) -> LinkRow {
        LinkRow {
            near_id: near,
            id: far,
            position: 0,
            dataset_id: 1,
            slice_id: 1,
            ordinal: far,
            rows: None,
            paths: Vec::new(),
            is_source: false,
            committed_at: jiff_sqlx::ToSqlx::to_sqlx(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn each_version_is_met_once_and_each_step_told() {
        let mut walk = Walk::from(link(9, 9));
        walk.rim.clear();
        walk.step(vec![link(9, 5), link(9, 6)], Direction::Up);
        assert_eq!(std::mem::take(&mut walk.rim), [5, 6]);
        walk.step(vec![link(5, 1), link(6, 1), link(6, 5)], Direction::Up);
        assert_eq!(walk.rim, [1]);
        assert_eq!(walk.order, [9, 5, 6, 1]);
        assert_eq!(walk.edges.len(), 5);
        assert!(walk.edges.contains(&VersionEdge { from: 1, to: 6 }) && !walk.truncated);
    }

    #[test]
    fn what_is_too_much_is_cut_and_says_so() {
        let mut walk = Walk::from(link(0, 0));
        walk.step((1..=2_000).map(|far| link(0, far)).collect(), Direction::Down);
        assert_eq!((walk.order.len(), walk.truncated), (NODES_MAX, true));
        assert!(walk.edges.iter().all(|edge| walk.rows.contains_key(&edge.to)));
    }
}
