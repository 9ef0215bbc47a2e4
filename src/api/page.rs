//! The status page: one table, no script, nothing from elsewhere.

use std::fmt::Write;

use jiff::Timestamp;

use super::{BackfillView, DatasetView, FailureView, StatusView};

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#66707b;--line:#d9dee3;\
--good:#2e8b57;--stale:#c98a00;--missing:#aab2bb;--bad:#c0392b;--live:#2f6fd0}\
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e7ea;--dim:#98a2ad;--line:#2c3238;\
--good:#4fb07c;--stale:#d8a534;--missing:#59626c;--bad:#e26a5c;--live:#6ea3f0}}\
body{margin:2rem auto;max-width:78rem;padding:0 1rem;background:var(--bg);color:var(--fg);\
font:14px/1.5 system-ui,sans-serif}h1{font-size:1.25rem}h2{font-size:1rem;margin-top:2rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;\
border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--dim);font-weight:500}\
td.n{text-align:right;font-variant-numeric:tabular-nums}td.k,code{font-family:ui-monospace,monospace}\
.dim{color:var(--dim)}.bad{color:var(--bad)}.bar{display:flex;height:.7rem;min-width:8rem;\
background:var(--line);margin-top:.35rem}.bar i{display:block}";

/// The page of a picture.
pub(super) fn render(view: &StatusView) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"refresh\" content=\"10\"><title>Tidemill</title><style>",
    );
    page.push_str(STYLE);
    page.push_str("</style></head><body><h1>Tidemill</h1>");
    let picture = format!(
        "<p class=\"dim\">{}; {} running, {} waiting; read again every 10 s</p>",
        when(view.at),
        view.running,
        view.waiting
    );
    page.push_str(&picture);
    for backfill in view.backfills.iter().filter(|backfill| backfill.state == "active") {
        progress(&mut page, backfill);
    }
    page.push_str(
        "<table><thead><tr><th>dataset<th>cut<th>partitions<th>fresh<th>stale<th>missing\
         <th>missing upstream<th>failed<th><th>last published</tr></thead><tbody>",
    );
    view.datasets.iter().for_each(|dataset| row(&mut page, dataset));
    page.push_str("</tbody></table>");
    failures(&mut page, &view.failures);
    page.push_str("</body></html>");
    page
}

fn progress(page: &mut String, backfill: &BackfillView) {
    let done = backfill.succeeded + backfill.failed + backfill.cancelled;
    let share = percent(done.unsigned_abs(), backfill.runs.unsigned_abs());
    let text = format!(
        "<p>backfill {}: {done} of {} runs done, {} failed \
         <span class=\"dim\">({})</span><span class=\"bar\" role=\"img\" \
         aria-label=\"{share:.0} percent\"><i style=\"width:{share:.1}%;background:var(--live)\">\
         </i></span></p>",
        backfill.id,
        backfill.runs,
        backfill.failed,
        escape(&backfill.request),
    );
    page.push_str(&text);
}

fn row(page: &mut String, dataset: &DatasetView) {
    let mut text = format!(
        "<tr><td class=\"k\">{}<br><span class=\"dim\">{}</span><td class=\"dim\">{}",
        escape(&dataset.name),
        dataset.kind,
        escape(&dataset.cut)
    );
    let numbers = [
        dataset.partitions,
        dataset.fresh,
        dataset.stale,
        dataset.missing,
        dataset.missing_upstream,
        dataset.failed,
    ];
    for number in numbers {
        push(&mut text, format_args!("<td class=\"n\">{number}"));
    }
    let parts = [
        (dataset.fresh, "good", "fresh"),
        (dataset.stale, "stale", "stale"),
        (dataset.failed, "bad", "failed"),
        (dataset.running + dataset.waiting, "live", "under way"),
        (dataset.missing + dataset.missing_upstream, "missing", "missing"),
    ];
    let shown = || parts.iter().filter(|(count, ..)| 0 < *count);
    let label: Vec<String> = shown().map(|(count, _, word)| format!("{count} {word}")).collect();
    let label = label.join(", ");
    push(
        &mut text,
        format_args!(
            "<td><span class=\"bar\" role=\"img\" title=\"{label}\" aria-label=\"{label}\">"
        ),
    );
    for (count, color, _) in shown() {
        let share = percent(*count, dataset.partitions);
        push(
            &mut text,
            format_args!("<i style=\"width:{share:.2}%;background:var(--{color})\"></i>"),
        );
    }
    let published = dataset.published_at.map_or_else(|| "never".to_owned(), when);
    push(&mut text, format_args!("</span><td class=\"dim\">{published}</tr>"));
    page.push_str(&text);
}

fn failures(page: &mut String, failures: &[FailureView]) {
    if failures.is_empty() {
        return;
    }
    page.push_str("<h2>Latest failures</h2><table><tbody>");
    for failure in failures {
        let text = format!(
            "<tr><td class=\"k\">{} {}<td class=\"bad\">{}<td>{}<td class=\"dim\">run {}, {}</tr>",
            escape(&failure.dataset),
            escape(&failure.partition),
            escape(&failure.code),
            escape(&failure.message),
            failure.run,
            when(failure.failed_at)
        );
        page.push_str(&text);
    }
    page.push_str("</tbody></table>");
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).expect("a string takes every text");
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 100.0).min(100.0) }
}

fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Any text as text of the page, in an attribute too.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
