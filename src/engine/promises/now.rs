//! How promises stand now, windows that are not due yet included.

use anyhow::Result;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::super::Mill;
use super::blocked::{Scene, paused};
use super::record::rule_of;
use crate::model::{PartitionKey, Slice};
use crate::plan::sla::{self, Blocking, Current, Rule, Seen, SlaState, Span};
use crate::plan::{Assessment, Ledger};
use crate::store::{self, SlaRuleRow, Slices};

/// How one promise stands.
#[derive(Clone, Debug)]
pub struct Promised {
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// Its number in the database.
    pub rule: i32,
    /// What was due until then is not judged.
    pub since: Timestamp,
    /// The window that matters now, with how it stands; none when no window will ever be due.
    pub current: Option<Current>,
    /// What stands in the way of it, in words: of one that is late, and of one that is not due yet
    /// where somebody has to act.
    pub blocking: Option<(Blocking, String)>,
}

/// How all promises stand.
#[derive(Clone, Debug, Default)]
pub struct Promises {
    /// One for each that a scheduler made known, in the order of the catalog.
    pub all: Vec<Promised>,
}

impl Promises {
    /// How the promise of a dataset stands, if it makes one.
    #[must_use]
    pub fn of(&self, dataset: usize) -> Option<&Promised> {
        let at = self.all.binary_search_by_key(&dataset, |promised| promised.dataset).ok()?;
        self.all.get(at)
    }

    /// The same in one word. A promise without any window to come is on track.
    #[must_use]
    pub fn state_of(&self, dataset: usize) -> Option<SlaState> {
        self.of(dataset).map(Promised::state)
    }
}

impl Promised {
    /// How it stands, in one word.
    #[must_use]
    pub fn state(&self) -> SlaState {
        self.current.as_ref().map_or(SlaState::OnTrack, |current| current.state)
    }
}

/// How all promises stand at `now`, by a picture of a moment ago.
///
/// # Errors
///
/// When the database fails.
pub async fn promises_now(
    mill: &Mill,
    db: &mut PgConnection,
    (ledger, assessment): (&Ledger, &Assessment),
    slices: &Slices,
    now: Timestamp,
) -> Result<Promises> {
    let rows = store::sla_rules(db, &mill.registry.datasets).await?;
    if rows.is_empty() {
        return Ok(Promises::default());
    }
    let registered = store::registered_at(db).await?;
    let mut looks = Vec::new();
    for row in &rows {
        let Some((dataset, rule)) = rule_of(mill, row) else { continue };
        let scheme = &mill.catalog.dataset(dataset).scheme;
        let known = assessment
            .extents
            .of(dataset)
            .slices
            .iter()
            .map(|slice| (sla::known_since(scheme, slice, &registered), slice.clone()));
        let known: Vec<(Timestamp, Slice)> = known.collect();
        let span = sla::span(&rule, row.since_at.to_jiff(), now);
        looks.push(Look { row, dataset, rule, span, known });
    }
    let keys: Vec<Vec<PartitionKey>> = looks.iter().map(Look::keys).collect();
    let asked: Vec<(i32, i32, i64)> = looks
        .iter()
        .zip(&keys)
        .flat_map(|(look, keys)| {
            let dataset = look.row.dataset_id;
            keys.iter()
                .map(move |key| (dataset, slices.id(&key.slice).unwrap_or_default(), key.ordinal))
        })
        .collect();
    let mut completed = store::first_committed(db, &asked).await?.into_iter();
    let scene = Scene { mill, ledger, assessment, slices, paused: paused(mill, db).await? };
    let mut all = Vec::new();
    for (look, keys) in looks.iter().zip(keys) {
        let seen: Vec<Seen> = keys
            .into_iter()
            .map(|key| Seen { key, completed_at: completed.next().flatten() })
            .collect();
        let slices: Vec<Slice> = look.known.iter().map(|(_, slice)| slice.clone()).collect();
        let current = sla::current(&look.rule, &look.span, &seen, &slices, now);
        let blocking = match current.as_ref().filter(|current| current.completed_at.is_none()) {
            Some(current) => {
                let found = scene.blocking(db, look.dataset, &current.key).await?;
                let is_late = current.state == SlaState::Late;
                found.filter(|(found, _)| is_late || found.cause.is_trouble())
            }
            None => None,
        };
        let (dataset, since) = (look.dataset, look.row.since_at.to_jiff());
        all.push(Promised { dataset, rule: look.row.id, since, current, blocking });
    }
    all.sort_by_key(|promised| promised.dataset);
    Ok(Promises { all })
}

/// A promise, and which of its windows are looked at.
struct Look<'a> {
    row: &'a SlaRuleRow,
    dataset: usize,
    rule: Rule<'a>,
    span: Span,
    known: Vec<(Timestamp, Slice)>,
}

impl Look<'_> {
    fn keys(&self) -> Vec<PartitionKey> {
        let of = |ordinal: i64| {
            let due = self.rule.due_at(ordinal);
            let promised = self.known.iter().filter(move |(since, _)| *since < due);
            promised.map(move |(_, slice)| PartitionKey { slice: slice.clone(), ordinal })
        };
        self.span.ordinals().flat_map(of).collect()
    }
}
