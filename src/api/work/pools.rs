//! `GET /pools`, and changing how many slots one has.

use std::time::Duration;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::access::{Action, Entry, May, act};
use super::super::body::Body;
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Nothing, Paged};
use crate::model::Class;
use crate::store::{self, HolderRow, PoolRow, QueueRow};

/// For how long an answer is given again: it counts every live run.
const KEEP: Duration = Duration::from_secs(2);
/// More slots than any machine has.
const SLOTS_MAX: u32 = 100_000;

/// What limits work elsewhere, and how much of it is taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Pool {
    /// Its name.
    name: String,
    /// How many slots; none for no limit.
    slots: Option<i32>,
    /// How many are taken.
    used: i32,
    /// How many runs of jobs in it have not started.
    waiting: i64,
    /// Whether somebody set its slots, so that what is declared does not.
    overridden: bool,
    /// The share of each class.
    weights: ByClass,
    /// How many runs of each class may start however much others take.
    floors: ByClass,
    /// Who has taken slots, most first.
    holders: Vec<Holder>,
    /// For how many seconds the oldest run that could start has waited.
    oldest_wait_seconds: Option<f64>,
}

/// A number for each class.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(in super::super) struct ByClass {
    live: u32,
    late: u32,
    backfill: u32,
}

/// A job that has taken slots.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Holder {
    /// The dataset it makes.
    dataset: String,
    /// How many of its runs.
    runs: i64,
    /// How many slots they take.
    slots: i32,
}

/// What is to be changed about a pool.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PoolChange {
    /// How many slots it has from now on; `null` for no limit, and `"declared"` for what the project
    /// says from its next start on.
    slots: PoolSlots,
}

/// How many slots.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged, expecting = "it must be a whole number, `null` or `\"declared\"`")]
pub(super) enum PoolSlots {
    /// So many, or no limit.
    Count(Option<u32>),
    /// As declared.
    Word(Declared),
}

/// As declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Declared {
    /// As declared.
    Declared,
}

/// Pools, by name.
#[utoipa::path(
    get,
    path = "/pools",
    tag = "workers",
    params(Paging),
    responses(
        (status = OK, body = Page<Pool>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn pools(
    may: May<act::ReadWorkers>,
    Paged(_filter, paging): Paged<Nothing>,
) -> Answer<Json<Page<Pool>>> {
    let (limit, after) = (paging.limit()?, paging.after::<String>()?);
    let key = format!("{:?}", may.only());
    let mut all = may.caches().pools.get(key, KEEP, all(&may)).await?;
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all.retain(|pool| after.as_ref().is_none_or(|after| *after < pool.name));
    Ok(Json(Page::cut(all, limit, |last| last.name.clone())))
}

async fn all<A: Action>(may: &May<A>) -> Answer<Vec<Pool>> {
    let only = may.only();
    let mut db = may.db().await?;
    let rows = store::pools(&mut db).await?;
    let holders = store::pool_holders(&mut db).await?;
    let depth = store::queue_depth(&mut db, only.as_deref()).await?;
    drop(db);
    Ok(rows.iter().map(|row| pool(may, row, &holders, &depth)).collect())
}

fn pool<A: Action>(may: &May<A>, row: &PoolRow, holders: &[HolderRow], depth: &[QueueRow]) -> Pool {
    let standing = &row.standing;
    let by_class = |of: fn(&crate::spec::Share) -> u32| ByClass {
        live: of(&standing.shares[Class::Live as usize]),
        late: of(&standing.shares[Class::Late as usize]),
        backfill: of(&standing.shares[Class::Backfill as usize]),
    };
    let waiting = || depth.iter().filter(|it| it.pool == row.name && it.state != "running");
    let oldest = waiting().map(|lane| lane.waited).fold(0.0, f64::max);
    let held = holders.iter().filter(|holder| holder.pool_id == row.id);
    let known = held.filter(|holder| may.only().is_none() || may.dataset(&holder.dataset).is_ok());
    Pool {
        name: row.name.clone(),
        slots: standing.slots,
        used: standing.used,
        waiting: waiting().map(|lane| lane.runs).sum(),
        overridden: row.is_overridden,
        weights: by_class(|share| share.weight),
        floors: by_class(|share| share.floor),
        holders: known
            .map(|holder| Holder {
                dataset: holder.dataset.clone(),
                runs: holder.runs,
                slots: holder.slots,
            })
            .collect(),
        oldest_wait_seconds: (0.0 < oldest).then_some(oldest),
    }
}

/// Changes how many slots a pool has, at once and until somebody changes it again.
#[utoipa::path(
    patch,
    path = "/pools/{name}",
    tag = "workers",
    params(("name" = String, Path, description = "The name of the pool.")),
    request_body = PoolChange,
    responses(
        (status = OK, body = Pool),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = PAYLOAD_TOO_LARGE, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn change(
    may: May<act::SetPools>,
    At(name): At<String>,
    Body(change): Body<PoolChange>,
) -> Answer<Json<Pool>> {
    let find = async || {
        let found = all(&may).await?.into_iter().find(|pool| pool.name == name);
        found.ok_or_else(|| Problem::from(store::Error::NoPool(name.clone())))
    };
    let before = find().await?;
    match change.slots {
        PoolSlots::Word(Declared::Declared) => {
            store::restore_pool_slots(may.pool(), &name).await?;
        }
        PoolSlots::Count(Some(slots)) if !(1..=SLOTS_MAX).contains(&slots) => {
            let message = format!("a pool has 1 to {SLOTS_MAX} slots, not {slots}");
            return Err(Problem::invalid(message).hint("`null` takes the limit away"));
        }
        PoolSlots::Count(slots) => store::set_pool_slots(may.pool(), &name, slots).await?,
    }
    may.caches().pools.forget();
    let after = find().await?;
    let told =
        |pool: &Pool| serde_json::json!({ "slots": pool.slots, "overridden": pool.overridden });
    let entry = Entry::new("pool.set", "pool", &name).before(&told(&before)).after(&told(&after));
    let mut db = may.db().await?;
    may.audit(&mut db, entry).await?;
    Ok(Json(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_a_number_null_or_declared() {
        let read =
            |text: &str| serde_json::from_str::<PoolChange>(text).map(|change| change.slots).ok();
        assert_eq!(read(r#"{"slots":3}"#), Some(PoolSlots::Count(Some(3))));
        assert_eq!(read(r#"{"slots":null}"#), Some(PoolSlots::Count(None)));
        assert_eq!(read(r#"{"slots":"declared"}"#), Some(PoolSlots::Word(Declared::Declared)));
        for wrong in [r#"{"slots":"many"}"#, r#"{"slots":-1}"#, r#"{"slots":1.5}"#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read(r#"{"slots":1,"name":"x"}"#), None, "no other field");
        assert_eq!(read("{}"), None, "nothing said is not no limit");
    }
}
