//! Finished runs, by when they finished: a stretch of days at a time, so that the partitions of
//! other days are not opened, and so many rows at most.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};

use super::super::Result;
use super::driver::{Driver, Statement, Stretch};
use super::lines::{Bare, FINISHED};
use super::{RunPlace, RunSearch};
use crate::plan::HistoryPart;

/// How many rows are looked at in one statement after the other, where not each of them is asked for.
const LOOKS: [usize; 3] = [250, 1_000, 4_000];
/// How many are looked at before the search takes a rest.
const LOOK_MAX: usize = 10_000;
/// The length of the first stretch in hours, and by how much each is longer than the one before.
const STRETCH: (i64, i64) = (24, 4);
/// So many weeks are read each by itself.
const WEEKS: u32 = 2;
/// After so many stretches that found too little, the rest is one.
const STRETCHES: u32 = 5;
/// A clock that is ahead is no reason to miss something; and whatever is asked for ends somewhere,
/// so that the partitions of days to come are not opened.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);
/// How far apart a run finishes and its last attempt ends, unless it waited in between: both are
/// written in one transaction.
const COMMIT: SignedDuration = SignedDuration::from_mins(1);

/// The run of this number, if it is finished.
pub(super) async fn one(db: &mut PgConnection, run: i64) -> Result<Option<Bare>> {
    let ended = sqlx::query_scalar!(
        r#"select max(ended_at) as "at: SqlTimestamp" from tidemill.attempt where run_id = $1"#,
        run,
    )
    .fetch_one(&mut *db)
    .await?;
    // Mostly its last attempt says on which day it finished.
    let near = ended
        .map(SqlTimestamp::to_jiff)
        .and_then(|at| Some((at.checked_sub(COMMIT).ok()?, at.checked_add(COMMIT).ok()?)));
    if let Some((from, until)) = near {
        let mut query = numbered(run);
        query.push(" and finished_at >= ").push_bind(from.to_sqlx());
        query.push(" and finished_at < ").push_bind(until.to_sqlx());
        if let Some(found) = query.build_query_as().fetch_optional(&mut *db).await? {
            return Ok(Some(found));
        }
    }
    Ok(numbered(run).push(" limit 1").build_query_as().fetch_optional(db).await?)
}

/// Finished runs of this number.
fn numbered(run: i64) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("select");
    query.push(FINISHED).push(" from tidemill.run_history as run where id = ").push_bind(run);
    query
}

/// When the first of all finished runs did; none when there is none.
pub(super) async fn oldest(db: &mut PgConnection) -> Result<Option<Timestamp>> {
    let first = sqlx::query_scalar!(
        r#"select min(finished_at) as "at: SqlTimestamp" from tidemill.run_history"#
    )
    .fetch_one(db)
    .await?;
    Ok(first.map(SqlTimestamp::to_jiff))
}

/// Adds finished runs after `place` until there are more than `limit`; where the search rests,
/// should it rest before.
pub(super) async fn search(
    db: &mut PgConnection,
    search: &RunSearch,
    place: Option<RunPlace>,
    limit: usize,
    runs: &mut Vec<Bare>,
) -> Result<Option<RunPlace>> {
    if search.finals().is_empty() {
        return Ok(None);
    }
    let driver = Driver::of(search);
    let Some(mut left) = whole(db, search, place).await? else { return Ok(None) };
    let (mut looked, mut looks, mut hours, mut stretches) = (0, LOOKS.into_iter(), STRETCH.0, 0);
    loop {
        let part = part_of(search, &left).filter(|_| stretches < WEEKS);
        let stretch = match part {
            Some(part) => within(search, &left, part),
            None if stretches < STRETCHES => cut(search, &left, SignedDuration::from_hours(hours)),
            None => left,
        };
        let statement = Statement { search, driver: &driver, stretch: &stretch, part };
        // Of what an index answers as a whole, no more is looked at than is wanted.
        let most = match driver.is_exact(search) {
            true => limit + 1,
            false => looks.next().unwrap_or(LOOKS[LOOKS.len() - 1]),
        };
        let (rows, last) = look(db, &statement, (most, limit + 1), runs).await?;
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
    let end = search.now.checked_add(AHEAD).unwrap_or(search.now);
    let (mut from, mut until) = (search.from, search.until.or(Some(end)));
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
    Ok(Some(Stretch { from, until, after: place }))
}

/// The partition that what is left begins in, if that is known.
fn part_of(search: &RunSearch, left: &Stretch) -> Option<HistoryPart> {
    // Ends are outside of a stretch; beginnings, and the instant of a place, are in it.
    let is_in = |(start, end): (Timestamp, Timestamp)| match (left.at(), search.oldest_first) {
        (Some(at), _) => start <= at && at < end,
        (None, true) => left.from.is_some_and(|from| start <= from && from < end),
        (None, false) => left.until.is_some_and(|until| start < until && until <= end),
    };
    search.parts.iter().find(|part| part.span().is_some_and(is_in)).copied()
}

/// As much of what is left as is in a partition that it begins in.
fn within(search: &RunSearch, left: &Stretch, part: HistoryPart) -> Stretch {
    let Some((start, end)) = part.span() else { return *left };
    match search.oldest_first {
        true => Stretch { until: left.until.into_iter().chain([end]).min(), ..*left },
        false => Stretch { from: left.from.into_iter().chain([start]).max(), ..*left },
    }
}

/// The next stretch of what is left, of this length at most.
fn cut(search: &RunSearch, left: &Stretch, length: SignedDuration) -> Stretch {
    let mut stretch = *left;
    if search.oldest_first {
        if let Some(end) = left.at().or(left.from).and_then(|from| from.checked_add(length).ok())
            && left.until.is_none_or(|until| end < until)
            && end < search.now
        {
            stretch.until = Some(end);
        }
    } else {
        let end = left.at().or(left.until).unwrap_or(search.now);
        if let Ok(from) = end.checked_sub(length)
            && left.from.is_none_or(|bound| bound < from)
        {
            stretch.from = Some(from);
        }
    }
    stretch
}

/// Looks at the first so many rows of one stretch, and adds what is asked for, at most as many as are
/// wanted; how many rows it looked at, and the last of them, unless these were all.
///
/// The database stops looking once it has as many as are wanted.
async fn look(
    db: &mut PgConnection,
    statement: &Statement<'_>,
    (most, wanted): (usize, usize),
    runs: &mut Vec<Bare>,
) -> Result<(usize, Option<RunPlace>)> {
    let is_exact = statement.driver.is_exact(statement.search);
    // For several partitions, a plan that is to serve all stretches is a bad one for each.
    let keeps_plan = statement.part.is_some();
    let mut found = statement.found(most, wanted);
    let found = found.build_query_as().persistent(keeps_plan);
    let found: Vec<Bare> = found.fetch_all(&mut *db).await?;
    let (count, last) = (found.len(), found.last().map(Bare::place));
    runs.extend(found);
    if is_exact || wanted <= count {
        return Ok((count, last.filter(|_| wanted <= count)));
    }
    let end = statement.end(most).build().persistent(keeps_plan).fetch_optional(db).await?;
    let Some(end) = end else { return Ok((0, None)) };
    let looked = end.try_get::<i64, _>("looked")? as usize;
    let at: SqlTimestamp = end.try_get("finished_at")?;
    let last = RunPlace { finished_at: Some(at.to_jiff()), id: end.try_get("id")? };
    Ok((looked, (looked == most).then_some(last)))
}
