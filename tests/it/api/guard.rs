//! What every answer bears, and what is refused whoever asks.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::api::{Api, Reply};

/// What is sent as it is; the answer as it is, up to the end of the connection.
async fn raw(api: &Api, text: &str) -> String {
    let address = api.base.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Asks as somebody who named this host.
async fn named(api: &Api, host: &str, more: &str) -> String {
    let head = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n");
    raw(api, &head).await
}

fn check_headers(reply: &Reply) {
    let is = |name: &str, value: &str| assert_eq!(reply.header(name), Some(value), "{reply:#?}");
    is("x-content-type-options", "nosniff");
    is("x-frame-options", "DENY");
    is("referrer-policy", "no-referrer");
    is("cross-origin-opener-policy", "same-origin");
    is("cross-origin-resource-policy", "same-origin");
    assert!(reply.header("permissions-policy").unwrap().contains("camera=()"));
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(reply.header("access-control-allow-origin"), None, "nobody else reads it");
    assert_eq!(reply.header("strict-transport-security"), None, "this is no https");
    assert_eq!(reply.header("server"), None);
    assert!(reply.header("x-request-id").is_some());
    assert!(reply.text.is_empty() || reply.header("content-type").is_some(), "{reply:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_bears_what_browsers_hold_to() {
    let api = Api::empty().await;
    let bearer = format!("Bearer {}", api.token("admin"));
    for headers in [&[][..], &[("authorization", bearer.as_str())][..]] {
        for path in [
            "/healthz",
            "/metrics",
            "/api/v1/datasets",
            "/api/v1/nothing",
            "/api/v1/users",
            "/",
            "/runs/7",
            "/assets/none.js",
            "/api/v1/openapi.json",
            "/api/v1/users/x",
        ] {
            for method in [Method::GET, Method::POST, Method::PUT, Method::OPTIONS, Method::HEAD] {
                let reply = api.send(method, path, headers, None).await;
                check_headers(&reply);
                assert!(reply.status < 500, "{reply:#?}");
                let is_page = reply.header("content-type").is_some_and(|it| it.contains("html"));
                let kept = reply.header("cache-control");
                assert_eq!(kept, Some(if is_page { "no-cache" } else { "no-store" }), "{path}");
            }
        }
    }
    let (one, two) = (
        api.send(Method::GET, "/", &[], None).await,
        api.send(Method::GET, "/runs/7", &[], None).await,
    );
    let nonce = |reply: &Reply| {
        let policy = reply.header("content-security-policy").unwrap().to_owned();
        policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
    };
    assert_ne!(nonce(&one), nonce(&two), "one for each answer");
    assert!(!one.text.contains("__CSP_NONCE__"));
    if one.text.contains("<script") {
        assert!(one.text.contains(&nonce(&one)));
    }
    for method in ["TRACE", "CONNECT"] {
        let head =
            format!("{method} /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = raw(&api, &head).await;
        let is_refused = ["HTTP/1.1 405", "HTTP/1.1 400", "HTTP/1.1 404"]
            .iter()
            .any(|start| answer.starts_with(start));
        assert!(is_refused, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_names_of_this_server_are_answered() {
    let api = Api::empty_with(|it| it.with("TIDEMILL_URL", "https://tide.example.com")).await;
    for host in ["localhost", "127.0.0.1:7117", "[::1]", "tide.example.com", "TIDE.example.com:443"]
    {
        assert!(named(&api, host, "").await.starts_with("HTTP/1.1 200"), "{host}");
    }
    for host in ["evil.example", "tide.example.com.evil.example", "10.0.0.1", "tide.example.com:80"]
    {
        assert!(named(&api, host, "").await.starts_with("HTTP/1.1 421"), "{host}");
    }
    let forwarded = "X-Forwarded-Host: tide.example.com\r\n";
    assert!(named(&api, "evil.example", forwarded).await.starts_with("HTTP/1.1 421"));
    let twice = named(&api, "localhost", "Host: evil.example\r\n").await;
    assert!(twice.starts_with("HTTP/1.1 4"), "{twice}");
    let secure = named(&api, "tide.example.com", "").await.to_lowercase();
    assert!(secure.contains("strict-transport-security: max-age=31536000"), "{secure}");
    let plain = named(&api, "localhost", "X-Forwarded-Proto: https\r\n").await.to_lowercase();
    assert!(!plain.contains("strict-transport-security"), "nobody is believed who is no proxy");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_the_cookie_is_of_this_host_alone() {
    let api = Api::empty_with(|it| {
        it.with("TIDEMILL_URL", "https://tide.example.com").with("TIDEMILL_PROXIES", "127.0.0.0/8")
    })
    .await;
    super::browser::add_user(&api, "ana", "viewer").await;
    let typed = serde_json::json!({ "login": "ana", "password": super::browser::PASSWORD });
    let proxied = [
        ("host", "tide.example.com"),
        ("origin", "https://tide.example.com"),
        ("x-forwarded-for", "203.0.113.9, 198.51.100.7"),
    ];
    let reply = api.send(Method::POST, "/api/v1/session", &proxied, Some(typed)).await;
    reply.ok();
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-tidemill=") && cookie.contains("; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let headers = [("host", "tide.example.com"), ("cookie", cookie)];
    let sessions = api.send(Method::GET, "/api/v1/users/me/sessions", &headers, None).await.ok();
    assert_eq!(
        sessions["items"][0]["address"], "198.51.100.7",
        "the last that a proxy of ours wrote"
    );
    let plain = cookie.replace("__Host-tidemill", "tidemill");
    let headers = [("host", "tide.example.com"), ("cookie", plain.as_str())];
    api.send(Method::GET, "/api/v1/users/me/sessions", &headers, None).await.problem(401, "TM0602");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_is_larger_than_it_says_or_may_be() {
    let api = Api::empty().await;
    let token = api.token("admin");
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..512 {
        packer.write_all(&zeros).unwrap();
    }
    let bomb = packer.finish().unwrap();
    assert!(bomb.len() < 1 << 20, "small as it comes: {}", bomb.len());
    let before = memory(api.pid());
    for (body, encoding) in [(bomb, "gzip"), (vec![b' '; (1 << 20) + 1], "identity")] {
        let post = api.request(Method::POST, "admin", "/users");
        let post = post
            .header("content-type", "application/json")
            .header("content-encoding", encoding)
            .body(body);
        assert_eq!(post.send().await.unwrap().status().as_u16(), 413, "{encoding}");
    }
    let grown = memory(api.pid()).saturating_sub(before);
    assert!(grown < 64 << 10, "{grown} kB more");
    // What two servers could read as two different requests is none.
    let head = format!(
        "POST /api/v1/users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    );
    for both in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "Content-Length: 3\r\nContent-Length: 5\r\n\r\n{}",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Content-Length: +3\r\n\r\n{} ",
    ] {
        let answer = raw(
            &api,
            &format!("{head}{}", both.replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)),
        )
        .await;
        assert!(!answer.contains("\nok\n"), "{both}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{both}: {answer}");
    }
    let many = "X-A: b\r\n".repeat(100);
    let answer = named(&api, "localhost", &many).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

/// How much of the machine's memory a process holds, in kB.
fn memory(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_may_lie_below_a_path() {
    let url = "https://tide.example.com/mill";
    let api = Api::empty_with(|it| it.with("TIDEMILL_URL", url)).await;
    let get =
        async |host: &str, path: &str| api.send(Method::GET, path, &[("host", host)], None).await;
    // Whether or not the proxy cut the path off; the person at this machine is at the root. A
    // program that was built without its pages has no base.
    let based = async |host: &str, path: &str, base: &str| {
        let text = get(host, path).await.text;
        text.starts_with("<!doctype html>")
            && (!text.contains("<base") || text.contains(&format!("<base href=\"{base}\"")))
    };
    for path in ["/mill/runs/7", "/mill", "/mill/?x=1", "/runs/7"] {
        assert!(based("tide.example.com", path, "/mill/").await, "{path}");
    }
    assert!(based("localhost", "/runs/7", "/").await);
    for path in ["/mill/api/v1/sign-in", "/api/v1/sign-in"] {
        get("tide.example.com", path).await.ok();
        get("localhost", path).await.ok();
    }
    assert_eq!(get("localhost", "/mill/healthz").await.status, 200);
    get("localhost", "/mill/api/v1/nothing").await.problem(404, "TM0604");
    let elsewhere = get("evil.example", "/mill/api/v1/sign-in").await;
    assert_eq!(elsewhere.status, 421);
}
