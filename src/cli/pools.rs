//! `tidemill pools`: what limits work elsewhere, and who holds it.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::backfills::{Limit, parse_limit};
use super::fault::Fault;
use super::output;
use super::session::Session;
use crate::model::Class;
use crate::store::{self, HolderRow, PoolRow};

#[derive(Debug, Args)]
pub(super) struct PoolsArgs {
    #[command(subcommand)]
    command: Option<PoolsCommand>,
}

#[derive(Debug, Subcommand)]
enum PoolsCommand {
    /// Change how many slots a pool has, at once and until somebody changes it again.
    Set {
        /// The pool.
        pool: String,
        /// How many slots; `none` for no limit, `declared` for what the project says from its next
        /// start on.
        #[arg(long, value_parser = parse_slots, value_name = "N|none|declared")]
        slots: Slots,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slots {
    Declared,
    Set(Limit),
}

fn parse_slots(text: &str) -> Result<Slots, String> {
    match text {
        "declared" => Ok(Slots::Declared),
        _ => parse_limit(text).map(Slots::Set),
    }
}

/// Lists pools, or changes one.
pub(super) async fn pools(session: &Session, args: &PoolsArgs, json: bool) -> Result<ExitCode> {
    let db = &session.mill.pool;
    let Some(PoolsCommand::Set { pool, slots }) = &args.command else {
        return list(session, json).await;
    };
    let said = match slots {
        Slots::Declared => {
            store::restore_pool_slots(db, pool).await?;
            format!("pool `{pool}` has as many slots as declared from the next start on")
        }
        Slots::Set(Limit(Some(slots))) => {
            store::set_pool_slots(db, pool, Some(*slots)).await?;
            format!("pool `{pool}` has {}", output::count(u64::from(*slots), "slot"))
        }
        Slots::Set(Limit(None)) => {
            store::set_pool_slots(db, pool, None).await?;
            format!("pool `{pool}` has no limit")
        }
    };
    if json {
        return list(session, json).await;
    }
    output::line(&said);
    Ok(ExitCode::SUCCESS)
}

/// Refuses names of pools that there are not, before anything is started for them.
///
/// # Errors
///
/// When one is unknown; the hint says which there are.
pub(super) async fn known(session: &Session, names: &[String]) -> Result<()> {
    let mut db = session.mill.pool.acquire().await?;
    let pools = store::pools(&mut db).await?;
    let there: Vec<&str> = pools.iter().map(|pool| pool.name.as_str()).collect();
    match names.iter().find(|name| !there.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Fault::new("TM0209", format!("there is no pool `{name}`"))
            .hint(format!("there are: {}", there.join(", ")))
            .into()),
    }
}

async fn list(session: &Session, json: bool) -> Result<ExitCode> {
    let mut db = session.mill.pool.acquire().await?;
    let pools = store::pools(&mut db).await?;
    let holders = store::pool_holders(&mut db).await?;
    drop(db);
    let of = |pool: &PoolRow| -> Vec<&HolderRow> {
        holders.iter().filter(|holder| holder.pool_id == pool.id).collect()
    };
    if json {
        let all = pools.iter().map(|pool| pool_json(pool, &of(pool)));
        output::json(&Value::Array(all.collect()));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = pools.iter().map(|pool| cells(pool, &of(pool))).collect();
    let header = ["POOL", "SLOTS", "USED", "LIVE", "LATE", "BACKFILL", "HELD BY"];
    output::table(&header, &rows);
    output::line("a class is shown as: runs, weight, floor");
    Ok(ExitCode::SUCCESS)
}

fn cells(pool: &PoolRow, holders: &[&HolderRow]) -> Vec<String> {
    let standing = &pool.standing;
    let slots = standing.slots.map_or_else(|| "no limit".to_owned(), |slots| slots.to_string());
    let class = |class: Class| {
        let at = class as usize;
        let (share, running) = (standing.shares[at], standing.running[at]);
        format!("{running}, {}, {}", share.weight, share.floor)
    };
    let held: Vec<String> =
        holders.iter().map(|holder| format!("{} {}", holder.dataset, holder.slots)).collect();
    vec![
        pool.name.clone(),
        if pool.is_overridden { format!("{slots} (set by hand)") } else { slots },
        standing.used.to_string(),
        class(Class::Live),
        class(Class::Late),
        class(Class::Backfill),
        if held.is_empty() { "-".to_owned() } else { held.join(", ") },
    ]
}

fn pool_json(pool: &PoolRow, holders: &[&HolderRow]) -> Value {
    let standing = &pool.standing;
    let class = |class: &Class| {
        let at = *class as usize;
        let (share, running) = (standing.shares[at], standing.running[at]);
        let facts = json!({ "running": running, "weight": share.weight, "floor": share.floor });
        (class.as_str().to_owned(), facts)
    };
    json!({
        "pool": pool.name,
        "slots": standing.slots,
        "is_overridden": pool.is_overridden,
        "used": standing.used,
        "classes": Class::ALL.iter().map(class).collect::<serde_json::Map<_, _>>(),
        "held_by": holders.iter().map(|holder| json!({
            "dataset": holder.dataset,
            "runs": holder.runs,
            "slots": holder.slots,
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Limit, Slots, parse_slots};

    #[test]
    fn slots_are_a_number_none_or_declared() {
        assert_eq!(parse_slots("declared"), Ok(Slots::Declared));
        assert_eq!(parse_slots("none"), Ok(Slots::Set(Limit(None))));
        assert_eq!(parse_slots("3"), Ok(Slots::Set(Limit(Some(3)))));
        assert!(parse_slots("-1").is_err());
    }
}
