//! Who asks, and who is answered.

use crate::support::api::{Api, ROLES};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_who_asks_until_it_is_revoked() {
    let api = Api::empty().await;

    assert_eq!(api.get("", "/datasets").await.problem(401, "TM0602"), "sign in first");
    for role in ROLES {
        let page = api.get(role, "/datasets").await.ok();
        assert!(!page["items"].as_array().unwrap().is_empty(), "{page}");
    }
    let token = api.make_token("admin", "viewer").await;
    let bearer = format!("Bearer {token}");
    let ask = async || {
        let headers = [("authorization", bearer.as_str())];
        api.send(reqwest::Method::GET, "/api/v1/datasets", &headers, None).await.status
    };
    assert_eq!(ask().await, 200);
    let id = token.split('_').nth(1).unwrap();
    api.run(&["token", "revoke", id]).await;
    // Another process revoked it: this one learns of it when it asks again, seconds later.
    let revoked_at = std::time::Instant::now();
    while ask().await != 401 {
        assert!(revoked_at.elapsed().as_secs() < 5, "it is still of use");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
