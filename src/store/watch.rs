//! When each source is looked at next, by whom, and how that went.

use jiff::SignedDuration;
use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::{Registry, Result};

/// How long a claim to look at a source holds unless it is renewed.
const CLAIM: f64 = 30.0;

/// A source that this process may look at.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The source, by catalog index.
    pub dataset: usize,
    /// Announcements that came before.
    pub announced: i64,
    /// A hash of the last listing that was recorded as a whole.
    pub listing: Option<Vec<u8>>,
    /// How often in a row looking has failed.
    pub faults: i32,
}

/// How looking at a source went.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// Whether something was recorded.
    pub has_changed: bool,
    /// A hash of the listing, when all of it is recorded.
    pub listing: Option<Vec<u8>>,
    /// What could not be looked at.
    pub fault: Option<String>,
}

/// How looking at a source last went.
#[derive(Clone, Debug)]
pub struct WatchRow {
    /// The number of the source.
    pub dataset_id: i32,
    /// When it is looked at next.
    pub next_at: Timestamp,
    /// When it was last looked at.
    pub observed_at: Option<Timestamp>,
    /// When something new was last found.
    pub changed_at: Option<Timestamp>,
    /// What could not be looked at, the last time.
    pub fault: Option<String>,
    /// Since when that is so.
    pub fault_since: Option<Timestamp>,
    /// How often in a row.
    pub faults: i32,
    /// Whether somebody is looking at it.
    pub is_claimed: bool,
}

/// Makes sure that there is a row for each of these sources.
///
/// # Errors
///
/// When the statement fails.
pub async fn ensure_watches(
    db: &mut PgConnection,
    registry: &Registry,
    sources: &[usize],
) -> Result<()> {
    let ids: Vec<i32> = sources.iter().map(|source| registry.datasets[*source]).collect();
    sqlx::query!(
        "insert into tidemill.source_watch (dataset_id)
         select id from unnest($1::int[]) as declared (id)
         where not exists (select from tidemill.source_watch where dataset_id = id)
         on conflict do nothing",
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All declared sources, whether or not somebody is looking at them.
///
/// # Errors
///
/// When the statement fails.
pub async fn all_watches(db: &mut PgConnection, registry: &Registry) -> Result<Vec<Watch>> {
    let rows = sqlx::query!(
        "select dataset_id, announced, listing, faults
         from tidemill.source_watch
         where dataset_id = any($1)
         order by dataset_id",
        &registry.datasets,
    )
    .fetch_all(db)
    .await?;
    let watch = rows.into_iter().filter_map(|row| {
        let dataset = *registry.index.get(&row.dataset_id)?;
        let (announced, listing, faults) = (row.announced, row.listing, row.faults);
        Some(Watch { dataset, announced, listing, faults })
    });
    Ok(watch.collect())
}

/// Claims the sources that are due and that nobody is looking at.
///
/// # Errors
///
/// When the statement fails.
pub async fn claim_watches(db: &mut PgConnection, registry: &Registry) -> Result<Vec<Watch>> {
    let rows = sqlx::query!(
        "with due as materialized (
             select dataset_id
             from tidemill.source_watch
             where dataset_id = any($1)
               and next_at <= now()
               and coalesce(claimed_until <= now(), true)
             order by dataset_id
             for update skip locked
         )
         update tidemill.source_watch as watch
         set claimed_until = now() + make_interval(secs => $2)
         from due
         where watch.dataset_id = due.dataset_id
         returning watch.dataset_id, announced, listing, faults",
        &registry.datasets,
        CLAIM,
    )
    .fetch_all(db)
    .await?;
    let watch = rows.into_iter().filter_map(|row| {
        let dataset = *registry.index.get(&row.dataset_id)?;
        let (announced, listing, faults) = (row.announced, row.listing, row.faults);
        Some(Watch { dataset, announced, listing, faults })
    });
    Ok(watch.collect())
}

/// Keeps a claim while somebody looks.
///
/// # Errors
///
/// When the statement fails.
pub async fn renew_watch(db: &mut PgConnection, dataset: i32) -> Result<()> {
    sqlx::query!(
        "update tidemill.source_watch
         set claimed_until = now() + make_interval(secs => $2)
         where dataset_id = $1",
        dataset,
        CLAIM,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records how looking went, and when to look next: after `pause`, or at once when the source was
/// announced meanwhile.
///
/// # Errors
///
/// When the statement fails.
pub async fn end_watch(
    db: &mut PgConnection,
    registry: &Registry,
    watch: &Watch,
    looked: &Looked,
    pause: SignedDuration,
) -> Result<()> {
    sqlx::query!(
        "update tidemill.source_watch
         set claimed_until = null,
             next_at = case
                 when announced = $2 then now() + make_interval(secs => $3)
                 else now()
             end,
             observed_at = now(),
             changed_at = case when $4 then now() else changed_at end,
             -- Whoever else recorded meanwhile may have left an older picture: compare anew then.
             listing = case when listing is not distinct from $7::bytea then $5::bytea end,
             fault = $6,
             fault_since = case when $6::text is not null then coalesce(fault_since, now()) end,
             faults = case when $6::text is null then 0 else faults + 1 end
         where dataset_id = $1",
        registry.datasets[watch.dataset],
        watch.announced,
        pause.as_secs_f64(),
        looked.has_changed,
        looked.listing.as_deref(),
        looked.fault.as_deref(),
        watch.listing.as_deref(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has a source looked at at once.
///
/// # Errors
///
/// When the statement fails.
pub async fn announce(db: &mut PgConnection, dataset: i32) -> Result<()> {
    sqlx::query!(
        "insert into tidemill.source_watch (dataset_id, announced)
         values ($1, 1)
         on conflict (dataset_id) do update
         set announced = source_watch.announced + 1,
             next_at = least(source_watch.next_at, now())",
        dataset,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How long it is until the next source is due, in seconds; none when none is declared.
///
/// # Errors
///
/// When the statement fails.
pub async fn next_watch(db: &mut PgConnection, registry: &Registry) -> Result<Option<f64>> {
    Ok(sqlx::query_scalar!(
        r#"select extract(epoch from min(greatest(next_at, claimed_until)) - now())::float8
           from tidemill.source_watch
           where dataset_id = any($1)"#,
        &registry.datasets,
    )
    .fetch_one(db)
    .await?)
}

/// How looking at each declared source last went.
///
/// # Errors
///
/// When the statement fails.
pub async fn watches(db: &mut PgConnection, registry: &Registry) -> Result<Vec<WatchRow>> {
    Ok(sqlx::query_as!(
        WatchRow,
        r#"select dataset_id, next_at as "next_at: _", observed_at as "observed_at: _",
               changed_at as "changed_at: _", fault, fault_since as "fault_since: _", faults,
               coalesce(now() < claimed_until, false) as "is_claimed!"
           from tidemill.source_watch
           where dataset_id = any($1)
           order by dataset_id"#,
        &registry.datasets,
    )
    .fetch_all(db)
    .await?)
}
