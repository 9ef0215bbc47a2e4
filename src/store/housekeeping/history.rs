//! The history of runs, a partition a week.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use super::super::{Error, Result};
use super::try_lock;
use crate::plan::HistoryPart;

/// The most runs of one week that are moved out of the default partition: nobody finishes a run
/// meanwhile.
const MOVED_MAX: i64 = 100_000;

/// Which partitions there are, and which days have runs in the default one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryParts {
    /// The partitions.
    pub existing: Vec<HistoryPart>,
    /// Days that have runs in the default partition.
    pub in_default: Vec<Date>,
}

/// What became of one step of housekeeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step {
    /// It is done, or was done before.
    Done,
    /// Somebody else holds what it needs; a later turn does it.
    Busy,
    /// There is too much to move while nobody finishes a run.
    TooMuch,
}

/// Which partitions there are, and which days have runs in the default one.
///
/// # Errors
///
/// When a statement fails.
pub async fn history_parts(db: &mut PgConnection) -> Result<HistoryParts> {
    let existing = partitions(&mut *db).await?;
    let days = sqlx::query_scalar!(
        r#"select distinct (finished_at at time zone 'UTC')::date::text as "day!"
         from tidemill.run_history_default
         order by 1"#
    )
    .fetch_all(db)
    .await?;
    let in_default = days.iter().filter_map(|day| day.parse().ok()).collect();
    Ok(HistoryParts { existing, in_default })
}

/// Which partitions there are, beside the default one.
///
/// # Errors
///
/// When the statement fails.
pub async fn partitions(db: &mut PgConnection) -> Result<Vec<HistoryPart>> {
    let names = sqlx::query_scalar!(
        r#"select child.relname::text as "name!"
         from pg_inherits
         join pg_class as child on child.oid = pg_inherits.inhrelid
         where pg_inherits.inhparent = 'tidemill.run_history'::regclass
         order by child.relname"#
    )
    .fetch_all(db)
    .await?;
    Ok(names.iter().filter_map(|name| part_of(name)).collect())
}

/// What names of partitions begin with: of weeks, and of days that an earlier release made.
const NAMES: [(&str, i64); 2] = [("run_history_week_", 7), ("run_history_", 1)];

/// The name of a partition.
pub(in super::super) fn name_of(part: HistoryPart) -> String {
    let kind = NAMES.iter().find(|(_, days)| *days == part.days).unwrap_or(&NAMES[0]);
    let first = part.first;
    format!("{}{:04}_{:02}_{:02}", kind.0, first.year(), first.month(), first.day())
}

fn part_of(name: &str) -> Option<HistoryPart> {
    NAMES.iter().find_map(|(prefix, days)| {
        let first = name.strip_prefix(prefix)?.replace('_', "-").parse().ok()?;
        let part = HistoryPart { first, days: *days };
        // A name that some person chose is left alone.
        (name_of(part) == name).then_some(part)
    })
}

/// Makes the partition of the week that begins on a day, with its runs that are in the default
/// partition.
///
/// # Errors
///
/// When a statement fails; then nothing has changed.
pub async fn keep_week(pool: &PgPool, first: Date) -> Result<Step> {
    match make_week(pool, HistoryPart::week(first)).await {
        // Whoever reads or writes the history goes first.
        Err(error) if error.is_contention() => Ok(Step::Busy),
        outcome => outcome,
    }
}

