//! `tidemill bench`: what Tidemill costs, as ratios to what the machine can do in the same run.

mod api;
mod backlog;
mod client;
mod cpu;
mod fused;
mod idle;
mod latency;
mod overhead;
mod pgbench;
mod planning;
mod queue;

use std::process::ExitCode;

use anyhow::Result;

use super::args::BenchArgs;
use super::output;
use crate::config::Config;
use crate::engine::Mill;
use backlog::enqueue_and_cancel;
use overhead::{Shape, overhead};
use planning::{check_500, plan_million, plan_million_published};

/// One measured figure, with what the machine itself does in the same run.
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    limit: f64,
    samples: usize,
    /// What the limit is.
    against: &'static str,
}

/// What can be measured.
const NAMES: &str = "`plan_million`, `plan_million_published`, `check_500`, \
    `overhead_per_partition`, `overhead_vs_polars`, `fuse_speedup`, `noop_throughput`, \
    `noop_throughput_10m_history`, `handover_latency`, `enqueue_100k`, `cancel_100k`, \
    `idle` and `api`, or one of its figures, such as `api_runs_p99`";

/// Measures what was asked for.
pub(super) async fn bench(config: &Config, args: &BenchArgs, json: bool) -> Result<ExitCode> {
    let wanted = |name: &str| args.name.as_deref().is_none_or(|only| only == name);
    let mut figures = Vec::new();
    if wanted("plan_million") {
        figures.push(plan_million());
    }
    if wanted("plan_million_published") {
        figures.push(plan_million_published());
    }
    if wanted("check_500") {
        figures.push(check_500());
    }
    if wanted("enqueue_100k") || wanted("cancel_100k") {
        let both = enqueue_and_cancel(config).await?;
        figures.extend(both.into_iter().filter(|figure| wanted(figure.name)));
    }
    if wanted("overhead_per_partition") {
        let shape = Shape { name: "overhead_per_partition", days: 300, rows: 100, rounds: 3 };
        figures.push(overhead(config, &shape).await?);
    }
    if wanted("overhead_vs_polars") {
        let shape = Shape { name: "overhead_vs_polars", days: 3, rows: 6_000_000, rounds: 5 };
        figures.push(overhead(config, &shape).await?);
    }
    if wanted("fuse_speedup") {
        figures.push(fused::fuse_speedup(config).await?);
    }
    if wanted("noop_throughput") || wanted("noop_cpu") {
        figures.extend(queue::noop(config).await?);
    }
    if wanted("noop_throughput_10m_history") {
        figures.push(queue::noop_10m_history(config).await?);
    }
    if wanted("handover_latency") {
        figures.extend(latency::handover(config).await?);
    }
    if wanted("idle") {
        figures.extend(idle::idle(config).await?);
    }
    let of_api = args.name.as_deref().filter(|name| name.starts_with("api_"));
    if wanted("api") || of_api.is_some() {
        figures.extend(api::api(config, args).await?);
    }
    anyhow::ensure!(!figures.is_empty(), "there is no bench of that name; there are {NAMES}");
    show(&figures, json);
    for verdict in api::verdicts(&figures) {
        match json {
            true => eprintln!("{verdict}"),
            false => output::line(&verdict),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints figures beside what they are held against.
fn show(figures: &[Figure], json: bool) {
    for figure in figures {
        let ratio = figure.value / figure.limit;
        if json {
            output::json(&serde_json::json!({
                "name": figure.name,
                "value": figure.value,
                "unit": figure.unit,
                "limit": figure.limit,
                "ratio": ratio,
                "samples": figure.samples,
            }));
        } else {
            output::line(&format!(
                "{:<24} {:>10.4} {:<4} {:>8.2} times {} ({:.4} {}; {} samples)",
                figure.name,
                figure.value,
                figure.unit,
                ratio,
                figure.against,
                figure.limit,
                figure.unit,
                figure.samples
            ));
        }
    }
}

/// The first partition of a dataset's calendar.
fn first(mill: &Mill, dataset: usize) -> i64 {
    let calendar = mill.catalog.dataset(dataset).scheme.calendar();
    calendar.iter().next().unwrap_or_default()
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
