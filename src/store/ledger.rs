//! The picture of the world that planning starts from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::PgConnection;

use super::{Registry, Result, Slices};
use crate::model::{Ranges, Registered, Slice};
use crate::plan::{Head, Ledger, Record, Route, Routes, Track};

/// Reads what has been made and what is under way.
///
/// # Errors
///
/// When a statement fails.
pub async fn load(db: &mut PgConnection, registry: &Registry, now: Timestamp) -> Result<Ledger> {
    let slices = Slices::load(db).await?;
    let mut records = heads(db, registry, &slices).await?;
    for (record, current) in records.iter_mut().zip(&registry.current_code) {
        record.current_code.clone_from(current);
    }
    failures(db, registry, &slices, &mut records).await?;
    live(db, registry, &slices, &mut records).await?;
    routes(db, registry, &slices, &mut records).await?;
    paces(db, registry, &mut records).await?;
    Ok(Ledger { now, registered: registered(db).await?, records })
}

/// 16 bytes as a number; anything else as 0, which no content has.
pub(super) fn number(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_le_bytes)
}

/// The registered values of dynamic dimensions.
///
/// # Errors
///
/// When the statement fails.
pub async fn registered(db: &mut PgConnection) -> Result<Registered> {
    let rows = sqlx::query!(
        "select dimension, value from tidemill.dimension_value order by dimension, registered_at, value"
    )
    .fetch_all(db)
    .await?;
    let mut registered = Registered::new();
    for row in rows {
        registered.entry(row.dimension).or_default().push(row.value.into());
    }
    Ok(registered)
}

async fn heads(db: &mut PgConnection, registry: &Registry, slices: &Slices) -> Result<Vec<Record>> {
    let rows = sqlx::query!(
        "select dataset_id, slice_id, ordinal, content, inputs, code_id
         from tidemill.head
         order by dataset_id, slice_id, ordinal"
    )
    .fetch_all(db)
    .await?;
    let mut by_slice: BTreeMap<(usize, Slice), Vec<Head>> = BTreeMap::new();
    let mut last: Option<(i32, i32, (usize, Slice))> = None;
    for row in rows {
        let same = last.as_ref().filter(|(d, s, _)| (*d, *s) == (row.dataset_id, row.slice_id));
        let key = match same {
            Some((_, _, key)) => key.clone(),
            None => {
                let Some(&index) = registry.index.get(&row.dataset_id) else { continue };
                let key = (index, slices.slice(row.slice_id));
                last = Some((row.dataset_id, row.slice_id, key.clone()));
                key
            }
        };
        by_slice.entry(key).or_default().push(Head {
            ordinal: row.ordinal,
            content: number(&row.content),
            inputs: row.inputs.as_deref().map(number),
            code: row.code_id,
        });
    }
    let mut records = vec![Record::default(); registry.datasets.len()];
    for ((index, slice), heads) in by_slice {
        let track = Track::new(&slice, heads);
        records[index].tracks.insert(slice, track);
    }
    Ok(records)
}

async fn failures(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
    records: &mut [Record],
) -> Result<()> {
    let rows = sqlx::query!(
        "select dataset_id, slice_id, ordinal from tidemill.partition_failure
         order by dataset_id, slice_id, ordinal"
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let Some(&index) = registry.index.get(&row.dataset_id) else { continue };
        let track = records[index].tracks.entry(slices.slice(row.slice_id)).or_default();
        track.failed = track.failed.union(&Ranges::single(row.ordinal));
    }
    Ok(())
}

async fn live(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
    records: &mut [Record],
) -> Result<()> {
    let rows = sqlx::query!(
        r#"select id, dataset_id as "dataset_id!", slice_id as "slice_id!", ordinal as "ordinal!"
           from tidemill.run
           where dataset_id is not null"#
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let Some(&index) = registry.index.get(&row.dataset_id) else { continue };
        let track = records[index].tracks.entry(slices.slice(row.slice_id)).or_default();
        track.live.insert(row.ordinal, row.id);
    }
    Ok(())
}

async fn routes(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
    records: &mut [Record],
) -> Result<()> {
    let rows = sqlx::query!(
        "select route.router_id, head.slice_id, head.ordinal as input, route.ordinal as output,
             route.content
         from tidemill.route
         join tidemill.head using (materialization_id)"
    )
    .fetch_all(db)
    .await?;
    let mut by_router: BTreeMap<i32, BTreeMap<Slice, Vec<Route>>> = BTreeMap::new();
    for row in rows {
        let route = Route { output: row.output, input: row.input, content: number(&row.content) };
        let of_router = by_router.entry(row.router_id).or_default();
        of_router.entry(slices.slice(row.slice_id)).or_default().push(route);
    }
    for (record, routers) in records.iter_mut().zip(&registry.routers) {
        for (position, router) in routers {
            let routes = Routes::new(by_router.get(router).cloned().unwrap_or_default());
            record.routes.insert(*position, routes);
        }
    }
    Ok(())
}

async fn paces(db: &mut PgConnection, registry: &Registry, records: &mut [Record]) -> Result<()> {
    for (dataset, pace) in super::paces(db, None).await? {
        if let Some(&index) = registry.index.get(&dataset) {
            records[index].pace = Some(pace);
        }
    }
    Ok(())
}
