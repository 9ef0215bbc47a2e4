//! Every command in text and in JSON: exit codes, what goes where, what is recorded.

use super::home::Home;
use super::outputs::{standing, text};
use super::{landing, rows, shop};

#[test]
fn every_command_that_looks_answers_in_text_and_in_json() {
    let home = shop::open();
    let day = shop::broken_day().to_string();
    let run = home.json(&["runs", "retail_lines", &day])[0]["id"].to_string();
    let looks: &[&[&str]] = &[
        &["status"],
        &["check"],
        &["plan"],
        &["plan", "retail_lines", &day, "--all", "--downstream"],
        &["backfill", "retail_lines", "--dry-run", "--all"],
        &["runs"],
        &["runs", "dev_dau"],
        &["runs", "--state", "failed"],
        &["runs", "--backfill", "1", "--limit", "3"],
        &["runs", "--id", &run],
        &["show", "retail_lines"],
        &["show", "retail_files"],
        &["show", "retail_lines", &day],
        &["partitions", "retail_lines"],
        &["partitions", "retail_lines", &day, "--status", "fresh"],
        &["why", "retail_lines", &day],
        &["why", "dev_churn_monthly", &day[..7]],
        &["lineage", "retail_revenue_daily", &day, "--depth", "3"],
        &["lineage", "retail_files", &day, "--down"],
        &["preview", "dev_dau"],
        &["preview", "retail_lines", &day, "--rejected"],
        &["explain"],
        &["explain", "tm0201"],
    ];
    for typed in looks {
        let said = home.fails(0, typed);
        let is_empty = said.out.trim().is_empty();
        assert!(!is_empty || typed.contains(&"failed"), "it says something: {said:#?}");
        assert!(!said.err.contains("error"), "{said:#?}");
        let value = home.json(typed);
        assert!(value.is_object() || value.is_array(), "{value}");
    }
}

#[test]
fn commands_say_what_is_the_case() {
    let home = shop::open();
    let day = shop::broken_day().to_string();
    let status = home.json(&["status"]);
    assert_eq!((standing(&status, "failed"), standing(&status, "stale")), (0, 0), "{status}");

    let run = home.json(&["runs", "retail_lines", &day])[0].clone();
    assert_eq!((text(&run, "partition"), text(&run, "state")), (day.clone(), "succeeded".into()));
    let one = home.json(&["runs", "--id", &run["id"].to_string()]);
    assert_eq!(one["attempts"][0]["state"], "committed", "{one}");

    let lineage = home.json(&["lineage", "retail_revenue_daily", &day, "--depth", "3"]);
    let mut datasets: Vec<String> =
        lineage["nodes"].as_array().unwrap().iter().map(|node| text(node, "dataset")).collect();
    datasets.sort();
    assert_eq!(datasets, ["retail_files", "retail_lines", "retail_revenue_daily"]);
    assert_eq!(lineage["edges"].as_array().unwrap().len(), 2, "{lineage}");

    let rejected = home.json(&["preview", "retail_lines", &day, "--rejected"]);
    assert_eq!(rejected.as_array().unwrap().len(), 1, "{rejected}");
    assert_eq!(rejected[0]["file"], format!("retail/{day}.csv.gz"), "{rejected}");
    // The header is the first line.
    assert_eq!(rejected[0]["line"], 9, "{rejected}");
    assert!(text(&rejected[0], "text").contains("a few"), "{rejected}");
    let rows = home.json(&["preview", "retail_lines", &day, "--rows", "40"]);
    assert_eq!(rows.as_array().unwrap().len(), 40, "the others are all there");
    assert_eq!(rows[0]["Description"], "CAKESTAND, \"BIG\"", "{}", rows[0]);

    let page = home.ok(&["explain", "TM0201"]);
    assert!(page.starts_with("# TM0201: "), "{page}");
}

