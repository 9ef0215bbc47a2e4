//! The status page: one table, no script, nothing from elsewhere.

use std::fmt::Write;

use jiff::Timestamp;

use super::{BackfillView, DatasetView, FailureView, StatusView};

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#66707b;--line:#d9dee3;\
--good:#2e8b57;--stale:#c98a00;--missing:#aab2bb;--bad:#c0392b;--live:#2f6fd0}\
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e7ea;--dim:#98a2ad;--line:#2c3238;\
--good:#4fb07c;--stale:#d8a534;--missing:#59626c;--bad:#e26a5c;--live:#6ea3f0}}\
body{margin:1.5rem auto;max-width:80rem;padding:0 1rem;background:var(--bg);color:var(--fg);\
font:14px/1.5 system-ui,sans-serif}h1{font-size:1.25rem;margin:0}h2{font-size:1rem;\
margin:2rem 0 .5rem}p{margin:.25rem 0}.wide{overflow-x:auto}\
table{border-collapse:collapse;width:100%}.tight{width:auto}\
th,td{text-align:left;padding:.15rem .45rem;\
border-bottom:1px solid var(--line);white-space:nowrap}\
th{color:var(--dim);font-weight:500;vertical-align:bottom}.n{text-align:right;\
font-variant-numeric:tabular-nums}.k{font-family:ui-monospace,monospace}.t{white-space:normal}\
.dim{color:var(--dim)}.bad{color:var(--bad)}.bar{display:flex;height:.7rem;min-width:6rem;\
background:var(--line)}.bar i,.key i{display:block;min-width:2px}\
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.6rem 0 1rem;color:var(--dim)}\
.key span{display:flex;align-items:center;gap:.4rem}.key i{width:.7rem;height:.7rem}\
.fresh{background:var(--good)}.stale{background:var(--stale)}.failed{background:var(--bad)}\
.live{background:var(--live)}.missing{background:var(--missing)}\
.upstream{background:repeating-linear-gradient(135deg,var(--missing) 0 2px,transparent 2px 5px)}";

/// Where partitions stand, in the order of the bar: its class, the word, what it means.
const PLACES: [(&str, &str, &str); 6] = [
    ("fresh", "fresh", "published, and as it would be made now; of a source: its files are there"),
    ("stale", "stale", "published from other code or other inputs than those of now"),
    ("failed", "failed", "its last run failed"),
    ("live", "under way", "a run for it waits, or a worker is at it"),
    ("missing", "missing", "not published"),
    (
        "upstream",
        "missing upstream",
        "not published, and it cannot be: something outside of this project is not there",
    ),
];

/// How many partitions of a dataset stand in each of [`PLACES`].
fn counts(dataset: &DatasetView) -> [u64; 6] {
    [
        dataset.fresh,
        dataset.stale,
        dataset.failed,
        dataset.running + dataset.waiting,
        dataset.missing,
        dataset.missing_upstream,
    ]
}

/// The page of a picture.
pub(super) fn render(view: &StatusView) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"refresh\" content=\"10\"><title>Tidemill</title><style>",
    );
    page.push_str(STYLE);
    page.push_str("</style></head><body><h1>Tidemill</h1>");
    summary(&mut page, view);
    for backfill in view.backfills.iter().filter(|backfill| backfill.state == "active") {
        progress(&mut page, backfill);
    }
    failures(&mut page, &view.failures);
    datasets(&mut page, &view.datasets);
    backfills(&mut page, &view.backfills);
    page.push_str("</body></html>");
    page
}

/// All datasets in one sentence, and when that was so.
fn summary(page: &mut String, view: &StatusView) {
    let sources = view.datasets.iter().filter(|dataset| dataset.kind == "source").count();
    let partitions: u64 = view.datasets.iter().map(|dataset| dataset.partitions).sum();
    let mut totals = [0; 6];
    for dataset in &view.datasets {
        for (total, count) in totals.iter_mut().zip(counts(dataset)) {
            *total += count;
        }
    }
    push(
        page,
        format_args!(
            "<p>{partitions} partitions of {} jobs and {sources} sources: {}</p>\
             <p class=\"dim\">as of {}; times are UTC; {} running, {} waiting; \
             read again every 10 s</p>",
            view.datasets.len() - sources,
            label(totals),
            when(view.at),
            view.running,
            view.waiting
        ),
    );
}

/// The counts that are not zero, in words.
fn label(counts: [u64; 6]) -> String {
    let shown = counts.iter().zip(PLACES).filter(|(count, _)| 0 < **count);
    let words: Vec<String> = shown.map(|(count, (_, word, _))| format!("{count} {word}")).collect();
    words.join(", ")
}

fn progress(page: &mut String, backfill: &BackfillView) {
    let done = backfill.succeeded + backfill.failed + backfill.cancelled;
    let share = percent(done.unsigned_abs(), backfill.runs.unsigned_abs());
    push(
        page,
        format_args!(
            "<p>backfill {}: {done} of {} runs done, {} failed <span class=\"dim\">({})</span></p>\
             <p><span class=\"bar\" role=\"img\" aria-label=\"{share:.0} percent\">\
             <i class=\"live\" style=\"width:{share:.1}%\"></i></span></p>",
            backfill.id,
            backfill.runs,
            backfill.failed,
            escape(&backfill.request),
        ),
    );
}

