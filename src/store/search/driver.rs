//! Statements about finished runs: what an index finds of a stretch of time, and what is asked of each
//! run that it finds.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{Postgres, QueryBuilder};

use super::super::housekeeping::history::name_of;
use super::lines::FINISHED;
use super::{RunPlace, RunSearch};
use crate::model::RunState;
use crate::plan::HistoryPart;

/// Of so many datasets at most, each is looked up in the index of its own.
const DATASETS: usize = 8;

/// A stretch of time, and from where in it: none for no bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// From then on.
    pub(super) from: Option<Timestamp>,
    /// Before then.
    pub(super) until: Option<Timestamp>,
    /// After this run.
    pub(super) after: Option<RunPlace>,
}

impl Stretch {
    /// The instant from which on it is read.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.after.and_then(|place| place.finished_at)
    }
}

/// The conditions that an index answers; one for each of its stretches.
pub(super) enum Driver {
    /// When it finished, and nothing else.
    Time,
    Backfill(i64, Vec<RunState>),
    Datasets(Vec<i32>),
    DatasetStates(Vec<i32>, Vec<RunState>),
    Code(String),
    States(Vec<RunState>),
}

impl Driver {
    pub(super) fn of(search: &RunSearch) -> Self {
        let finals = search.finals();
        let is_bad = !finals.contains(&RunState::Succeeded);
        if let Some(backfill) = search.backfill {
            return Self::Backfill(backfill, finals);
        }
        match &search.datasets {
            Some(few) if few.len() <= DATASETS && is_bad => {
                Self::DatasetStates(few.clone(), finals)
            }
            Some(few) if few.len() <= DATASETS => Self::Datasets(few.clone()),
            _ => match &search.code {
                Some(code) => Self::Code(code.clone()),
                None if is_bad => Self::States(finals),
                None => Self::Time,
            },
        }
    }

    /// Whether what it finds is all that is asked for, or some of it is not.
    pub(super) fn is_exact(&self, search: &RunSearch) -> bool {
        let answers = self.answers(search);
        let has_all = answers.states && answers.datasets && answers.code;
        search.worker.is_none() && search.class.is_none() && has_all
    }

    /// What is asked for that all it finds has.
    fn answers(&self, search: &RunSearch) -> Answers {
        let wants_all = search.finals().len() == 3;
        let (states, datasets) = match self {
            Self::Backfill(..) | Self::States(_) => (true, search.datasets.is_none()),
            Self::Datasets(_) => (wants_all, true),
            Self::DatasetStates(..) => (true, true),
            Self::Code(_) | Self::Time => (wants_all, search.datasets.is_none()),
        };
        let code = search.code.is_none() || matches!(self, Self::Code(_));
        Answers { states, datasets, code }
    }

    /// A condition for each stretch of the index.
    fn conditions(&self, push: &mut dyn FnMut(&[Condition<'_>])) {
        match self {
            Self::Time => push(&[]),
            Self::Backfill(backfill, states) => {
                for state in states {
                    push(&[Condition::Backfill(*backfill), Condition::State(*state)]);
                }
            }
            Self::Datasets(datasets) => {
                for dataset in datasets {
                    push(&[Condition::Dataset(*dataset)]);
                }
            }
            Self::DatasetStates(datasets, states) => {
                for (dataset, state) in
                    datasets.iter().flat_map(|dataset| states.iter().map(move |it| (dataset, it)))
                {
                    push(&[Condition::Dataset(*dataset), Condition::State(*state)]);
                }
            }
            Self::Code(code) => push(&[Condition::Code(code)]),
            Self::States(states) => {
                for state in states {
                    push(&[Condition::State(*state)]);
                }
            }
        }
    }
}

/// Of what is asked for, what an index answers.
struct Answers {
    states: bool,
    datasets: bool,
    code: bool,
}

enum Condition<'a> {
    Backfill(i64),
    Dataset(i32),
    State(RunState),
    Code(&'a str),
}

/// A search of one stretch.
pub(super) struct Statement<'a> {
    pub(super) search: &'a RunSearch,
    pub(super) driver: &'a Driver,
    pub(super) stretch: &'a Stretch,
    /// The partition that it is in, if it is known to be in one.
    pub(super) part: Option<HistoryPart>,
}

impl Statement<'_> {
    /// What is asked for of the first `most` rows that the indexes find, at most `wanted`.
    pub(super) fn found(&self, most: usize, wanted: usize) -> QueryBuilder<Postgres> {
        let mut query = QueryBuilder::new("select");
        query.push(FINISHED).push(" from (");
        self.push_looked(&mut query, "*", most);
        query.push(") as run where true");
        self.push_rest(&mut query);
        query.push(format_args!(" order by {} limit {wanted}", self.order()));
        query
    }

