//! What became of windows, read.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::PgConnection;

use super::super::Result;

/// What became of one window.
#[derive(Clone, Debug)]
pub struct SlaWindowRow {
    /// The promise.
    pub rule_id: i32,
    /// Its window.
    pub ordinal: i64,
    /// The other dimensions.
    pub slice_id: i32,
    /// When it was due.
    pub due_at: SqlTimestamp,
    /// When the partition was first published.
    pub completed_at: Option<SqlTimestamp>,
    /// What stood in the way when it was missed.
    pub blocking: Option<serde_json::Value>,
}

/// When partitions were first published, in the order they are asked for: dataset, slice, ordinal.
///
/// # Errors
///
/// When the statement fails.
pub async fn first_committed(
    db: &mut PgConnection,
    partitions: &[(i32, i32, i64)],
) -> Result<Vec<Option<Timestamp>>> {
    let datasets: Vec<i32> = partitions.iter().map(|key| key.0).collect();
    let slices: Vec<i32> = partitions.iter().map(|key| key.1).collect();
    let ordinals: Vec<i64> = partitions.iter().map(|key| key.2).collect();
    let rows = sqlx::query_scalar!(
        r#"select (
             select min(version.committed_at)
             from tidemill.materialization as version
             where version.dataset_id = asked.dataset_id
               and version.slice_id = asked.slice_id
               and version.ordinal = asked.ordinal
         ) as "committed_at: SqlTimestamp"
         from unnest($1::int[], $2::int[], $3::bigint[]) with ordinality
             as asked (dataset_id, slice_id, ordinal, place)
         order by asked.place"#,
        &datasets,
        &slices,
        &ordinals,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|at| at.map(SqlTimestamp::to_jiff)).collect())
}

/// The newest windows of each of these promises, newest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn recent_sla_windows(
    db: &mut PgConnection,
    rules: &[i32],
    limit: i64,
) -> Result<Vec<SlaWindowRow>> {
    Ok(sqlx::query_as!(
        SlaWindowRow,
        r#"select recent.rule_id, recent.ordinal, recent.slice_id, recent.due_at,
             recent.completed_at, recent.blocking
         from unnest($1::int[]) as rule (id)
         cross join lateral (
             select rule_id, ordinal, slice_id, due_at, completed_at, blocking
             from tidemill.sla_window
             where rule_id = rule.id
             order by ordinal desc, slice_id desc
             limit $2
         ) as recent
         order by recent.rule_id, recent.ordinal desc, recent.slice_id desc"#,
        rules,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The windows of a promise before one, newest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn sla_windows(
    db: &mut PgConnection,
    rule: i32,
    before: Option<(i64, i32)>,
    limit: i64,
) -> Result<Vec<SlaWindowRow>> {
    let (ordinal, slice) = before.unwrap_or((i64::MAX, i32::MAX));
    Ok(sqlx::query_as!(
        SlaWindowRow,
        "select rule_id, ordinal, slice_id, due_at, completed_at, blocking
         from tidemill.sla_window
         where rule_id = $1 and (ordinal, slice_id) < ($2, $3)
         order by ordinal desc, slice_id desc
         limit $4",
        rule,
        ordinal,
        slice,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// What became of one partition of a dataset, by its promises of now.
///
/// # Errors
///
/// When the statement fails.
pub async fn sla_windows_of(
    db: &mut PgConnection,
    dataset: i32,
    slice: i32,
    ordinal: i64,
) -> Result<Vec<SlaWindowRow>> {
    Ok(sqlx::query_as!(
        SlaWindowRow,
        "select held.rule_id, held.ordinal, held.slice_id, held.due_at, held.completed_at,
             held.blocking
         from tidemill.sla_rule as rule
         join tidemill.sla_window as held on held.rule_id = rule.id
         where rule.dataset_id = $1
           and rule.retired_at is null
           and held.slice_id = $2
           and held.ordinal = $3
         order by rule.kind",
        dataset,
        slice,
        ordinal,
    )
    .fetch_all(db)
    .await?)
}

/// Which windows of a promise are recorded, from one up to another: ordinal and slice.
///
/// # Errors
///
/// When the statement fails.
pub async fn recorded_slas(
    db: &mut PgConnection,
    rule: i32,
    from: i64,
    until: i64,
) -> Result<BTreeSet<(i64, i32)>> {
    let rows = sqlx::query!(
        "select ordinal, slice_id from tidemill.sla_window
         where rule_id = $1 and $2 <= ordinal and ordinal < $3",
        rule,
        from,
        until,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.ordinal, row.slice_id)).collect())
}
