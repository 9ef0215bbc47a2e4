//! `GET /datasets/{name}/holds` and `POST /datasets/{name}/approve`: what could be made and is not.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::access::{Action, Entry, May, act};
use super::super::body::Body;
use super::super::instant::Instant;
use super::super::naming;
use super::super::paging::Page;
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use super::super::why;
use crate::model::{PartitionSet, Ranges, Scheme, Slice};
use crate::plan::Hold as Held;
use crate::store;

/// So many ranges of a hold are listed.
const RANGES_MAX: usize = 1_000;
/// The longest text of ranges, and the most ranges that are drawn.
const TEXT_MAX: usize = 10_000;

/// Partitions that could be made and are not, for one reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Hold {
    /// `debounce`, `approval`, `small`, `budget`, `code` or `cancelled`.
    why: &'static str,
    /// The reason in words.
    reason: String,
    /// The input it is about; none when there is none, or it may not be seen.
    input: Option<String>,
    /// Since when they wait.
    since: Instant,
    /// Until when; none when they wait for a person.
    until: Option<Instant>,
    /// Whether only a person lets go of them.
    needs_a_person: bool,
    /// How many partitions.
    partitions: u64,
    /// Which; at most 1,000 ranges.
    ranges: Vec<HoldRange>,
}

/// Neighbouring partitions.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct HoldRange {
    /// The values of their dimensions.
    slice: Vec<String>,
    /// The ordinal of the first.
    first: i64,
    /// One past the ordinal of the last.
    after: i64,
    /// The name of the first.
    from: String,
    /// The name of the last.
    to: String,
}

/// Which partitions to let go: those that wait of what is named.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    /// As on the command line: `2024-01..2024-03,2024-06`, in every slice. All that wait, when
    /// neither is given.
    #[schema(max_length = 10_000)]
    ranges: Option<String>,
    /// As ordinals, slice by slice.
    #[schema(max_items = 10_000)]
    slices: Option<Vec<ApproveSlice>>,
}

/// Partitions of one slice.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApproveSlice {
    /// The values of its dimensions; none where a dataset has none but time.
    #[schema(max_items = 8)]
    slice: Vec<String>,
    /// The first ordinal, and the first one after it.
    #[schema(max_items = 10_000)]
    ranges: Vec<[i64; 2]>,
}

/// What was let go.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Approved {
    /// The dataset.
    dataset: String,
    /// How many partitions may be made now that waited; they are, by the next decision.
    approved: u64,
}