#[test]
fn what_is_typed_wrong_ends_with_2_and_a_way_out() {
    let home = Home::new();
    shop::land(&home);
    let wrong: &[(&[&str], &str, &str)] = &[
        (&["show", "dev_dua"], "TM0201", "did you mean `dev_dau`?"),
        (&["export", "dev_dua"], "TM0201", "did you mean `dev_dau`?"),
        (&["run", "dev_dua", "2026-01-01"], "TM0201", "did you mean `dev_dau`?"),
        (&["plan", "dev_dua"], "TM0201", "did you mean `dev_dau`?"),
        (&["plan", "dev_dau", "yesterday"], "TM0202", "day `2024-03-31`"),
        (&["why", "dev_dau"], "TM0202", "hint: name one, such as"),
        (&["runs", "--state", "happy"], "TM0202", "succeeded"),
        (&["partitions", "dev_dau", "--status", "happy"], "TM0202", "fresh"),
        (&["plan", "dev_dau", "0001-01-01"], "TM0202", "its partitions begin at `"),
        (&["backfill", "dev_dau", "0001-01-01", "--yes"], "TM0202", "its partitions begin at `"),
        (&["plan", "dev_dau", "2026-03..2026-01"], "TM0202", "write the earlier end first"),
        (&["runs", "--id", "4711"], "TM0210", "`tidemill runs` lists the latest"),
        (&["cancel", "4711"], "TM0210", "`tidemill runs` lists the latest"),
    ];
    for (typed, code, way_out) in wrong {
        let said = home.fails(2, typed);
        assert!(said.out.is_empty(), "errors are no data: {said:#?}");
        assert!(said.err.starts_with(&format!("error: {code}: ")), "{said:#?}");
        assert!(said.err.contains(way_out), "{said:#?}");
        assert!(said.err.contains(&format!("`tidemill explain {code}` says more")), "{said:#?}");
        let error = home.fails(2, &[*typed, &["--json"]].concat()).json();
        assert_eq!(error["error"]["code"], *code, "{error}");
    }
    for typed in [&["nonsense"][..], &["plan", "--nonsense"], &["lineage"]] {
        let said = home.fails(2, typed);
        assert!(said.out.is_empty() && said.err.contains("Usage"), "{said:#?}");
    }
    for pools in ["nope", ""] {
        let said = home.fails(2, &["worker", "--pools", pools]);
        let told = format!("error: TM0209: there is no pool `{pools}`\n  hint: there are: default");
        assert!(said.out.is_empty() && said.err.contains(&told), "{said:#?}");
    }
    assert!(home.fails(2, &["cancel", "--", "-3"]).err.contains("TM0210: there is no run -3"));
    for (typed, bounds) in [
        (&["runs", "--limit", "0"][..], "1.."),
        (&["backfills", "--limit", "0"], "1.."),
        (&["worker", "--slots", "9999"], "1..=256"),
        (&["plan", "dev_dau", "--concurrency", "4294967295"], "1..=2147483647"),
    ] {
        let said = home.fails(2, typed);
        assert!(said.out.is_empty() && said.err.contains(bounds), "{said:#?}");
    }
    let failures: &[&[&str]] = &[
        &["explain", "TM9999"],
        &["export", "dev_dau"],
        &["preview", "dev_dau"],
        &["run", "dev_churn_monthly", &landing::today().to_string()[..7]],
    ];
    for typed in failures {
        let said = home.fails(1, typed);
        assert!(said.err.starts_with("error: ") && said.err.contains("hint: "), "{said:#?}");
        let error = home.fails(1, &[*typed, &["--json"]].concat()).json();
        assert!(error["error"]["message"].is_string(), "{error}");
    }
}

#[test]
fn exports_hold_the_same_rows_in_every_format_and_place() {
    let home = shop::open();
    let folder = tempfile::tempdir().unwrap();
    for dataset in ["retail_lines", "dev_dau", "click_views"] {
        let mut first = None;
        for format in ["csv", "ndjson", "parquet"] {
            let mut command = home.command(&["export", dataset, "--format", format]);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let shown = rows::read(format, &output.stdout);
            let path = folder.path().join(format!("{dataset}.{format}"));
            let said = home.fails(0, &["export", dataset, "--output", path.to_str().unwrap()]);
            assert!(said.out.is_empty() && said.err.contains("wrote "), "{said:#?}");
            let kept = rows::read(format, &std::fs::read(&path).unwrap());
            assert!(shown.equals_missing(&kept), "{dataset} as {format}: {shown} {kept}");
            let first = first.get_or_insert(shown);
            assert!(0 < first.height(), "`{dataset}` has rows");
            assert!(first.equals_missing(&kept), "{dataset} as {format}: {first} {kept}");
        }
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 9, "no half file is left beside those that were asked for");
}

#[test]
fn a_plan_is_recorded_only_when_somebody_agrees_to_it() {
    let home = Home::new();
    shop::land(&home);
    let plan = home.json(&["plan", "click_dau", "--upstream"]);
    let again = home.json(&["plan", "click_dau", "--upstream"]);
    assert_eq!(plan["plan"], again["plan"], "the same world, the same hash");
    let hash = text(&plan, "plan");
    assert!(home.ok(&["plan", "click_dau", "--upstream"]).contains(&format!("plan {hash}")));

    let dry = home.json(&["backfill", "click_dau", "--upstream", "--dry-run"]);
    assert_eq!(dry["plan"], plan["plan"]);
    let unasked = home.fails(3, &["backfill", "click_dau", "--upstream"]);
    assert!(unasked.err.contains("TM0204") && unasked.err.contains("--yes"), "{unasked:#?}");
    let other = home.fails(3, &["backfill", "click_dau", "--upstream", "--expect", "0123abcd"]);
    assert!(other.err.contains("TM0203") && other.err.contains(&hash), "{other:#?}");
    assert_eq!(home.json(&["runs"]), serde_json::json!([]), "nothing was recorded so far");
    assert_eq!(home.json(&["status"])["backfills"], serde_json::json!([]));

    let made = home.json(&["backfill", "click_dau", "--upstream", "--expect", &hash]);
    assert_eq!((&made["runs"], &made["published"]), (&plan["runs"], &plan["runs"]), "{made}");
    let spent = home.json(&["backfill", "click_dau", "--upstream", "--expect", &hash]);
    assert_eq!(spent["runs"], 0, "what was agreed to is done: {spent}");

    let day = landing::start(1).to_string();
    let run = home.json(&["run", "click_dau", &day]);
    assert_eq!((&run["runs"], &run["published"]), (&1.into(), &1.into()), "{run}");
    let forced = home.json(&["runs", "click_dau", &day, "--limit", "1"]);
    assert_eq!(forced[0]["reason"], "forced", "it is made though it was fresh: {forced}");
    assert_eq!(home.json(&["run", "click_views", &day])["published"], 1);
    let plan = home.json(&["plan", "click_dau"]);
    assert_eq!(plan["runs"], 0, "an equal version makes no reader stale: {plan}");
}
