//! Finished runs, by when they finished: a stretch of days at a time, so that the partitions of
//! other days are not opened, and so many rows at most.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row};

use super::super::Result;
use super::{RunLine, RunPlace, RunSearch};
use crate::model::RunState;

/// How many rows are looked at in one statement after the other, where not each of them is asked for.
const LOOKS: [usize; 3] = [250, 1_000, 4_000];
/// How many are looked at before the search takes a rest.
const LOOK_MAX: usize = 10_000;
/// The length of the first stretch in hours, and by how much each is longer than the one before.
const STRETCH: (i64, i64) = (24, 4);
/// After so many stretches that found too little, the rest is one: where an index answers what is
/// asked for, looking into that of each day costs little.
const STRETCHES: u32 = 5;
const STRETCHES_OF_INDEX: u32 = 1;
/// Of so many datasets at most, each is looked up in the index of its own.
const DATASETS: usize = 8;

const COLUMNS: &str = "
select finished_at, id, backfill_id, dataset_id, slice_id, ordinal, state, outcome, reason, attempt,
    error_code, error, created_at
from tidemill.run_history
where ";

const LINES: &str = "
select kept.id, kept.backfill_id, kept.dataset_id, dataset.name as dataset, kept.slice_id,
    slice.dimension_values, kept.ordinal, kept.state::text as state, kept.outcome, kept.reason,
    backfill.class::text as class, kept.attempt, 0 as waiting_on, kept.error_code,
    left(kept.error, 4000) as error, kept.created_at, kept.finished_at,
    first.started_at as first_at, latest.started_at, latest.ended_at, latest.worker_id,
    null::timestamptz as deadline, bound.looked, bound.last_at, bound.last_id
from bound
left join kept on true
left join tidemill.backfill on backfill.id = kept.backfill_id
left join tidemill.dataset on dataset.id = kept.dataset_id
left join tidemill.slice on slice.id = kept.slice_id
left join tidemill.attempt as first on first.run_id = kept.id and first.number = 1
left join tidemill.attempt as latest
    on latest.run_id = kept.id and latest.number = kept.attempt";

/// A stretch of time, and from where in it: none for no bound.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// From then on.
    from: Option<Timestamp>,
    /// Before then.
    until: Option<Timestamp>,
    /// After this run.
    after: Option<RunPlace>,
}

/// The conditions that an index answers; one for each of its stretches.
enum Driver {
    /// When it finished, and nothing else.
    Time,
    Backfill(i64, Vec<RunState>),
    Datasets(Vec<i32>),
    DatasetStates(Vec<i32>, Vec<RunState>),
    Code(String),
    States(Vec<RunState>),
}

