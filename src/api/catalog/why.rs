//! Why a partition is as it is: a sentence for people, and the chain of causes down to source files.

use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::super::access::{Action, May};
use super::super::instant::Instant;
use super::super::naming;
use super::super::picture::Picture;
use super::super::problem::Answer;
use super::super::standing::Standing;
use super::super::why::{self, Facts, Hop};
use super::lookup;
use crate::model::{PartitionKey, PartitionSet, words};
use crate::plan::{Obstacle, Wait};
use crate::store::{self, FailureRow, NewlyRead};

/// So many causes are told.
const CAUSES_MAX: usize = 50;
/// So many steps below what changed directly are followed.
const STEPS_MAX: usize = 20;
/// So many newly read versions are told of one step; the first is followed.
const SIDE_MAX: i64 = 3;

/// Why a partition is as it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Why {
    /// All of it in a sentence.
    sentence: String,
    /// What it comes from, nearest first; at most 50.
    causes: Vec<Cause>,
}

/// One link of the chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Cause {
    /// The dataset it is about.
    dataset: String,
    /// The partition; none when it is about several, which `text` names.
    partition: Option<String>,
    /// What is the matter with it.
    text: String,
    /// Since when.
    at: Option<Instant>,
    /// How many rows the version has that came.
    rows: Option<i64>,
    /// The run that failed, where one did.
    run: Option<i64>,
    /// How many steps upstream, from 0 for the partition itself.
    depth: usize,
    /// Whether nothing of this project makes it.
    source: bool,
}

/// Tells why, of what may be seen.
pub(super) async fn tell<A: Action>(
    may: &May<A>,
    db: &mut PgConnection,
    picture: &Picture,
    facts: &Facts,
) -> Answer<Why> {
    let mut story = Story { may, picture, causes: Vec::new(), hidden: false };
    story.itself(facts);
    story.missing(facts);
    story.trail(facts);
    story.changes(db, facts).await?;
    let mut causes = story.causes;
    causes.truncate(CAUSES_MAX);
    let sentence = sentence(may, facts, &causes, story.hidden);
    Ok(Why { sentence, causes })
}

/// All of it in a sentence: where it stands, and what that comes from in the end.
fn sentence<A: Action>(may: &May<A>, facts: &Facts, causes: &[Cause], hidden: bool) -> String {
    let mill = may.mill();
    let name = why::named(&mill.catalog, facts.dataset, &facts.key);
    let start = format!("{name} is {}", why::headline(mill, facts));
    let told = match facts.standing {
        // What is wrong with the partition itself comes first, and is enough.
        Some(Standing::Failed | Standing::Running | Standing::Waiting) => causes.first(),
        Some(Standing::Fresh | Standing::Present) | None => None,
        // What was tried and failed is for somebody to settle; else the deepest says what it
        // began with.
        Some(_) => {
            let tried = causes.iter().find(|cause| cause.run.is_some());
            tried.or_else(|| causes.iter().max_by_key(|cause| cause.depth))
        }
    };
    match (told, &facts.version) {
        (Some(cause), _) if cause.depth == 0 => format!("{start}: {}", cause.text),
        (Some(cause), _) => {
            let partition =
                cause.partition.as_deref().map_or(String::new(), |key| format!(" {key}"));
            format!("{start}: `{}`{partition} {}", cause.dataset, cause.text)
        }
        (None, Some(version))
            if matches!(facts.standing, Some(Standing::Fresh | Standing::Present)) =>
        {
            let at = words::when(version.committed_at.to_jiff());
            format!("{start}: version {} of {at} is what it would be made into now", version.id)
        }
        (None, _) if hidden => format!("{start}, because of datasets you may not see"),
        (None, _) => start,
    }
}

/// What a cause is told with, where that is known.
#[derive(Clone, Copy, Debug, Default)]
struct Came {
    at: Option<Instant>,
    rows: Option<i64>,
    run: Option<i64>,
}

impl Came {
    fn at(at: impl Into<Instant>) -> Self {
        Self { at: Some(at.into()), ..Self::default() }
    }

    fn failed(failure: &FailureRow) -> Self {
        Self { run: Some(failure.run_id), ..Self::at(failure.failed_at) }
    }
}

