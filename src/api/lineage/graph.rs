//! `GET /lineage`: datasets and what they are made from, with where they stand.

use std::collections::BTreeSet;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::catalog::{Kind, Promised, holds, mapping};
use super::super::instant::Instant;
use super::super::problem::{Answer, Problem};
use super::super::query::Asked;
use super::super::sla::SlaState;
use super::super::standing::{Counts, Word};
use super::near::Near;
use crate::spec::{Catalog, Missing};

/// So many datasets are in one answer.
const NODES_MAX: usize = 1_500;
/// So many steps are walked at most.
const STEPS_MAX: usize = 100;
/// The longest text that is searched for.
const TEXT_MAX: usize = 200;

/// Datasets and what they are made from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Graph {
    /// When everything was known to stand like this.
    as_of: Instant,
    /// The datasets; at most 1,500, those nearest to the focus first.
    nodes: Vec<GraphNode>,
    /// What is made from what, among them.
    edges: Vec<GraphEdge>,
    /// How many more datasets were asked for.
    truncated: usize,
    /// The dataset that was asked about.
    focus: Option<String>,
}

/// A dataset with where it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct GraphNode {
    /// Its name.
    name: String,
    /// What makes it.
    kind: Kind,
    /// Who answers for it.
    owner: Option<String>,
    /// Words to find it by.
    tags: Vec<String>,
    /// The worst place any of its partitions stands in.
    worst: Word,
    /// How many partitions stand where.
    counts: Counts,
    /// When a version was last published.
    published_at: Option<Instant>,
    /// How its promise stands.
    sla: Option<SlaState>,
    /// How many datasets that it is made from are not in the answer.
    hidden_up: usize,
    /// How many datasets that are made from it are not in the answer.
    hidden_down: usize,
    /// Whether a person paused its job.
    paused: bool,
}

/// One dataset is made from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
struct GraphEdge {
    /// What is read.
    from: String,
    /// What is made from it.
    to: String,
    /// Which partitions are read, in words.
    mapping: String,
    /// Whether a missing partition is waited for.
    required: bool,
}

/// Which datasets.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GraphQuery {
    /// Around this dataset; without it, all.
    focus: Option<String>,
    /// How many steps above the focus; 0 to 100.
    #[param(minimum = 0, maximum = 100, default = 1)]
    up: Option<usize>,
    /// How many steps below the focus; 0 to 100.
    #[param(minimum = 0, maximum = 100, default = 1)]
    down: Option<usize>,
    /// Only datasets in whose name, description, owner or tags all of these words are, and the
    /// focus.
    q: Option<String>,
}

/// Lineage of datasets.
///
/// What a dataset reads of itself is left out.
#[utoipa::path(
    get,
    path = "/lineage",
    tag = "lineage",
    params(GraphQuery),
    responses(
        (status = OK, body = Graph),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn lineage(
    may: May<act::ReadCatalog>,
    Asked(query): Asked<GraphQuery>,
) -> Answer<Json<Graph>> {
    let focus = match &query.focus {
        Some(name) => Some(may.dataset(name)?.0),
        None => None,
    };
    let (up, down) = (query.up.unwrap_or(1), query.down.unwrap_or(1));
    if STEPS_MAX < up.max(down) {
        return Err(Problem::invalid(format!("`up` and `down` are at most {STEPS_MAX}")));
    }
    let text = query.q.unwrap_or_default();
    if TEXT_MAX < text.chars().count() {
        return Err(Problem::invalid(format!("`q` is longer than {TEXT_MAX} characters")));
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let picture = may.picture().await?;
    let promised = Promised::of(&may, &picture).await?;
    let mill = may.mill();
    let catalog = &mill.catalog;
    let seen: Vec<bool> = (0..catalog.datasets().len()).map(|it| may.sees(it)).collect();
    let near = Near { catalog, sees: &|dataset| seen[dataset] };
    let mut chosen: Vec<usize> = match focus {
        Some(focus) => near.around(focus, up, down).into_iter().map(|(at, _)| at).collect(),
        // In the order in which they are made.
        None => catalog.order().iter().copied().filter(|dataset| seen[*dataset]).collect(),
    };
    let is_found = |dataset: usize| {
        let spec = catalog.dataset(dataset);
        focus == Some(dataset) || words.iter().all(|word| holds(spec, word))
    };
    chosen.retain(|dataset| is_found(*dataset));
    let truncated = chosen.len().saturating_sub(NODES_MAX);
    chosen.truncate(NODES_MAX);
    let shown: BTreeSet<usize> = chosen.iter().copied().collect();
    let node = |dataset: &usize| {
        let spec = catalog.dataset(*dataset);
        let card = picture.card(catalog, *dataset);
        let published = picture.published.get(&mill.registry.datasets[*dataset]);
        GraphNode {
            name: spec.name.to_string(),
            kind: Kind::of(spec),
            owner: spec.about.owner.clone(),
            tags: spec.about.tags.clone(),
            worst: card.worst,
            counts: card.counts,
            published_at: published.copied().map(Instant),
            sla: promised.state(*dataset),
            hidden_up: near.above(*dataset).difference(&shown).count(),
            hidden_down: near.below(*dataset).difference(&shown).count(),
            paused: picture.paused.contains_key(dataset),
        }
    };
    Ok(Json(Graph {
        as_of: picture.as_of().into(),
        nodes: chosen.iter().map(node).collect(),
        edges: edges(catalog, &shown),
        truncated,
        focus: query.focus,
    }))
}

fn edges(catalog: &Catalog, shown: &BTreeSet<usize>) -> Vec<GraphEdge> {
    let mut edges = Vec::new();
    for dataset in shown {
        let inputs = catalog.inputs(*dataset).iter().filter(|input| !input.is_self);
        for input in inputs.filter(|input| shown.contains(&input.dataset)) {
            edges.push(GraphEdge {
                from: catalog.dataset(input.dataset).name.to_string(),
                to: catalog.dataset(*dataset).name.to_string(),
                mapping: mapping(&input.reads),
                required: input.reads.missing != Missing::Skip,
            });
        }
    }
    edges
}