async fn make_week(pool: &PgPool, week: HistoryPart) -> Result<Step> {
    let (Ok(from), Ok(to)) = (start(week.first), start(week.end())) else {
        return Ok(Step::Done);
    };
    let mut tx = pool.begin().await?;
    if !begin_change(&mut tx).await? {
        return Ok(Step::Busy);
    }
    let name = name_of(week);
    if history_parts(&mut tx).await?.existing.contains(&week) {
        // At once: whoever makes the next week must not find the lock taken.
        tx.rollback().await?;
        return Ok(Step::Done);
    }
    run(&mut tx, "lock table tidemill.run_history_default in access exclusive mode").await?;
    let held = sqlx::query_scalar!(
        r#"select count(*) as "count!"
         from (
             select from tidemill.run_history_default
             where $1 <= finished_at and finished_at < $2
             limit $3
         ) as held"#,
        from.to_sqlx() as _,
        to.to_sqlx() as _,
        MOVED_MAX + 1,
    )
    .fetch_one(&mut *tx)
    .await?;
    if MOVED_MAX < held {
        return Ok(Step::TooMuch);
    }
    run(
        &mut tx,
        &format!(
            "create table tidemill.{name}
                 (like tidemill.run_history including defaults including constraints)"
        ),
    )
    .await?;
    let bounds = format!("from ('{from}') to ('{to}')");
    if 0 < held {
        run(
            &mut tx,
            &format!(
                "with moved as (
                     delete from tidemill.run_history
                     where '{from}' <= finished_at and finished_at < '{to}'
                     returning *
                 )
                 insert into tidemill.{name} select * from moved"
            ),
        )
        .await?;
    }
    run(
        &mut tx,
        &format!(
            "alter table tidemill.run_history attach partition tidemill.{name} for values {bounds}"
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(Step::Done)
}

/// Deletes the attempts of at most `limit` runs that finished before this, from the run after
/// `after` on; the last of these runs, and none when there are no more.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_runs(
    db: &mut PgConnection,
    before: jiff::Timestamp,
    after: i64,
    limit: i64,
) -> Result<Option<i64>> {
    let last = sqlx::query_file_scalar!(
        "src/store/sql/forget_runs.sql",
        before.to_sqlx() as _,
        after,
        limit,
    )
    .fetch_one(db)
    .await?;
    Ok(last)
}

/// Drops a partition with all its runs.
///
/// # Errors
///
/// When a statement fails.
pub async fn drop_history_part(pool: &PgPool, part: HistoryPart) -> Result<Step> {
    let drop = async {
        let mut tx = pool.begin().await?;
        if !begin_change(&mut tx).await? {
            return Ok(Step::Busy);
        }
        run(&mut tx, &format!("drop table if exists tidemill.{}", name_of(part))).await?;
        tx.commit().await?;
        Ok(Step::Done)
    };
    match drop.await {
        Err(error) if Error::is_contention(&error) => Ok(Step::Busy),
        outcome => outcome,
    }
}

/// Deletes at most `limit` runs of the default partition that finished before this; how many.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_default(
    db: &mut PgConnection,
    before: jiff::Timestamp,
    limit: i64,
) -> Result<u64> {
    let gone = sqlx::query!(
        "delete from tidemill.run_history_default
         where (finished_at, id) in (
             select finished_at, id
             from tidemill.run_history_default
             where finished_at < $1
             order by finished_at, id
             limit $2
         )",
        before.to_sqlx() as _,
        limit,
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected())
}

/// Makes sure that this transaction is the only one that changes partitions, and that nobody waits
/// for it for long; false when another does.
async fn begin_change(db: &mut PgConnection) -> Result<bool> {
    run(db, "set local lock_timeout = '2s'").await?;
    try_lock(db, "partitions of the history").await
}

/// Runs a statement that no macro can check: it changes tables. What is put into it are days.
async fn run(db: &mut PgConnection, statement: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(db).await?;
    Ok(())
}

fn start(day: Date) -> std::result::Result<jiff::Timestamp, jiff::Error> {
    Ok(day.to_zoned(TimeZone::UTC)?.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{HistoryPart, name_of, part_of};

    #[test]
    fn a_partition_is_named_for_its_first_day_and_other_names_are_left_alone() {
        let first = date(2024, 3, 4);
        for (part, name) in [
            (HistoryPart::week(first), "run_history_week_2024_03_04"),
            (HistoryPart { first, days: 1 }, "run_history_2024_03_04"),
        ] {
            assert_eq!((name_of(part).as_str(), part_of(name)), (name, Some(part)));
        }
        for other in ["run_history_default", "run_history_2024_3_1", "run_history_2024_02_30"] {
            assert_eq!(part_of(other), None, "{other}");
        }
    }
}
