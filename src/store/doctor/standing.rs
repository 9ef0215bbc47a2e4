//! How the queue and the database stand, for metrics.

use sqlx::PgConnection;

use super::super::Result;

/// Live runs of one class, pool and state.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// Which kind of work.
    pub class: String,
    /// Which pool.
    pub pool: String,
    /// Where they stand.
    pub state: String,
    /// How many.
    pub runs: i64,
    /// For how many seconds the oldest that could start has waited.
    pub waited: f64,
}

/// How many live runs there are, by class, pool and state; of these datasets only, where that is
/// said.
///
/// # Errors
///
/// When the statement fails.
pub async fn queue_depth(db: &mut PgConnection, only: Option<&[i32]>) -> Result<Vec<QueueRow>> {
    Ok(sqlx::query_file_as!(QueueRow, "src/store/sql/queue_depth.sql", only).fetch_all(db).await?)
}

/// The transaction that is looked back to the longest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OldestTransaction {
    /// Transactions since.
    pub xmin: i64,
    /// For how many seconds it has been open, if it is one of a session.
    pub seconds: f64,
    /// Whose it is.
    pub session: Option<String>,
}

/// The transaction that is looked back to the longest: of a session, of a replica, or prepared.
///
/// # Errors
///
/// When a statement fails.
pub async fn oldest_transaction(db: &mut PgConnection) -> Result<OldestTransaction> {
    let oldest = sqlx::query!(
        r#"select age(backend_xmin)::bigint as "xmin!",
            coalesce(extract(epoch from clock_timestamp() - xact_start), 0)::float8 as "seconds!",
            format('pid %s, `%s`, %s', pid, application_name, state) as "session!"
         from pg_stat_activity
         where backend_xmin is not null
           -- Those of other databases hold nothing back here.
           and datname = current_database()
           and pid <> pg_backend_pid()
           and backend_type = 'client backend'
         order by age(backend_xmin) desc, xact_start
         limit 1"#
    )
    .fetch_optional(&mut *db)
    .await?;
    let prepared = sqlx::query_scalar!(
        r#"select coalesce(max(age(xmin)), 0)::bigint as "age!"
         from (
             select transaction as xmin from pg_prepared_xacts
             union all
             select xmin from pg_replication_slots where xmin is not null
         ) as held"#
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(match oldest {
        Some(oldest) if prepared <= oldest.xmin => OldestTransaction {
            xmin: oldest.xmin,
            seconds: oldest.seconds,
            session: Some(oldest.session),
        },
        _ => OldestTransaction {
            xmin: prepared,
            seconds: 0.0,
            session: (0 < prepared)
                .then(|| "a prepared transaction or a replication slot".to_owned()),
        },
    })
}

/// How many finished runs are in no week's partition of the history; counting stops at 1,000.
///
/// # Errors
///
/// When the statement fails.
pub async fn stray_history(db: &mut PgConnection) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!"
         from (select from tidemill.run_history_default limit 1000) as held"#
    )
    .fetch_one(db)
    .await?)
}

/// How many workers have not ended.
///
/// # Errors
///
/// When the statement fails.
pub async fn worker_count(db: &mut PgConnection) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from tidemill.worker where ended_at is null"#
    );
    Ok(count.fetch_one(db).await?)
}