/// What of a dataset could be made and is not.
#[utoipa::path(
    get,
    path = "/datasets/{name}/holds",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset.")),
    responses(
        (status = OK, body = Page<Hold>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn holds(
    may: May<act::ReadCatalog>,
    At(name): At<String>,
) -> Answer<Json<Page<Hold>>> {
    let (dataset, spec) = may.dataset(&name)?;
    let picture = may.picture().await?;
    let mut db = may.db().await?;
    let held = store::holds(&mut db, &may.mill().registry, &picture.slices).await?;
    let own = held.iter().filter(|hold| hold.dataset == dataset);
    Ok(Json(Page::whole(own.map(|hold| of(&may, &spec.scheme, hold)).collect())))
}

fn of<A: Action>(may: &May<A>, scheme: &Scheme, hold: &Held) -> Hold {
    let catalog = &may.mill().catalog;
    let input = hold.why.input().filter(|input| may.sees(*input));
    let all = hold.partitions.slices().flat_map(|(slice, ranges)| {
        ranges.ranges().map(move |range| HoldRange {
            slice: slice.values().iter().map(ToString::to_string).collect(),
            first: range.start,
            after: range.end,
            from: scheme.label(range.start),
            to: scheme.label(range.end - 1),
        })
    });
    Hold {
        why: hold.why.as_str(),
        reason: naming::conceal(may, why::held(catalog, hold)),
        input: input.map(|input| catalog.dataset(input).name.to_string()),
        since: hold.since.into(),
        until: hold.until.map(Into::into),
        needs_a_person: hold.why.needs_a_person(),
        partitions: hold.partitions.len(),
        ranges: all.take(RANGES_MAX).collect(),
    }
}

/// Let go of what waits.
#[utoipa::path(
    post,
    path = "/datasets/{name}/approve",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset.")),
    request_body = Approve,
    responses(
        (status = OK, body = Approved),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn approve(
    may: May<act::ApproveChanges>,
    At(name): At<String>,
    Body(body): Body<Approve>,
) -> Answer<Json<Approved>> {
    let (dataset, spec) = may.dataset(&name)?;
    let picture = may.picture().await?;
    let asked = body.read(&spec.scheme, picture.slices_of(dataset))?;
    let id = may.mill().registry.datasets[dataset];
    let mut tx = may.begin().await?;
    let held = store::holds(&mut tx, &may.mill().registry, &picture.slices).await?;
    let mut waits = PartitionSet::new();
    held.iter().filter(|hold| hold.dataset == dataset).for_each(|it| waits.extend(&it.partitions));
    let asked = asked.intersection(&waits);
    let by = &may.principal().name;
    let approved = store::approve(&mut tx, id, &picture.slices, &asked, by).await?;
    if 0 < approved {
        let entry = Entry::new("change.approve", "dataset", &name).datasets([id]);
        let summary = spec.scheme.summary(&asked);
        let after = serde_json::json!({ "approved": approved, "partitions": summary });
        may.audit(&mut tx, entry.after(&after)).await?;
    }
    tx.commit().await?;
    store::ring(may.pool(), store::DEMAND).await?;
    Ok(Json(Approved { dataset: name, approved }))
}

impl Approve {
    fn read(&self, scheme: &Scheme, known: &[Slice]) -> Answer<PartitionSet> {
        let mut set = PartitionSet::new();
        match (&self.ranges, &self.slices) {
            (Some(_), Some(_)) => {
                return Err(Problem::invalid("`ranges` and `slices` are given at once")
                    .hint("send one of them, and null for the other"));
            }
            (Some(text), None) if TEXT_MAX < text.len() => {
                return Err(Problem::invalid(format!("`ranges` is longer than {TEXT_MAX} bytes")));
            }
            (Some(text), None) => {
                let ranges = scheme.parse_ranges(text);
                let ranges = ranges.map_err(|error| Problem::invalid(error.to_string()))?;
                known.iter().for_each(|slice| set.insert(slice.clone(), &ranges));
            }
            (None, Some(slices)) => {
                let drawn: usize = slices.iter().map(|slice| slice.ranges.len()).sum();
                if TEXT_MAX < drawn.max(slices.len()) {
                    return Err(Problem::invalid(format!("more than {TEXT_MAX} ranges are drawn")));
                }
                for drawn in slices {
                    let slice = Slice::new(drawn.slice.iter().map(String::as_str));
                    let ranges = drawn.ranges.iter().map(|[first, after]| *first..*after);
                    set.insert(slice, &Ranges::from_ranges(ranges));
                }
            }
            (None, None) => {
                let all = Ranges::from_range(i64::MIN..i64::MAX);
                known.iter().for_each(|slice| set.insert(slice.clone(), &all));
            }
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Partitions, TimePartitions};

    #[test]
    fn what_is_named_is_read_and_nothing_else() {
        let scheme = Partitions::from(TimePartitions::daily("1970-01-01"));
        let scheme = scheme.scheme().unwrap();
        let known = [Slice::none()];
        let read = |body: serde_json::Value| -> Option<Vec<(i64, i64)>> {
            let body: Approve = serde_json::from_value(body).ok()?;
            let set = body.read(&scheme, &known).ok()?;
            let ranges = set.get(&Slice::none()).cloned().unwrap_or_default();
            Some(ranges.ranges().map(|range| (range.start, range.end)).collect())
        };
        let text = read(serde_json::json!({ "ranges": "1970-01-01..1970-01-03,1970-01-10" }));
        assert_eq!(text, Some(vec![(0, 3), (9, 10)]));
        let drawn = serde_json::json!({ "slices": [{ "slice": [], "ranges": [[4, 6], [9, 2]] }] });
        assert_eq!(read(drawn), Some(vec![(4, 6)]));
        assert_eq!(read(serde_json::json!({})), Some(vec![(i64::MIN, i64::MAX)]));
        assert_eq!(read(serde_json::json!({ "ranges": "x" })), None);
        assert_eq!(read(serde_json::json!({ "ranges": "1970", "slices": [] })), None);
        assert_eq!(read(serde_json::json!({ "range": "1970" })), None);
    }
}
