//! New versions: recorded with their lineage and routes, and pointed to.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::{Ended, Published, clean};
use crate::store::{Claimed, Registry, Result};

/// Records what a group of attempts made, and moves each partition's head forward.
pub(super) async fn publish(
    db: &mut PgConnection,
    registry: &Registry,
    group: &[&(Claimed, Ended)],
) -> Result<()> {
    if group.is_empty() {
        return Ok(());
    }
    let rows: Vec<serde_json::Value> = group
        .iter()
        .filter_map(|(run, ended)| match ended {
            Ended::Published(made) => Some(row(registry, run, made)),
            _ => None,
        })
        .collect();
    let versions = sqlx::query_file!("src/store/sql/publish.sql", serde_json::Value::Array(rows),)
        .fetch_all(&mut *db)
        .await?;
    let by_run: BTreeMap<i64, i64> = versions.iter().map(|row| (row.run_id, row.id)).collect();
    let mut edges = (Vec::new(), Vec::new(), Vec::new());
    let mut routes = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (run, ended) in group {
        let (Ended::Published(made), Some(&id)) = (ended, by_run.get(&run.id)) else { continue };
        for (position, input) in &made.lineage {
            edges.0.push(id);
            edges.1.push(*input);
            edges.2.push(*position);
        }
        for (router, ordinal, rows, content) in &made.routes {
            routes.0.push(id);
            routes.1.push(*router);
            routes.2.push(*ordinal);
            routes.3.push(*rows);
            routes.4.push(content.to_le_bytes().to_vec());
        }
    }
    sqlx::query!(
        "insert into tidemill.lineage_edge (output_id, input_id, position)
         select * from unnest($1::bigint[], $2::bigint[], $3::smallint[])
         on conflict do nothing",
        &edges.0,
        &edges.1,
        &edges.2,
    )
    .execute(&mut *db)
    .await?;
    if !routes.0.is_empty() {
        sqlx::query!(
            "insert into tidemill.route (materialization_id, router_id, ordinal, rows, content)
             select * from unnest($1::bigint[], $2::int[], $3::bigint[], $4::bigint[], $5::bytea[])",
            &routes.0,
            &routes.1,
            &routes.2,
            &routes.3,
            &routes.4,
        )
        .execute(db)
        .await?;
    }
    Ok(())
}

/// A new version as the JSON row that `publish.sql` reads.
fn row(registry: &Registry, run: &Claimed, made: &Published) -> serde_json::Value {
    let hex = |number: u128| {
        number.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    serde_json::json!({
        "run_id": run.id,
        "attempt": run.attempt,
        "dataset_id": registry.datasets[run.dataset],
        "slice_id": run.slice_id,
        "ordinal": run.key.ordinal,
        "code_id": registry.code[run.dataset],
        "content": hex(made.content),
        "inputs": hex(made.inputs),
        "rows": made.rows,
        "bytes": made.files.iter().map(|file| file.1).sum::<i64>(),
        "paths": made.files.iter().map(|file| &file.0).collect::<Vec<_>>(),
        "sizes": made.files.iter().map(|file| file.1).collect::<Vec<_>>(),
        "hashes": made.files.iter().map(|file| &file.2).collect::<Vec<_>>(),
        "rejected": made.rejected,
        "rejects_path": made.rejects_path,
        "profile": clean_json(&made.profile),
        "routed_by": made.routed_by,
        "seconds": made.seconds,
    })
}

/// A profile as the database can hold it.
fn clean_json(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(values) => values.iter().map(clean_json).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, held)| (clean(name), clean_json(held))).collect()
        }
        other => other.clone(),
    }
}
