//! `GET /datasets`: found by words and by where they stand.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::openapi::Schema;
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::paging::{Paging, cursor};
use super::super::picture::Picture;
use super::super::problem::{Answer, Problem};
use super::super::query::{Paged, some_of};
use super::super::standing::Counts;
use super::row::{DatasetRow, Kind, Promised};
use crate::engine::Mill;
use crate::spec::DatasetSpec;

/// The longest text that is searched for.
const TEXT_MAX: usize = 200;
/// So many values of a filter at most.
const VALUES_MAX: usize = 50;

/// Which datasets. Several values of one filter are separated by commas, and any of them will do;
/// `%2C` is a comma in a value.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DatasetQuery {
    /// Words that the name, the description, the owner or a tag holds, all of them.
    q: Option<String>,
    /// Of this kind, or of any of several, separated by commas.
    #[param(schema_with = kinds)]
    kind: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// A tag it has.
    tag: Option<String>,
    /// Where any of its partitions stands; any of several, separated by commas.
    #[param(schema_with = states)]
    state: Option<String>,
    /// What comes first: by name, what stands worst, or what was published last.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
}

/// What kinds of datasets there are.
const KINDS: [&str; 4] = ["source", "transform", "load", "export"];

fn kinds() -> Schema {
    some_of(KINDS)
}

fn states() -> Schema {
    some_of(Counts::default().each().map(|(word, _)| word.as_str()))
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Sort {
    /// The alphabet.
    #[default]
    Name,
    /// The worst place any partition stands in, then the name.
    State,
    /// The latest version first, those without any last.
    Published,
}

/// Datasets, and what else they could be chosen by.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct DatasetPage {
    /// What is on this page.
    items: Vec<DatasetRow>,
    /// The cursor of the next page; none on the last.
    next: Option<String>,
    /// How many there are on all pages.
    total: usize,
    /// How many there would be for each value of a filter, the other filters being as they are.
    facets: Facets,
    /// When everything was known to stand like this.
    as_of: Instant,
}

/// How many datasets there are for each value of each filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
struct Facets {
    /// By where any of their partitions stands.
    states: BTreeMap<String, u64>,
    /// By who answers for them.
    owners: BTreeMap<String, u64>,
    /// By tag.
    tags: BTreeMap<String, u64>,
    /// By what makes them.
    kinds: BTreeMap<String, u64>,
}

/// Where a dataset comes in a list: of two with the same key, the names decide.
type Place = (Reverse<i64>, String);

/// Datasets.
#[utoipa::path(
    get,
    path = "/datasets",
    tag = "catalog",
    params(DatasetQuery, Paging),
    responses(
        (status = OK, body = DatasetPage),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn datasets(
    may: May<act::ReadCatalog>,
    Paged(query, paging): Paged<DatasetQuery>,
) -> Answer<Json<DatasetPage>> {
    let filter = Filter::read(&query)?;
    let (limit, after) = (paging.limit()? as usize, paging.after::<(Sort, i64, String)>()?);
    let picture = may.picture().await?;
    let mill = may.mill();
    let mut facets = Facets::default();
    let mut found: Vec<(Place, usize)> = Vec::new();
    for index in (0..mill.catalog.datasets().len()).filter(|index| may.sees(*index)) {
        let facts = Facts::of(mill, &picture, index);
        let misses = filter.misses(&facts);
        facets.count(&facts, misses);
        if misses == [false; 5] {
            found.push((place(mill, &picture, index, query.sort), index));
        }
    }
    found.sort_unstable();
    let total = found.len();
    let begin = match after {
        None => 0,
        Some((sort, ..)) if sort != query.sort => {
            return Err(Problem::invalid("`cursor` is from a list in another order")
                .hint("start without a cursor when `sort` changes"));
        }
        Some((_, key, name)) => {
            let last = (Reverse(key), name);
            found.partition_point(|(place, _)| *place <= last)
        }
    };
    let page = &found[begin..total.min(begin + limit)];
    let next = page.last().filter(|_| begin + limit < total);
    let next = next.map(|((Reverse(key), name), _)| cursor(&(query.sort, key, name)));
    let promises = Promised::of(&may, &picture).await?;
    let row = |index| DatasetRow::new(mill, &picture, &promises, index);
    let items = page.iter().map(|(_, index)| row(*index)).collect();
    Ok(Json(DatasetPage { items, next, total, facets, as_of: picture.as_of().into() }))
}

fn place(mill: &Mill, picture: &Picture, dataset: usize, sort: Sort) -> Place {
    let key = match sort {
        Sort::Name => 0,
        Sort::State => -(picture.card(&mill.catalog, dataset).worst as i64),
        Sort::Published => {
            let at = picture.published.get(&mill.registry.datasets[dataset]);
            at.map_or(i64::MIN, |at| at.as_microsecond())
        }
    };
    (Reverse(key), mill.catalog.dataset(dataset).name.to_string())
}

/// What filters look at.
struct Facts<'a> {
    spec: &'a DatasetSpec,
    kind: &'static str,
    states: Vec<&'static str>,
}

