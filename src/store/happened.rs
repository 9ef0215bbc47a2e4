//! What happened, from many places, latest first.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::Result;

/// How far apart an attempt and its run end, unless the run was tried again.
const COMMIT: SignedDuration = SignedDuration::from_mins(1);
/// How many attempts are looked at in one statement.
const LOOK_MAX: i64 = 10_000;

/// Something that happened. What its fields hold depends on its kind.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub at: SqlTimestamp,
    /// Its name: no two have the same.
    pub id: String,
    /// What kind of thing: `backfill.pause`, `attempt.failed`, `schedule.skipped`, …
    pub kind: String,
    /// Who did it; of an attempt, where it was made; of a tick, when it was due.
    pub who: Option<String>,
    /// What was asked for, what went wrong, or what was done.
    pub text: Option<String>,
    /// The number of the dataset, if it is about one.
    pub dataset_id: Option<i32>,
    /// The backfill, if it is about one.
    pub backfill_id: Option<i64>,
    /// The run, if it is about one; of a backfill that is over, how many runs failed.
    pub run_id: Option<i64>,
    /// The attempt, if it is about one.
    pub attempt: Option<i32>,
    /// The help page.
    pub code: Option<String>,
    /// How many runs, versions or ticks.
    pub runs: i64,
}

/// What happened before `place`, which is an instant and a name, and not before `since`; of these
/// datasets only, where that is said.
///
/// # Errors
///
/// When a statement fails.
pub async fn happened(
    db: &mut PgConnection,
    only: Option<&[i32]>,
    place: (Timestamp, &str),
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Happened>> {
    let mut rows = sqlx::query_file_as!(
        Happened,
        "src/store/sql/happened.sql",
        place.0.to_sqlx() as _,
        place.1,
        since.to_sqlx() as _,
        only,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    rows.extend(ended_badly(db, only, place, since, limit).await?);
    rows.sort_by(|one, other| (other.at.to_jiff(), &other.id).cmp(&(one.at.to_jiff(), &one.id)));
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(rows)
}

/// Attempts that failed or expired. Of which dataset they are, their runs know: these are looked up
/// on the days on which the attempts ended, and not on all there are.
async fn ended_badly(
    db: &mut PgConnection,
    only: Option<&[i32]>,
    place: (Timestamp, &str),
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Happened>> {
    let (mut found, mut look) = (Vec::new(), limit);
    let (mut at, mut name) = (place.0, place.1.to_owned());
    loop {
        let rows = sqlx::query_file!(
            "src/store/sql/ended_badly.sql",
            at.to_sqlx() as _,
            name,
            since.to_sqlx() as _,
            look,
        )
        .fetch_all(&mut *db)
        .await?;
        let Some(last) = rows.last() else { return Ok(found) };
        // Nothing of that instant is left.
        (at, name) = (to_jiff(last.at), String::new());
        let is_all = (rows.len() as i64) < look;
        let runs = rows.iter().map(|row| (row.run_id, to_jiff(row.at)));
        let datasets = datasets_of(db, &runs.collect()).await?;
        let is_seen = |dataset: &i32| only.is_none_or(|only| only.contains(dataset));
        for row in rows {
            let Some(dataset) = datasets.get(&row.run_id).filter(|it| is_seen(it)) else {
                continue;
            };
            found.push(Happened {
                at: row.at,
                id: row.id,
                kind: format!("attempt.{}", row.state),
                who: Some(row.host),
                text: row.error,
                dataset_id: Some(*dataset),
                backfill_id: None,
                run_id: Some(row.run_id),
                attempt: Some(row.number),
                code: row.error_code,
                runs: 0,
            });
        }
        if is_all || limit <= found.len() as i64 {
            return Ok(found);
        }
        // Somebody who may know of little looks through what is of others.
        look = (look * 4).min(LOOK_MAX);
    }
}

fn to_jiff(at: SqlTimestamp) -> Timestamp {
    at.to_jiff()
}

/// The datasets of runs of which an attempt ended then.
async fn datasets_of(
    db: &mut PgConnection,
    ended: &BTreeMap<i64, Timestamp>,
) -> Result<BTreeMap<i64, i32>> {
    let mut datasets = BTreeMap::new();
    let (Some(first), Some(last)) = (ended.values().min(), ended.values().max()) else {
        return Ok(datasets);
    };
    let from = first.checked_sub(COMMIT).unwrap_or(*first);
    let near = last.checked_add(COMMIT).unwrap_or(*last);
    // A run ends with its last attempt, or after it: mostly at once, so that no later day is opened.
    for until in [near, Timestamp::MAX] {
        let left: Vec<i64> =
            ended.keys().filter(|run| !datasets.contains_key(*run)).copied().collect();
        if left.is_empty() {
            break;
        }
        let rows = sqlx::query_file!(
            "src/store/sql/datasets_of_runs.sql",
            &left,
            from.to_sqlx() as _,
            until.to_sqlx() as _,
        )
        .fetch_all(&mut *db)
        .await?;
        datasets.extend(rows.into_iter().map(|row| (row.id, row.dataset_id)));
    }
    Ok(datasets)
}