fn datasets(page: &mut String, datasets: &[DatasetView]) {
    page.push_str("<h2>Datasets</h2><p class=\"key\">");
    for (class, word, meaning) in PLACES {
        push(
            page,
            format_args!("<span title=\"{meaning}\"><i class=\"{class}\"></i>{word}</span>"),
        );
    }
    page.push_str(
        "</p><div class=\"wide\"><table><thead><tr><th>dataset<th>kind<th>cut\
         <th class=\"n\">partitions",
    );
    for (_, word, meaning) in PLACES {
        push(page, format_args!("<th class=\"n t\" title=\"{meaning}\">{word}"));
    }
    page.push_str("<th>share<th>last published</tr></thead><tbody>");
    datasets.iter().for_each(|dataset| row(page, dataset));
    page.push_str("</tbody></table></div>");
}

fn row(page: &mut String, dataset: &DatasetView) {
    push(
        page,
        format_args!(
            "<tr><td class=\"k\">{}<td class=\"dim\">{}<td class=\"dim\">{}<td class=\"n\">{}",
            escape(&dataset.name),
            dataset.kind,
            escape(&dataset.cut),
            dataset.partitions
        ),
    );
    let counts = counts(dataset);
    for (count, (class, ..)) in counts.iter().zip(PLACES) {
        match (count, class) {
            (0, _) => page.push_str("<td class=\"n dim\">-"),
            (_, "failed") => push(page, format_args!("<td class=\"n bad\">{count}")),
            _ => push(page, format_args!("<td class=\"n\">{count}")),
        }
    }
    let label = label(counts);
    push(
        page,
        format_args!(
            "<td><span class=\"bar\" role=\"img\" title=\"{label}\" aria-label=\"{label}\">"
        ),
    );
    for (count, (class, ..)) in counts.iter().zip(PLACES).filter(|(count, _)| 0 < **count) {
        let share = percent(*count, dataset.partitions);
        push(page, format_args!("<i class=\"{class}\" style=\"width:{share:.2}%\"></i>"));
    }
    let published = dataset.published_at.map_or_else(|| "never".to_owned(), when);
    push(page, format_args!("</span><td class=\"dim\">{published}</tr>"));
}

fn backfills(page: &mut String, backfills: &[BackfillView]) {
    if backfills.is_empty() {
        return;
    }
    page.push_str(
        "<h2>Latest backfills</h2><div class=\"wide\"><table class=\"tight\"><thead><tr>\
         <th class=\"n\">id<th>state<th class=\"n\">runs<th class=\"n\">failed\
         <th class=\"n\">cancelled<th>made<th>request</tr></thead><tbody>",
    );
    for backfill in backfills {
        push(
            page,
            format_args!(
                "<tr><td class=\"n\">{}<td>{}<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}\
                 <td class=\"dim\">{}<td class=\"t\">{}</tr>",
                backfill.id,
                escape(&backfill.state),
                backfill.runs,
                backfill.failed,
                backfill.cancelled,
                when(backfill.created_at),
                escape(&backfill.request)
            ),
        );
    }
    page.push_str("</tbody></table></div>");
}

fn failures(page: &mut String, failures: &[FailureView]) {
    if failures.is_empty() {
        return;
    }
    page.push_str("<h2>Latest failures</h2><div class=\"wide\"><table><tbody>");
    for failure in failures {
        push(
            page,
            format_args!(
                "<tr><td class=\"k\">{} {}<td class=\"bad\">{}<td class=\"t\">{}\
                 <td class=\"dim\">run {}, {}</tr>",
                escape(&failure.dataset),
                escape(&failure.partition),
                escape(&failure.code),
                escape(&failure.message),
                failure.run,
                when(failure.failed_at)
            ),
        );
    }
    page.push_str("</tbody></table></div>");
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).expect("a string takes every text");
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 100.0).min(100.0) }
}

fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_project_becomes_markup() {
        let hostile = "<script>alert('\"&')</script>";
        let at = Timestamp::UNIX_EPOCH;
        let failure = FailureView {
            dataset: hostile.to_owned(),
            partition: hostile.to_owned(),
            run: 1,
            code: "TM0401".to_owned(),
            message: hostile.to_owned(),
            failed_at: at,
        };
        let backfill = BackfillView {
            id: 1,
            state: "active".to_owned(),
            request: hostile.to_owned(),
            created_by: hostile.to_owned(),
            created_at: at,
            finished_at: None,
            runs: 4,
            succeeded: 1,
            failed: 1,
            cancelled: 0,
        };
        let dataset = DatasetView {
            name: hostile.to_owned(),
            cut: hostile.to_owned(),
            partitions: 3,
            fresh: 2,
            failed: 1,
            ..DatasetView::default()
        };
        let page = render(&StatusView {
            at,
            datasets: vec![dataset],
            waiting: 2,
            running: 0,
            backfills: vec![backfill],
            failures: vec![failure],
        });
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;"));
        assert!(page.contains("2 of 4 runs done, 1 failed"), "{page}");
        assert!(page.contains("aria-label=\"2 fresh, 1 failed\""), "{page}");
    }
}