impl<'a> Facts<'a> {
    fn of(mill: &'a Mill, picture: &Picture, dataset: usize) -> Self {
        let spec = mill.catalog.dataset(dataset);
        let counts = picture.card(&mill.catalog, dataset).counts.each();
        let held = counts.into_iter().filter(|(_, count)| 0 < *count);
        let states = held.map(|(word, _)| word.as_str()).collect();
        Self { spec, kind: Kind::of(spec).as_str(), states }
    }
}

/// A query, read: the values that will do, none for all.
#[derive(Debug, Default)]
struct Filter {
    words: Vec<String>,
    kinds: Option<Vec<String>>,
    owners: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    states: Option<Vec<String>>,
}

impl Filter {
    fn read(query: &DatasetQuery) -> Answer<Self> {
        let text = query.q.as_deref().unwrap_or_default();
        if TEXT_MAX < text.chars().count() {
            return Err(Problem::invalid(format!("`q` is longer than {TEXT_MAX} characters")));
        }
        let kinds = values("kind", query.kind.as_deref())?;
        known("kind", kinds.as_deref(), &KINDS)?;
        let states = values("state", query.state.as_deref())?;
        let words = Counts::default().each().map(|(word, _)| word.as_str());
        known("state", states.as_deref(), &words)?;
        Ok(Self {
            words: text.split_whitespace().map(str::to_lowercase).collect(),
            kinds,
            owners: values("owner", query.owner.as_deref())?,
            tags: values("tag", query.tag.as_deref())?,
            states,
        })
    }

    /// By which of the filters a dataset is left out: words, kinds, owners, tags, states.
    fn misses(&self, facts: &Facts<'_>) -> [bool; 5] {
        let about = &facts.spec.about;
        let misses = |wanted: &Option<Vec<String>>, has: &dyn Fn(&str) -> bool| {
            wanted.as_ref().is_some_and(|wanted| !wanted.iter().any(|value| has(value)))
        };
        [
            !self.words.iter().all(|word| holds(facts.spec, word)),
            misses(&self.kinds, &|kind| facts.kind == kind),
            misses(&self.owners, &|owner| about.owner.as_deref() == Some(owner)),
            misses(&self.tags, &|tag| about.tags.iter().any(|held| held == tag)),
            misses(&self.states, &|state| facts.states.contains(&state)),
        ]
    }
}

/// Whether a dataset is found by a word.
pub(in super::super) fn holds(spec: &DatasetSpec, word: &str) -> bool {
    let about = &spec.about;
    let texts = [Some(spec.name.as_str()), about.description.as_deref(), about.owner.as_deref()];
    let tags = about.tags.iter().map(String::as_str);
    texts.into_iter().flatten().chain(tags).any(|text| text.to_lowercase().contains(word))
}

fn values(name: &str, text: Option<&str>) -> Answer<Option<Vec<String>>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let values: Vec<String> =
        text.split(',').map(|value| value.replace("%2C", ",").replace("%25", "%")).collect();
    if VALUES_MAX < values.len() || values.iter().any(|value| TEXT_MAX < value.chars().count()) {
        return Err(Problem::invalid(format!(
            "`{name}` takes at most {VALUES_MAX} values of at most {TEXT_MAX} characters"
        )));
    }
    Ok(Some(values))
}