impl Driver {
    fn of(search: &RunSearch) -> Self {
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
    fn is_exact(&self, search: &RunSearch) -> bool {
        let wants_all = search.finals().len() == 3;
        let has_code = search.code.is_none() || matches!(self, Self::Code(_));
        let (has_states, has_datasets) = match self {
            Self::Backfill(..) | Self::States(_) => (true, search.datasets.is_none()),
            Self::Datasets(_) => (wants_all, true),
            Self::DatasetStates(..) => (true, true),
            Self::Code(_) | Self::Time => (wants_all, search.datasets.is_none()),
        };
        search.worker.is_none() && search.class.is_none() && has_code && has_states && has_datasets
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

enum Condition<'a> {
    Backfill(i64),
    Dataset(i32),
    State(RunState),
    Code(&'a str),
}

/// The run of this number, if it is finished.
pub(super) async fn one(db: &mut PgConnection, run: i64) -> Result<Option<RunLine>> {
    let mut query = QueryBuilder::<Postgres>::new("with kept as materialized (");
    query.push(COLUMNS).push("id = ").push_bind(run).push(
        " limit 1),
         bound as (select 0 as looked, null as last_at, null as last_id from kept)",
    );
    query.push(LINES);
    Ok(query.build_query_as().fetch_optional(db).await?)
}

/// Adds finished runs after `place` until there are more than `limit`; where the search rests,
/// should it rest before.
pub(super) async fn search(
    db: &mut PgConnection,
    search: &RunSearch,
    place: Option<RunPlace>,
    limit: usize,
    runs: &mut Vec<RunLine>,
) -> Result<Option<RunPlace>> {
    if search.finals().is_empty() {
        return Ok(None);
    }
    let driver = Driver::of(search);
    let Some(mut left) = whole(db, search, place).await? else { return Ok(None) };
    let most = if matches!(driver, Driver::Time) { STRETCHES } else { STRETCHES_OF_INDEX };
    let (mut looked, mut looks, mut hours, mut stretches) = (0, LOOKS.into_iter(), STRETCH.0, 0);
    loop {
        let stretch = cut(search, &left, (stretches < most).then_some(hours));
        // Of what an index answers as a whole, no more is looked at than is wanted.
        let rows =
            if driver.is_exact(search) { None } else { looks.next().or(LOOKS.last().copied()) };
        let size = (rows.unwrap_or(limit + 1), limit + 1);
        let (rows, last) = look(db, search, &driver, &stretch, size, runs).await?;
        looked += rows;
        if limit < runs.len() {
            return Ok(None);
        }
        match last {
            // There may be more in this stretch, beyond what was looked at.
            Some(last) => {
                left.after = Some(last);
                if LOOK_MAX <= looked {
                    return Ok(Some(last));
                }
            }
            None => {
                left.after = None;
                match search.oldest_first {
                    false if stretch.from == left.from => return Ok(None),
                    true if stretch.until == left.until => return Ok(None),
                    false => left.until = stretch.from,
                    true => left.from = stretch.until,
                }
                hours *= STRETCH.1;
                stretches += 1;
            }
        }
    }
}

/// All the time that is searched; none when there is nothing.
async fn whole(
    db: &mut PgConnection,
    search: &RunSearch,
    place: Option<RunPlace>,
) -> Result<Option<Stretch>> {
    let (mut from, mut until) = (search.from, search.until);
    if let Some(worker) = search.worker {
        // What it worked on finished while it lived, or was taken from it soon after.
        let life = sqlx::query!(
            r#"select started_at as "started_at: SqlTimestamp",
                   ended_at + interval '1 hour' as "ended_at: SqlTimestamp"
               from tidemill.worker where id = $1"#,
            worker,
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(life) = life else { return Ok(None) };
        let began = life.started_at.to_jiff();
        from = Some(from.map_or(began, |from| from.max(began)));
        if let Some(ended) = life.ended_at.map(SqlTimestamp::to_jiff) {
            until = Some(until.map_or(ended, |until| until.min(ended)));
        }
    }
    if let Some(backfill) = search.backfill {
        // The clock of who recorded it may be a little off.
        let life = sqlx::query!(
            r#"select created_at - interval '1 hour' as "created_at!: SqlTimestamp",
                   finished_at + interval '1 hour' as "finished_at: SqlTimestamp"
               from tidemill.backfill where id = $1"#,
            backfill,
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(life) = life else { return Ok(None) };
        let began = life.created_at.to_jiff();
        from = Some(from.map_or(began, |from| from.max(began)));
        if let Some(ended) = life.finished_at.map(SqlTimestamp::to_jiff) {
            until = Some(until.map_or(ended, |until| until.min(ended)));
        }
    }
    if search.oldest_first && from.is_none() && place.is_none() {
        let first = sqlx::query_scalar!(
            r#"select min(finished_at) as "at: SqlTimestamp" from tidemill.run_history"#
        )
        .fetch_one(&mut *db)
        .await?;
        let Some(first) = first else { return Ok(None) };
        from = Some(first.to_jiff());
    }
    Ok(Some(Stretch { from, until, after: place }))
}

/// The next so many hours of what is left; all of it where that is none.
fn cut(search: &RunSearch, left: &Stretch, hours: Option<i64>) -> Stretch {
    let mut stretch = *left;
    let Some(hours) = hours else { return stretch };
    let length = SignedDuration::from_hours(hours);
    let at = left.after.and_then(|place| place.finished_at);
    if search.oldest_first {
        if let Some(end) = at.or(left.from).and_then(|from| from.checked_add(length).ok())
            && left.until.is_none_or(|until| end < until)
            && end < search.now
        {
            stretch.until = Some(end);
        }
    } else {
        let end = at.or(left.until).unwrap_or(search.now);
        if let Ok(from) = end.checked_sub(length)
            && left.from.is_none_or(|bound| bound < from)
        {
            stretch.from = Some(from);
        }
    }
    stretch
}

/// Looks at one stretch, and adds what is asked for; how many rows it looked at, and the last of
/// them, unless these were all.
async fn look(
    db: &mut PgConnection,
    search: &RunSearch,
    driver: &Driver,
    stretch: &Stretch,
    // Spelled out in the statement: knowing that, the database finds that one plan serves all, and
    // plans it once. The plan leaves out days as it begins.
    (most, wanted): (usize, usize),
    runs: &mut Vec<RunLine>,
) -> Result<(usize, Option<RunPlace>)> {
    let (order, reverse) = match search.oldest_first {
        true => ("finished_at, id", "finished_at desc, id desc"),
        false => ("finished_at desc, id desc", "finished_at, id"),
    };
    let mut query = QueryBuilder::<Postgres>::new("with looked as materialized (select * from (");
    let mut is_first = true;
    driver.conditions(&mut |conditions| {
        query.push(if is_first { "(" } else { " union all (" });
        is_first = false;
        push_stretch(&mut query, conditions, stretch, search.oldest_first);
        query.push(format_args!(" order by {order} limit {most})"));
    });
    query.push(format_args!(") as stretch order by {order} limit {most}"));
    query.push("), kept as materialized (select looked.* from looked");
    push_rest(&mut query, search);
    query.push(format_args!(" order by {order} limit {wanted}"));
    query.push(format_args!(
        "), bound as (
             select (select count(*) from looked) as looked, finished_at as last_at, id as last_id
             from looked order by {reverse} limit 1
         ) {LINES} order by kept.{}",
        order.replace(", ", ", kept.")
    ));
    let rows = query.build().fetch_all(db).await?;
    let Some(bound) = rows.first() else { return Ok((0, None)) };
    let looked = bound.try_get::<i64, _>("looked")? as usize;
    let last_at: SqlTimestamp = bound.try_get("last_at")?;
    let last = RunPlace { finished_at: Some(last_at.to_jiff()), id: bound.try_get("last_id")? };
    for row in &rows {
        if row.try_get::<Option<i64>, _>("id")?.is_some() {
            runs.push(RunLine::from_row(row)?);
        }
    }
    Ok((looked, (looked == most).then_some(last)))
}

/// One stretch of an index.
fn push_stretch(
    query: &mut QueryBuilder<Postgres>,
    conditions: &[Condition<'_>],
    stretch: &Stretch,
    oldest_first: bool,
) {
    query.push(COLUMNS).push("true");
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
    if let Some(from) = stretch.from {
        query.push(" and finished_at >= ").push_bind(from.to_sqlx());
    }
    if let Some(until) = stretch.until {
        query.push(" and finished_at < ").push_bind(until.to_sqlx());
    }
    let Some(RunPlace { finished_at: Some(at), id }) = stretch.after else { return };
    let beyond = if oldest_first { ">" } else { "<" };
    // Days are left out by the first alone.
    query.push(format_args!(" and finished_at {beyond}= ")).push_bind(at.to_sqlx());
    query.push(format_args!(" and (finished_at, id) {beyond} (")).push_bind(at.to_sqlx());
    query.push(", ").push_bind(id).push(")");
}

/// The conditions that are asked of each row that was looked at, whether or not it was found by
/// them.
fn push_rest(query: &mut QueryBuilder<Postgres>, search: &RunSearch) {
    if search.class.is_some() {
        query.push(" join tidemill.backfill on backfill.id = looked.backfill_id");
    }
    if search.worker.is_some() {
        query.push(
            " join tidemill.attempt on attempt.run_id = looked.id
                 and attempt.number = looked.attempt",
        );
    }
    query.push(" where true");
    if let Some(class) = search.class {
        query.push(format_args!(" and backfill.class = '{}'", class.as_str()));
    }
    if let Some(worker) = search.worker {
        query.push(" and attempt.worker_id = ").push_bind(worker);
    }
    if let Some(datasets) = &search.datasets {
        query.push(" and looked.dataset_id = any(").push_bind(datasets.clone()).push(")");
    }
    if let Some(code) = &search.code {
        query.push(" and looked.error_code = ").push_bind(code.clone());
    }
    let finals = search.finals();
    if finals.len() < 3 {
        let words: Vec<&str> = finals.iter().map(|state| state.as_str()).collect();
        query.push(format_args!(" and looked.state in ('{}')", words.join("', '")));
    }
}