    /// The last of the first `most` rows that the indexes find, and how many these are.
    pub(super) fn end(&self, most: usize) -> QueryBuilder<Postgres> {
        let mut query =
            QueryBuilder::new("select finished_at, id, count(*) over () as looked from (");
        self.push_looked(&mut query, "finished_at, id", most);
        let reverse = match self.search.oldest_first {
            true => "finished_at desc, id desc",
            false => "finished_at, id",
        };
        query.push(format_args!(") as looked order by {reverse} limit 1"));
        query
    }

    const fn order(&self) -> &'static str {
        match self.search.oldest_first {
            true => "finished_at, id",
            false => "finished_at desc, id desc",
        }
    }

    /// The first rows that the indexes find.
    fn push_looked(&self, query: &mut QueryBuilder<Postgres>, columns: &str, most: usize) {
        let order = self.order();
        let table = self.part.map_or_else(|| "run_history".to_owned(), name_of);
        query.push("select * from (");
        let mut is_first = true;
        self.driver.conditions(&mut |conditions| {
            let union = if is_first { "" } else { " union all " };
            is_first = false;
            query.push(format_args!("{union}(select {columns} from tidemill.{table} where true"));
            push_conditions(query, conditions);
            self.push_stretch(query);
            query.push(format_args!(" order by {order} limit {most})"));
        });
        query.push(format_args!(") as stretch order by {order} limit {most}"));
    }

    /// The conditions that are asked of each row that was looked at: what the indexes do not answer.
    /// Each is looked up and none is joined, so that rows stay in order.
    fn push_rest(&self, query: &mut QueryBuilder<Postgres>) {
        let Self { search, driver, .. } = self;
        let answers = driver.answers(search);
        if let Some(class) = search.class {
            query.push(format_args!(
                " and (select class from tidemill.backfill where id = run.backfill_id) = '{}'",
                class.as_str()
            ));
        }
        if let Some(worker) = search.worker {
            query.push(
                " and (select worker_id from tidemill.attempt
                       where run_id = run.id and number = run.attempt) = ",
            );
            query.push_bind(worker);
        }
        if let Some(datasets) = search.datasets.as_ref().filter(|_| !answers.datasets) {
            query.push(" and run.dataset_id = any(").push_bind(datasets.clone()).push(")");
        }
        if let Some(code) = search.code.as_ref().filter(|_| !answers.code) {
            query.push(" and run.error_code = ").push_bind(code.clone());
        }
        if !answers.states {
            let words: Vec<&str> = search.finals().iter().map(|state| state.as_str()).collect();
            query.push(format_args!(" and run.state in ('{}')", words.join("', '")));
        }
    }

    /// The bounds of the stretch, as far as they say more than that it is in its partition: of one
    /// bound the database expects that much is in it, of two that nearly nothing is, and then it sorts
    /// all there is.
    fn push_stretch(&self, query: &mut QueryBuilder<Postgres>) {
        let Self { search, stretch, .. } = self;
        let span = self.part.and_then(HistoryPart::span);
        let from = stretch.from.filter(|from| span.is_none_or(|(start, _)| start < *from));
        if let Some(from) = from {
            query.push(" and finished_at >= ").push_bind(from.to_sqlx());
        }
        // Nothing finishes later than now.
        let is_felt =
            |until: &Timestamp| span.is_none_or(|(_, end)| *until < end && *until <= search.now);
        if let Some(until) = stretch.until.filter(is_felt) {
            query.push(" and finished_at < ").push_bind(until.to_sqlx());
        }
        let Some(RunPlace { finished_at: Some(at), id }) = stretch.after else { return };
        let beyond = if search.oldest_first { ">" } else { "<" };
        if self.part.is_none() {
            // Partitions are left out by this alone.
            query.push(format_args!(" and finished_at {beyond}= ")).push_bind(at.to_sqlx());
        }
        query.push(format_args!(" and (finished_at, id) {beyond} (")).push_bind(at.to_sqlx());
        query.push(", ").push_bind(id).push(")");
    }
}

/// The conditions of one stretch of an index.
fn push_conditions(query: &mut QueryBuilder<Postgres>, conditions: &[Condition<'_>]) {
    for condition in conditions {
        match condition {
            Condition::Backfill(backfill) => {
                query.push(" and backfill_id = ").push_bind(*backfill);
            }
            Condition::Dataset(dataset) => {
                query.push(" and dataset_id = ").push_bind(*dataset);
            }
            // Spelled out, so that an index over some states is found to serve.
            Condition::State(state) => {
                query.push(format_args!(" and state = '{}'", state.as_str()));
            }
            Condition::Code(code) => {
                query.push(" and error_code = ").push_bind((*code).to_owned());
            }
        }
    }
}
