//! Backfills and pools as people look at them and act on them.

use super::home::Home;
use super::outputs::text;
use super::shop;

/// Lands files and records a backfill that nobody works on.
fn recorded() -> (Home, String, u64) {
    let home = Home::new();
    shop::land(&home);
    let made = home.json(&["backfill", "click_dau", "--upstream", "--yes", "--detach"]);
    assert_eq!(made["slots"], 0, "no worker is there: {made}");
    (home, made["backfill"].to_string(), made["runs"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_is_listed_shown_paused_changed_cancelled_and_retried() {
    let (home, id, runs) = recorded();
    let server = home.keep_server().await;
    let listed = home.json(&["backfills"])[0].clone();
    assert_eq!((text(&listed, "state"), &listed["runs"]), ("active".into(), &runs.into()));
    assert_eq!(listed["pending"], runs, "{listed}");
    assert_eq!(listed["seconds_left"], serde_json::Value::Null, "nothing finished yet");

    let shown = home.ok(&["backfills", "show", &id]);
    assert!(
        shown.contains("no worker is alive") && shown.contains("`tidemill up` helps"),
        "{shown}"
    );
    let plan = home.ok(&["backfills", "show", &id, "--plan"]);
    assert!(plan.contains(&format!("plan {}", text(&listed, "plan"))), "{plan}");
    let waits = home.json(&["runs", "--backfill", &id]);
    let all = waits.as_array().unwrap();
    assert!(all.iter().all(|run| run["wait"]["why"].is_string()), "each run has a reason: {waits}");
    let run = all.iter().find(|run| run["dataset"] == "click_dau").unwrap();
    let why = home.ok(&["why", "click_dau", &text(run, "partition")]);
    assert!(why.contains("has not started: waits for its inputs"), "{why}");

    let paused = home.ok(&["backfills", "pause", &id]);
    assert!(paused.contains("is paused; nothing of it was running"), "{paused}");
    assert!(home.ok(&["backfills"]).contains("paused"));
    let shown = home.json(&["backfills", "show", &id]);
    assert_eq!(shown["waits"][0]["why"], "backfill_paused", "{shown}");
    assert_eq!(shown["events"][0]["action"], "pause", "{shown}");
    let set = home.json(&["backfills", "set", &id, "--priority", "-3", "--concurrency", "2"]);
    assert_eq!((&set["priority"], &set["concurrency"]), (&(-3).into(), &2.into()));
    assert!(home.ok(&["backfills", "resume", &id]).contains("goes on"));

    let one = run["id"].to_string();
    assert_eq!(home.json(&["cancel", &one])["cancelled"], 1);
    let cancelled = home.ok(&["backfills", "cancel", &id]);
    assert!(cancelled.contains(&format!("{} runs cancelled", runs - 1)), "{cancelled}");
    let listed = home.ok(&["backfills"]);
    let done = format!("0 of {runs} (0 %)");
    assert!(listed.contains("CANCELLED") && listed.contains(&done), "{listed}");
    let row = listed.lines().nth(1).unwrap();
    assert!(row.split_whitespace().any(|cell| cell == runs.to_string()), "all of them: {row}");
    let over = home.fails(1, &["backfills", "cancel", &id]);
    assert!(
        over.err.contains("TM0208: backfill") && over.err.contains("is cancelled"),
        "{over:#?}"
    );
    let shown = home.ok(&["backfills", "show", &id]);
    assert!(shown.contains(": cancelled by ") && !shown.contains("why runs failed"), "{shown}");

    let again = home.json(&["backfills", "retry", &id, "--yes"]);
    assert_eq!((&again["published"], &again["failed"]), (&runs.into(), &0.into()), "{again}");
    assert_eq!(home.json(&["backfills", "retry", &id, "--dry-run"])["runs"], 0);
    let newest = home.json(&["backfills"])[0].clone();
    assert_eq!(newest["retry_of"].to_string(), id, "{newest}");
    server.give_back().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_left_to_its_own_backfill() {
    let (home, id, runs) = recorded();
    let server = home.keep_server().await;
    let other = home.json(&["backfill", "dev_dau", "--upstream", "--yes", "--detach"]);
    let other = format!("backfill {}", other["backfill"]);
    let asked = ["backfill", "click_dau", "--yes", "--detach"];
    let said = home.fails(0, &asked);
    assert!(said.out.contains("of what was asked for are being made already"), "{said:#?}");
    assert!(said.err.contains(&format!("backfill {id} makes it")), "{said:#?}");
    assert!(!said.err.contains(&other), "nobody asked for what that one makes: {said:#?}");
    assert!(home.ok(&["plan", "click_dau"]).contains("are being made already"));
    let facts = home.json(&asked);
    assert_eq!(facts["under_way"]["backfills"][0].to_string(), id, "{facts}");
    let shown = home.json(&["backfills", "show", &id]);
    assert_eq!(shown["done"], 0, "it was left to the workers that are there: {shown}");

    let followed = home.fails(0, &asked[..3]);
    assert!(followed.err.contains(&format!("backfill {id}: {runs} succeeded")), "{followed:#?}");
    assert!(!followed.err.contains(&other), "{followed:#?}");
    server.give_back().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pools_are_listed_and_their_slots_set_by_hand() {
    let home = Home::new();
    let server = home.keep_server().await;
    let listed = home.json(&["pools"])[0].clone();
    assert_eq!(
        (text(&listed, "pool"), &listed["is_overridden"]),
        ("default".into(), &false.into())
    );
    assert!(home.ok(&["pools", "set", "default", "--slots", "3"]).contains("has 3 slots"));
    let listed = home.json(&["pools"])[0].clone();
    assert_eq!((&listed["slots"], &listed["is_overridden"]), (&3.into(), &true.into()));
    assert!(home.ok(&["pools"]).contains("3 (set by hand)"));
    home.ok(&["pools", "set", "default", "--slots", "declared"]);
    let listed = home.json(&["pools"])[0].clone();
    assert_eq!(
        (&listed["slots"], &listed["is_overridden"]),
        (&serde_json::Value::Null, &false.into())
    );
    let unknown = home.fails(2, &["pools", "set", "defalt", "--slots", "3"]);
    assert!(unknown.err.contains("TM0209: there is no pool `defalt`"), "{unknown:#?}");
    home.fails(2, &["pools", "set", "default", "--slots", "0"]);
    let unknown = home.fails(2, &["backfills", "show", "4711"]);
    assert!(unknown.err.contains("TM0207: there is no backfill 4711"), "{unknown:#?}");
    assert!(home.say(&["backfills"]).err.contains("there is no backfill"));
    server.give_back().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_moved_is_refused_with_what_moved() {
    let home = Home::new();
    let server = home.keep_server().await;
    shop::land(&home);
    let seen = home.json(&["plan", "click_dau", "--upstream"]);
    let range = &seen["steps"][0]["ranges"][0];
    assert!(range["before"].is_string() && range["to"].is_string(), "both ways: {range}");
    assert_eq!(home.json(&["backfill", "click_views", "--yes"])["failed"], 0);
    let hash = text(&seen, "plan");
    let refused = home.fails(3, &["backfill", "click_dau", "--upstream", "--expect", &hash]);
    assert!(refused.err.contains("was missing, is not in the plan"), "{refused:#?}");
    assert!(refused.err.contains("TM0203: the world moved"), "{refused:#?}");
    let args = ["backfill", "click_dau", "--upstream", "--expect", &hash, "--json"];
    let refused: serde_json::Value = serde_json::from_str(&home.fails(3, &args).out).unwrap();
    let moved = refused["error"]["details"]["moved"].as_array().expect("what moved, for programs");
    assert!(!moved.is_empty() && refused["error"]["details"]["plan"] != hash.as_str());
    server.give_back().await;
}
