//! Where messages may go, and how they are signed.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::dns::Resolve as _;

use super::resolve::Lookup;
use super::target::{InvalidTarget, Target, TargetOptions};
use super::{Failure, Secrets, Webhook, is_public};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn options(url: &str) -> TargetOptions<'_> {
    TargetOptions { url, secret: SECRET, allow_http: true, allow_private: "" }
}

/// Sixty ways to write an address of this machine or of its network.
const SPELLINGS: [&str; 60] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "127.0.0.1.",
    "2130706433",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0x7f.1",
    "0x7f.0.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "0177.0x0.0.1",
    "00000000177.0.0.1",
    "0000177.0000.0000.0001",
    "127.0.0.0x1",
    "127.0.0.01",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::0001]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::]",
    "[2001::80ff:fffe]",
    "[2a00:1450::5efe:127.0.0.1]",
    "[2a00:1450::200:5efe:7f00:1]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd12:3456:789a::1]",
    "[ff02::1]",
    "169.254.169.254",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "10.0.0.1",
    "192.168.0.1",
];

#[test]
fn sixty_spellings_of_an_address_that_is_not_public_are_refused() {
    for spelling in SPELLINGS {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{spelling}/hook");
            let refused = Target::new(options(&url)).unwrap_err();
            // What is no address at all may also be refused as that.
            let is_refused = matches!(refused, InvalidTarget::Private | InvalidTarget::Url);
            assert!(is_refused, "{url}: {refused}");
        }
    }
    let is_read = |spelling: &&&str| url::Url::parse(&format!("https://{spelling}/")).is_ok();
    assert!(56 <= SPELLINGS.iter().filter(is_read).count(), "they are refused for what they are");
}

#[test]
fn addresses_of_the_internet_are_public_and_others_are_not() {
    let public = ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:93.184.216.34"];
    let others = ["100.64.0.1", "172.16.0.1", "172.31.255.255", "198.18.0.1", "192.0.2.1"];
    let others = others.into_iter().chain(["203.0.113.9", "224.0.0.1", "255.255.255.255"]);
    let others = others.chain(["2001:db8::1", "3fff::1", "100::1", "5f00::1", "::"]);
    for address in public {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    for address in others {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
    assert!(is_public("172.32.0.1".parse().unwrap()) && is_public("100.128.0.1".parse().unwrap()));
    assert!(is_public("64:ff9b::5db8:d822".parse().unwrap()), "translated, and public");
}

#[test]
fn an_operator_may_allow_addresses_by_name() {
    let allowed = |url: &str, list: &str| {
        Target::new(TargetOptions { allow_private: list, ..options(url) }).is_ok()
    };
    assert!(allowed("http://10.1.2.3:9000/hook", "10.1.2.0/24"));
    assert!(allowed("http://[::ffff:10.1.2.3]/hook", "192.168.0.1, 10.1.2.3"));
    assert!(!allowed("http://10.1.3.3/hook", "10.1.2.0/24"));
    assert!(allowed("http://[fd00::7]/hook", "fd00::/8"));
    assert!(!allowed("https://93.184.216.34:9000/hook", ""), "another port is for what is allowed");
    assert!(allowed("https://93.184.216.34:8443/hook", ""));
    assert!(allowed("https://93.184.216.34:9000/hook", "93.184.216.34"));
    for wrong in ["10.0.0.0/33", "fd00::/129", "ten", "10.0.0.0/x"] {
        assert!(!allowed("https://93.184.216.34/hook", wrong), "{wrong}");
    }
}

#[test]
fn what_cannot_be_a_target_is_refused_without_being_shown() {
    let refused = |options: TargetOptions<'_>| Target::new(options).unwrap_err().to_string();
    let secret = "whsec_c2hvcnQ=";
    let all = [
        refused(options("geheim")),
        refused(options("ftp://example.com/geheim")),
        refused(options("https://ann:geheim@example.com/")),
        refused(TargetOptions { allow_http: false, ..options("http://example.com/geheim") }),
        refused(TargetOptions { secret: "geheim", ..options("https://example.com/") }),
        refused(TargetOptions { secret, ..options("https://example.com/") }),
        refused(TargetOptions { secret: "", ..options("https://example.com/") }),
    ];
    for text in &all {
        assert!(text.starts_with("TM0801: ") && !text.contains("geheim"), "{text}");
        assert!(!text.contains("c2hvcnQ"), "{text}");
    }
    let target = Target::new(options("https://example.com/geheim?token=geheim")).unwrap();
    let shown = format!("{target:?} {:?}", options("https://example.com/geheim"));
    assert!(shown.contains("example.com") && !shown.contains("geheim"), "{shown}");
    assert!(!format!("{:?}", SECRET.parse::<Secrets>().unwrap()).contains("MfKQ"));
}

#[test]
fn messages_are_signed_as_standard_webhooks_says() {
    // The example of the specification's own libraries.
    let secrets: Secrets = SECRET.parse().unwrap();
    let (id, timestamp) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
    let signed = secrets.sign(id, timestamp, "{\"test\": 2432232314}");
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    let both: Secrets = format!("{SECRET} whsec_{}", "QUFB".repeat(8)).parse().unwrap();
    let twice = both.sign(id, timestamp, "{\"test\": 2432232314}");
    assert_eq!(twice.split(' ').count(), 2);
    assert!(twice.starts_with(&signed));
    assert!(format!("{SECRET} {SECRET} {SECRET}").parse::<Secrets>().is_err());
}

/// Answers with each of these in turn, then with the last again.
fn flipping(answers: Vec<Vec<&'static str>>) -> (Lookup, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| {
        let turn = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let found = answers[turn].iter().map(|it| it.parse::<IpAddr>().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    });
    (lookup, asked)
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let answers = vec![vec!["93.184.216.34"], vec!["127.0.0.1"], vec!["10.0.0.1", "1.1.1.1"]];
    let (lookup, asked) = flipping(answers);
    let target = Target::with_lookup(options("https://example.com/hook"), lookup).unwrap();
    let name = || "example.com".parse().unwrap();
    let gate = target.gate;
    let found: Vec<_> = gate.resolve(name()).await.unwrap().map(|it| it.ip().to_string()).collect();
    assert_eq!(found, ["93.184.216.34"]);
    assert!(gate.resolve(name()).await.is_err(), "it leads here now");
    let found: Vec<_> = gate.resolve(name()).await.unwrap().map(|it| it.ip().to_string()).collect();
    assert_eq!(found, ["1.1.1.1"], "of several, only what is public");
    assert_eq!(asked.load(Ordering::SeqCst), 3, "it is asked anew each time");
}

#[tokio::test]
async fn a_name_that_leads_here_is_not_sent_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (lookup, _) = flipping(vec![vec!["127.0.0.1"]]);
    let url = format!("http://example.com:{port}/hook");
    let target = Target::with_lookup(options(&url), lookup).unwrap();
    let webhook = Webhook::new(target).unwrap();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(webhook.send("msg_1", "{}", now).await, Err(Failure::Refused));
    assert!(listener.accept().is_err(), "nobody knocked");
}