fn known(name: &str, values: Option<&[String]>, words: &[&str]) -> Answer<()> {
    let unknown = values.unwrap_or_default().iter().find(|value| !words.contains(&value.as_str()));
    match unknown {
        None => Ok(()),
        Some(value) => Err(Problem::invalid(format!("`{value}` is no value of `{name}`"))
            .hint(format!("there are {}", words.join(", ")))),
    }
}

impl Facets {
    /// Counts a dataset where nothing but that facet's own filter leaves it out.
    fn count(&mut self, facts: &Facts<'_>, misses: [bool; 5]) {
        let but = |own: usize| misses.iter().enumerate().all(|(at, miss)| !miss || at == own);
        let about = &facts.spec.about;
        let add = |to: &mut BTreeMap<String, u64>, value: &str| {
            *to.entry(value.to_owned()).or_default() += 1;
        };
        if but(1) {
            add(&mut self.kinds, facts.kind);
        }
        if but(2)
            && let Some(owner) = &about.owner
        {
            add(&mut self.owners, owner);
        }
        if but(3) {
            about.tags.iter().for_each(|tag| add(&mut self.tags, tag));
        }
        if but(4) {
            facts.states.iter().for_each(|state| add(&mut self.states, state));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Catalog, Contract, Source, TimePartitions, Type};

    fn catalog() -> Catalog {
        let day = TimePartitions::daily("2024-01-01");
        let declared = |source: Source| {
            let contract = Contract::new([("n", Type::Int64)]);
            source.partitions(&day).contract(contract).declared(Some("x".to_owned())).0
        };
        let orders = Source::files("orders", "{day}.csv").owner("shop").tags(["raw", "pii"]);
        let clicks = Source::files("clicks", "{day}.csv").owner("web").tags(["raw"]);
        let clicks = clicks.description("What people CLICK");
        Catalog::build(&[declared(orders), declared(clicks)], &[]).unwrap()
    }

    #[test]
    fn a_facet_counts_what_its_own_filter_leaves_out() {
        let catalog = catalog();
        let query = DatasetQuery {
            owner: Some("shop".to_owned()),
            state: Some("failed,stale".to_owned()),
            ..DatasetQuery::default()
        };
        let filter = Filter::read(&query).unwrap();
        let mut facets = Facets::default();
        for (spec, states) in
            catalog.datasets().iter().zip([vec!["failed"], vec!["failed", "present"]])
        {
            let facts = Facts { spec, kind: "source", states };
            facets.count(&facts, filter.misses(&facts));
        }
        let map = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
            pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        assert_eq!(facets.owners, map(&[("shop", 1), ("web", 1)]));
        assert_eq!(facets.states, map(&[("failed", 1)]));
        assert_eq!(facets.tags, map(&[("pii", 1), ("raw", 1)]));
    }

    #[test]
    fn words_are_looked_for_everywhere_and_all_of_them() {
        let catalog = catalog();
        let found = |q: &str| {
            let query = DatasetQuery { q: Some(q.to_owned()), ..DatasetQuery::default() };
            let filter = Filter::read(&query).unwrap();
            let hits = catalog.datasets().iter().filter(|spec| {
                let facts = Facts { spec, kind: "source", states: Vec::new() };
                filter.misses(&facts) == [false; 5]
            });
            hits.map(|spec| spec.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("PEOPLE click"), ["clicks"]);
        assert_eq!(found("shop pii"), ["orders"]);
        assert_eq!(found("raw shop web"), [""; 0]);
        assert_eq!(found(""), ["orders", "clicks"]);
    }

    #[test]
    fn what_no_filter_knows_is_refused() {
        let refused = |query: DatasetQuery| Filter::read(&query).is_err();
        assert!(refused(DatasetQuery { kind: Some("table".into()), ..DatasetQuery::default() }));
        assert!(refused(DatasetQuery {
            state: Some("fresh,ok".into()),
            ..DatasetQuery::default()
        }));
        assert!(refused(DatasetQuery { q: Some("x".repeat(201)), ..DatasetQuery::default() }));
        assert!(refused(DatasetQuery { tag: Some(",".repeat(60)), ..DatasetQuery::default() }));
    }
}
