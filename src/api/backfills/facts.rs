//! Everything there is to say about one backfill: for the terminal and for programs alike.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgConnection;

use super::causes::Causes;
use crate::plan::{Course, Wait, course_sentence};
use crate::store::{self, BackfillStanding, EventRow, StepRow, WaitGroup};

/// At most so many kinds of ends are looked at: datasets times causes.
const ENDS_MAX: i64 = 400;

/// Everything there is to say about one backfill.
#[derive(Clone, Debug)]
pub struct BackfillFacts {
    /// When.
    pub now: Timestamp,
    /// How it stands.
    pub standing: BackfillStanding,
    /// The same by dataset, by wave.
    pub steps: Vec<StepRow>,
    /// Why runs have not started: how many, and one of them in detail.
    pub waits: Vec<(WaitGroup, Option<Wait>)>,
    /// Why runs failed or were cancelled.
    pub causes: Causes,
    /// What people did to it.
    pub events: Vec<EventRow>,
    /// The plan it was made from, as it was stored.
    pub plan: Value,
    /// The wave of each dataset in that plan.
    pub waves: BTreeMap<String, u64>,
}

/// What is added up over all runs of a backfill.
#[derive(Clone, Debug)]
pub struct BackfillSums {
    steps: Vec<StepRow>,
    causes: Causes,
}

impl BackfillSums {
    /// Adds it up.
    ///
    /// # Errors
    ///
    /// When a statement fails.
    pub async fn add_up(db: &mut PgConnection, standing: &BackfillStanding) -> store::Result<Self> {
        Ok(Self {
            steps: store::backfill_steps(db, standing).await?,
            causes: Causes::fold(&store::backfill_causes(db, standing, ENDS_MAX).await?),
        })
    }
}

impl BackfillFacts {
    /// Gathers them at `now`, about a backfill whose standing is known already, and its sums.
    ///
    /// # Errors
    ///
    /// When a statement fails.
    pub async fn gather(
        db: &mut PgConnection,
        standing: BackfillStanding,
        sums: BackfillSums,
        now: Timestamp,
    ) -> store::Result<Self> {
        let backfill = standing.id;
        let mut steps = sums.steps;
        let mut waits = Vec::new();
        if standing.state == "active" {
            let groups = store::waiting_groups(db, backfill).await?;
            let examples: Vec<i64> = groups.iter().map(|group| group.example).collect();
            let found = store::waiting(db, &examples, now).await?;
            for group in groups {
                let wait = found.iter().find(|wait| wait.run == group.example).cloned();
                waits.push((group, wait));
            }
        }
        let plan = store::backfill_plan(db, backfill).await?;
        let waves = waves(&plan);
        let wave = |step: &StepRow| waves.get(&step.dataset).copied().unwrap_or(u64::MAX);
        steps.sort_by_key(|step| (wave(step), step.dataset_id));
        Ok(Self {
            now,
            causes: sums.causes,
            events: store::backfill_events(db, backfill).await?,
            standing,
            steps,
            waits,
            plan,
            waves,
        })
    }

    /// How far it is, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let row = &self.standing;
        let waits: Vec<(u64, &Wait)> = self
            .waits
            .iter()
            .filter_map(|(group, wait)| Some((group.runs.unsigned_abs(), wait.as_ref()?)))
            .collect();
        let paused = row.paused_by.as_deref().zip(row.paused_at.map(jiff_sqlx::Timestamp::to_jiff));
        let course = Course {
            state: &row.state,
            runs: row.runs.unsigned_abs(),
            published: row.published.unsigned_abs(),
            unchanged: row.unchanged.unsigned_abs(),
            failed: row.failed.unsigned_abs(),
            cancelled: row.cancelled.unsigned_abs(),
            running: row.running.unsigned_abs(),
            created_at: row.created_at.to_jiff(),
            finished_at: row.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
            paused,
            seconds_left: row.seconds_left(self.now),
            waits: &waits,
        };
        course_sentence(&course, self.now)
    }

    /// The name of a dataset of it.
    #[must_use]
    pub fn dataset(&self, id: i32) -> String {
        let step = self.steps.iter().find(|step| step.dataset_id == id);
        step.map_or_else(|| format!("dataset {id}"), |step| step.dataset.clone())
    }
}

/// The wave of each dataset in a stored plan.
fn waves(plan: &Value) -> BTreeMap<String, u64> {
    let steps = plan["steps"].as_array().map_or(&[][..], Vec::as_slice);
    let pair = |step: &Value| Some((step["dataset"].as_str()?.to_owned(), step["wave"].as_u64()?));
    steps.iter().filter_map(pair).collect()
}
