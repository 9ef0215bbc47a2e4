//! What happens by itself, as the terminal shows and starts it.

use super::home::Home;
use super::shop;

#[test]
fn what_waits_is_listed_and_an_announced_source_is_looked_at_next() {
    let home = Home::new();
    shop::land(&home);
    home.fails(0, &["up", "--once", "--listen", "127.0.0.1:0"]);

    let said = home.ok(&["automation"]);
    assert!(said.contains("nothing waits"), "{said}");
    let all = home.json(&["automation"]);
    assert_eq!(all["held"], serde_json::json!([]), "{all}");
    let sources = all["sources"].as_array().unwrap();
    assert!(sources.iter().all(|source| source["observed_at"].is_string()), "{all}");

    let said = home.ok(&["approve", "click_dau"]);
    assert!(said.contains("nothing of `click_dau` waits there"), "{said}");

    let name = sources[0]["source"].as_str().unwrap();
    let announced = home.json(&["announce", name]);
    assert_eq!(announced["announced"], true, "{announced}");
    let after = home.json(&["automation"]);
    let next_at: jiff::Timestamp =
        after["sources"][0]["next_at"].as_str().unwrap().parse().unwrap();
    assert!(next_at <= tidemill::clock::now(), "{after}");
}

#[test]
fn only_a_source_can_be_announced() {
    let home = Home::new();
    let said = home.fails(2, &["announce", "click_dau"]);
    assert!(said.err.contains("TM0201") && said.err.contains("a job makes it"), "{said:#?}");
}
