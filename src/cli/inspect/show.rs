//! `tidemill show`: a dataset as it is declared, or a partition as it is published.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{key_json, when};
use crate::api::{Picture, Standing};
use crate::cli::args::PartitionArgs;
use crate::cli::fault::Fault;
use crate::cli::output;
use crate::cli::session::Session;
use crate::engine;
use crate::spec::{DatasetSpec, Missing, Promise, Reads};
use crate::store::{self, VersionRow};

/// Shows a dataset, or one of its partitions.
pub(in crate::cli) async fn show(
    session: &Session,
    args: &PartitionArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (dataset, spec) = session.dataset(&args.dataset)?;
    let picture = Picture::take(&session.mill).await?;
    if args.partition.is_none() && args.within.dimensions.is_empty() {
        let facts = dataset_json(session, &picture, dataset);
        if json {
            output::json(&facts);
        } else {
            print_dataset(spec, &facts);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let known = picture.slices_of(dataset);
    let text = args.partition.as_deref();
    let key = session.partition(dataset, text, &args.within.dimensions, known)?;
    let slice = picture.slices.id(&key.slice).unwrap_or(-1);
    let id = session.mill.registry.datasets[dataset];
    let mut db = session.mill.pool.acquire().await?;
    let versions = store::versions(&mut db, id, slice, key.ordinal).await?;
    let named = spec.scheme.describe(&key);
    if versions.is_empty() {
        let message = format!("`{}` {named} was never published", spec.name);
        let hint = format!("`tidemill why {} …` says why", spec.name);
        return Err(Fault::new("TM0206", message).hint(hint).into());
    }
    let standing = picture.standing(&session.mill.catalog, dataset, &key);
    let status = standing.map_or("not-due", Standing::status);
    if json {
        let mut body = key_json(&spec.scheme, &key);
        body["dataset"] = json!(spec.name.as_str());
        body["status"] = json!(status);
        body["reason"] = json!(standing.and_then(Standing::reason));
        body["versions"] = versions.iter().map(|version| version_json(spec, version)).collect();
        output::json(&body);
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&format!("`{}` {named}: {status}", spec.name));
    print_versions(spec, &versions);
    Ok(ExitCode::SUCCESS)
}

fn dataset_json(session: &Session, picture: &Picture, dataset: usize) -> Value {
    let mill = &session.mill;
    let spec = mill.catalog.dataset(dataset);
    let name = |index: usize| mill.catalog.dataset(index).name.as_str();
    let mut counts = serde_json::Map::new();
    for (standing, set) in picture.standings(&mill.catalog, dataset) {
        let held = counts.entry(standing.status()).or_insert(json!(0));
        *held = json!(held.as_u64().unwrap_or(0) + set.len());
    }
    let inputs = mill.catalog.inputs(dataset).iter().map(|input| {
        json!({
            "dataset": name(input.dataset),
            "mapping": input.reads.mapping.to_string(),
            "missing": missing(&input.reads),
        })
    });
    let mut readers: Vec<&str> = mill.catalog.readers(dataset).map(|(at, _)| name(at)).collect();
    readers.sort_unstable();
    readers.dedup();
    let about = &spec.about;
    let columns = about.contract.as_ref().map(|contract| {
        contract.columns().iter().map(|column| {
            json!({
                "name": column.name,
                "type": column.kind.to_string(),
                "nullable": column.nullable,
                "description": column.description,
                "masked": column.masked,
            })
        })
    });
    let job = spec.job();
    json!({
        "dataset": spec.name.as_str(),
        "description": about.description,
        "owner": about.owner,
        "tags": about.tags,
        "declared_at": spec.place.to_string(),
        "cut": spec.scheme.to_string(),
        "source": spec.source().map(|source| json!({
            "root": source.root,
            "template": source.template,
            "format": format!("{:?}", source.format),
        })),
        "contract": columns.map(Iterator::collect::<Vec<_>>),
        "inputs": inputs.collect::<Vec<_>>(),
        "readers": readers,
        "schedule": job.and_then(|job| job.schedule.as_ref()).map(|schedule| json!({
            "when": schedule.to_string(), "zone": schedule.zone_for(&spec.scheme),
        })),
        "sla": about.sla.as_ref().map(|sla| promise(&sla.promise)),
        "checks": job.map_or_else(Vec::new, |job| {
            job.checks.iter().map(ToString::to_string).collect()
        }),
        "attempts": job.map(|job| job.retry.attempts_max()),
        "timeout_seconds": job.map(|job| job.timeout.as_secs()),
        "fingerprint": mill.verified.fingerprints[dataset].as_ref().map(|held| held.digest.clone()),
        "partitions": picture.assessment.statuses[dataset].universe.len(),
        "counts": counts,
    })
}

fn print_dataset(spec: &DatasetSpec, facts: &Value) {
    let text = |field: &str| match &facts[field] {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) if !list.is_empty() => {
            let texts = list.iter().filter_map(Value::as_str);
            Some(texts.collect::<Vec<_>>().join(", "))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    output::line(&format!("`{}`", spec.name));
    let fields = [
        ("description", "description"),
        ("owner", "owner"),
        ("tags", "tags"),
        ("cut", "cut"),
        ("readers", "read by"),
        ("sla", "promise"),
        ("checks", "checks"),
        ("attempts", "attempts"),
        ("fingerprint", "code"),
        ("declared_at", "declared at"),
        ("partitions", "partitions"),
    ];
    for (field, title) in fields {
        if let Some(text) = text(field) {
            output::line(&format!("  {title:<12} {text}"));
        }
    }
    if let Some(counts) = facts["counts"].as_object() {
        let each: Vec<String> =
            counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
        output::line(&format!("  {:<12} {}", "of these", each.join(", ")));
    }
    if let Some(when) = facts["schedule"]["when"].as_str() {
        output::line(&format!("  {:<12} {when}", "schedule"));
    }
    if let Some(template) = facts["source"]["template"].as_str() {
        let root = facts["source"]["root"].as_str().unwrap_or_default();
        output::line(&format!("  {:<12} {root}/{template}", "files"));
    }
    let row = |value: &Value, fields: &[&str]| -> Vec<String> {
        let cell = |field: &&str| match &value[*field] {
            Value::String(text) => text.clone(),
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            other => other.to_string(),
        };
        fields.iter().map(cell).collect()
    };
    if let Some(inputs) = facts["inputs"].as_array().filter(|inputs| !inputs.is_empty()) {
        output::line("");
        let rows: Vec<_> =
            inputs.iter().map(|value| row(value, &["dataset", "mapping", "missing"])).collect();
        output::table(&["READS", "MAPPING", "WHEN MISSING"], &rows);
    }
    if let Some(columns) = facts["contract"].as_array() {
        output::line("");
        let fields = ["name", "type", "nullable", "description"];
        let rows: Vec<_> = columns.iter().map(|value| row(value, &fields)).collect();
        output::table(&["COLUMN", "TYPE", "NULLABLE", "DESCRIPTION"], &rows);
    }
}

fn print_versions(spec: &DatasetSpec, versions: &[VersionRow]) {
    let newest = &versions[0];
    let rows: Vec<Vec<String>> = versions
        .iter()
        .map(|version| {
            vec![
                version.id.to_string(),
                if version.is_head { "yes" } else { "" }.to_owned(),
                when(version.committed_at.to_jiff()),
                version.run_id.map_or_else(|| "-".to_owned(), |run| run.to_string()),
                version.rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string()),
                output::bytes(version.bytes.unsigned_abs()),
                version.rejected.to_string(),
                version.seconds.map_or_else(|| "-".to_owned(), output::seconds),
                version
                    .fingerprint
                    .as_deref()
                    .map_or("-", |code| &code[..12.min(code.len())])
                    .into(),
            ]
        })
        .collect();
    let header =
        ["VERSION", "CURRENT", "PUBLISHED", "RUN", "ROWS", "SIZE", "REJECTED", "TOOK", "CODE"];
    output::table(&header, &rows);
    let shown = versions.iter().find(|version| version.is_head).unwrap_or(newest);
    output::line(&format!("\nfiles of version {}", shown.id));
    for ((path, size), hash) in shown.paths.iter().zip(&shown.sizes).zip(&shown.hashes) {
        output::line(&format!("  {path}  {}  {hash}", output::bytes(size.unsigned_abs())));
    }
    if let Some(path) = &shown.rejects_path {
        let rows = output::count(shown.rejected.unsigned_abs(), "row");
        output::line(&format!("  {path}  {rows} that could not be read"));
    }
    let profile = shown.profile.as_ref().map(|profile| engine::open_profile(spec, profile));
    let Some(columns) = profile.as_ref().and_then(Value::as_array) else { return };
    output::line("");
    let fields = ["name", "type", "nulls", "distinct", "min", "max", "mean"];
    let cell = |value: &Value| match value {
        Value::String(text) => text.chars().take(40).collect(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> = columns
        .iter()
        .map(|column| fields.iter().map(|field| cell(&column[*field])).collect())
        .collect();
    output::table(&["COLUMN", "TYPE", "NULLS", "DISTINCT", "MIN", "MAX", "MEAN"], &rows);
}

fn version_json(spec: &DatasetSpec, version: &VersionRow) -> Value {
    let files = version.paths.iter().zip(&version.sizes).zip(&version.hashes);
    let files =
        files.map(|((path, bytes), hash)| json!({ "path": path, "bytes": bytes, "hash": hash }));
    json!({
        "id": version.id,
        "is_current": version.is_head,
        "published_at": version.committed_at.to_jiff().to_string(),
        "run": version.run_id,
        "attempt": version.attempt,
        "fingerprint": version.fingerprint,
        "content": super::hex(&version.content),
        "rows": version.rows,
        "bytes": version.bytes,
        "rejected": version.rejected,
        "rejects_path": version.rejects_path,
        "seconds": version.seconds,
        "files": files.collect::<Vec<_>>(),
        "profile": version.profile.as_ref().map(|profile| engine::open_profile(spec, profile)),
    })
}

fn missing(reads: &Reads) -> String {
    match reads.missing {
        Missing::Wait => "wait".to_owned(),
        Missing::Skip => "skip".to_owned(),
        Missing::AtLeast(least) => format!("at least {least}"),
    }
}

fn promise(promise: &Promise) -> String {
    let hours = |length: &std::time::Duration| output::seconds(length.as_secs_f64());
    match promise {
        Promise::CompleteBy(time) => format!("complete by {time}"),
        Promise::Within(length) => format!("complete within {}", hours(length)),
        Promise::FreshWithin(length) => format!("never older than {}", hours(length)),
    }
}