/// What is being told.
struct Story<'a, A> {
    may: &'a May<A>,
    picture: &'a Picture,
    causes: Vec<Cause>,
    /// Whether something was left out.
    hidden: bool,
}

impl<A: Action> Story<'_, A> {
    fn add(&mut self, dataset: usize, key: Option<&PartitionKey>, depth: usize, text: String) {
        self.push((dataset, key), depth, text, Came::default());
    }

    fn push(
        &mut self,
        (dataset, key): (usize, Option<&PartitionKey>),
        depth: usize,
        text: String,
        Came { at, rows, run }: Came,
    ) {
        if !self.may.sees(dataset) {
            self.hidden = true;
            return;
        }
        let spec = self.may.mill().catalog.dataset(dataset);
        // What attempts say may name anything.
        let text = naming::conceal(self.may, text);
        self.causes.push(Cause {
            dataset: spec.name.to_string(),
            partition: key.map(|key| spec.scheme.key(key)),
            text,
            at,
            rows,
            run,
            depth,
            source: spec.source().is_some(),
        });
    }

    /// What is the matter with the partition itself.
    fn itself(&mut self, facts: &Facts) {
        let (own, key) = (facts.dataset, Some(&facts.key));
        if let Some(run) = &facts.live {
            let text = match (&facts.wait, run.state.as_str()) {
                (Some(wait), _) => {
                    format!("run {} has not started: {}", run.id, self.open(wait))
                }
                (None, "running") => {
                    format!("run {} is in a worker's hands, attempt {}", run.id, run.attempt)
                }
                (None, state) => format!("run {} is {state}", run.id),
            };
            self.push((own, key), 0, text, Came::at(run.created_at));
            for (dataset, states) in why::grouped(self.may.mill(), self.picture, &facts.waits_on) {
                for (state, set) in states {
                    let state = why::standing(self.picture, dataset, &state);
                    self.add_set(dataset, &set, 1, &format!("is waited for: it is {state}"));
                }
            }
        }
        if let Some(failure) = &facts.failure {
            let text =
                format!("run {} failed: {}: {}", failure.run_id, failure.error_code, failure.error);
            self.push((own, key), 0, text, Came::failed(failure));
        }
        if let Some(hold) = &facts.held {
            let seen = hold.why.input().is_none_or(|input| self.may.sees(input));
            let text = match seen {
                true => why::held(&self.may.mill().catalog, hold),
                false => "an input changed that you may not see".to_owned(),
            };
            self.push((own, key), 0, format!("held back: {text}"), Came::at(hold.since));
        }
    }

    /// Why a run waits, without the names of jobs that may not be seen.
    fn open(&self, wait: &Wait) -> String {
        let mut wait = wait.clone();
        if let Obstacle::PoolFull { holders, .. } = &mut wait.why {
            let catalog = &self.may.mill().catalog;
            holders.retain(|(job, _)| catalog.index_of(job).is_some_and(|job| self.may.sees(job)));
        }
        wait.to_string()
    }

    /// What it lacks, and what is not made yet.
    fn missing(&mut self, facts: &Facts) {
        let (mill, assessment) = (self.may.mill(), &self.picture.assessment);
        for (dataset, set) in &facts.lacks {
            let status = &assessment.statuses[*dataset];
            let text = if set.intersection(&status.universe).is_empty() {
                "its window is not over"
            } else if mill.catalog.dataset(*dataset).source().is_some() {
                "there is no file for it"
            } else {
                "cannot be made"
            };
            self.add_set(*dataset, set, 1, text);
        }
        let is_source = mill.catalog.dataset(facts.dataset).source().is_some();
        if is_source && facts.standing == Some(Standing::MissingUpstream) {
            self.add(facts.dataset, Some(&facts.key), 0, "there is no file for it".to_owned());
        }
        for (dataset, set) in facts.unmade.iter().filter(|_| facts.live.is_none()) {
            let failed = set.intersection(&assessment.statuses[*dataset].failed);
            let text = match failed.is_empty() {
                true => "is not made yet",
                false => "failed",
            };
            self.add_set(*dataset, set, 1, text);
            self.tried(facts.tried.as_ref().filter(|(hop, _)| hop.dataset == *dataset), 1);
        }
    }

    fn add_set(&mut self, dataset: usize, set: &PartitionSet, depth: usize, text: &str) {
        let mut keys = set.keys();
        match (keys.next(), keys.next()) {
            (Some(key), None) => self.add(dataset, Some(&key), depth, text.to_owned()),
            _ => {
                let spec = self.may.mill().catalog.dataset(dataset);
                let spans = words::spans_text(&spec.scheme, set, 3);
                self.add(dataset, None, depth, format!("{text}: {spans}"));
            }
        }
    }

    /// The way up to what is stale for a reason of its own.
    fn trail(&mut self, facts: &Facts) {
        for (depth, hop) in facts.trail.iter().enumerate().skip(1).take(CAUSES_MAX) {
            let is_published =
                !self.picture.assessment.statuses[hop.dataset].missing.contains(&hop.key);
            let text = if is_published { "is to be made again" } else { "is not published" };
            self.add(hop.dataset, Some(&hop.key), depth, text.to_owned());
            self.tried(facts.tried.as_ref().filter(|(tried, _)| tried == hop), depth);
        }
    }

    /// What came of the run that was to make an input.
    fn tried(&mut self, tried: Option<&(Hop, FailureRow)>, depth: usize) {
        if let Some((hop, failure)) = tried {
            let key = Some(&hop.key);
            self.push((hop.dataset, key), depth, why::tried(failure), Came::failed(failure));
        }
    }

    /// What changed at the end of the way, and what that came from, down to files.
    async fn changes(&mut self, db: &mut PgConnection, facts: &Facts) -> Answer<()> {
        let (Some(end), Some(last)) = (&facts.end, facts.trail.last()) else { return Ok(()) };
        let depth = facts.trail.len();
        if end.standing == Some(Standing::StaleCode) {
            let (text, at) = why::code(end);
            let came = Came { at: at.map(Into::into), ..Came::default() };
            self.push((last.dataset, Some(&last.key)), depth - 1, text, came);
        }
        for (dataset, is_routed, change) in end.changes.iter().take(why::CHANGES_MAX) {
            let key = why::change_key(self.picture, change);
            let text = why::change_text(change, *is_routed);
            let at = change.after_at.map(Into::into);
            let came = Came { at, rows: change.after_rows, run: None };
            self.push((*dataset, Some(&key)), depth, text, came);
        }
        // What was made again shows what had come by what it was read from.
        let followed =
            end.changes.iter().find_map(|(_, _, it)| Some((it.after_id?, it.before_id?)));
        if let Some((after, before)) = followed {
            self.follow(db, after, before, depth + 1).await?;
        }
        Ok(())
    }

    async fn follow(
        &mut self,
        db: &mut PgConnection,
        mut after: i64,
        mut before: i64,
        depth: usize,
    ) -> Answer<()> {
        for depth in depth..depth + STEPS_MAX {
            let read = store::newly_read(db, after, before, SIDE_MAX).await?;
            for version in &read {
                self.came(version, depth);
            }
            match read.iter().find_map(|version| Some((version.id, version.before_id?))) {
                Some(next) => (after, before) = next,
                None => break,
            }
        }
        Ok(())
    }

    /// A version that came.
    fn came(&mut self, version: &NewlyRead, depth: usize) {
        let Some(&dataset) = self.may.mill().registry.index.get(&version.dataset_id) else {
            return;
        };
        let key = lookup::key(self.picture, version.slice_id, version.ordinal);
        let size = match version.rows {
            Some(rows) => words::count(rows.unsigned_abs(), "row"),
            None => words::bytes(version.bytes.unsigned_abs()),
        };
        let mut text = match version.before_id {
            Some(before) => format!("version {before} became version {}, {size}", version.id),
            None => format!("was not there before: version {}, {size}", version.id),
        };
        if version.is_source {
            text.push_str(&format!("; {}", version.paths.join(", ")));
        }
        let came = Came { rows: version.rows, ..Came::at(version.committed_at) };
        self.push((dataset, Some(&key)), depth, text, came);
    }
}
