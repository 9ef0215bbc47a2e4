//! What the other side says of somebody, believed only if it signed it, for us, for this sign-in,
//! and not long ago.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 60;

/// Why a token is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// No key that is known signed it; the other side may have new ones.
    UnknownKey,
    /// It is wrong.
    Wrong(String),
}

fn wrong(why: &str) -> Doubt {
    Doubt::Wrong(why.to_owned())
}

/// A public key of the other side.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// What is said of somebody.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Claims {
    /// Who they are there, for ever.
    pub(in super::super) subject: String,
    /// The rest.
    pub(in super::super) all: Map<String, Value>,
}

impl Claims {
    /// A claim that is a text.
    pub(in super::super) fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// A claim that is a text or a list of texts.
    pub(in super::super) fn texts(&self, name: &str) -> Vec<&str> {
        match self.all.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// Reads a token and believes it, or not.
pub(super) fn verify(token: &str, keys: &[Key], expected: &Expected<'_>) -> Result<Claims, Doubt> {
    let parts: Vec<&str> = token.split('.').collect();
    let &[header, payload, signature] = &parts[..] else {
        return Err(wrong("it has not three parts"));
    };
    let signed = &token[..header.len() + 1 + payload.len()];
    let header: Header = read(header)?;
    if header.crit.is_some() {
        return Err(wrong("it asks for what is not known here"));
    }
    // The token does not choose how it is checked: of these two, each takes a key of its kind.
    let kind = match header.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err(wrong("it is signed neither with RS256 nor with ES256")),
    };
    let signature = bytes(signature)?;
    let fits = |key: &&Key| {
        key.kty == kind
            && key.purpose.as_deref().is_none_or(|it| it == "sig")
            && key.alg.as_deref().is_none_or(|it| it == header.alg)
            && (header.kid.is_none() || key.kid == header.kid)
    };
    let mut fitting = keys.iter().filter(fits).peekable();
    if fitting.peek().is_none() {
        return Err(Doubt::UnknownKey);
    }
    if !fitting.any(|key| has_signed(key, signed.as_bytes(), &signature)) {
        return Err(wrong("its signature does not fit"));
    }
    check(read(payload)?, expected)
}

fn check(all: Map<String, Value>, expected: &Expected<'_>) -> Result<Claims, Doubt> {
    let text = |name: &str| all.get(name).and_then(Value::as_str);
    let second = |name: &str| all.get(name).and_then(Value::as_f64).map(|at| at as i64);
    let now = expected.now.as_second();
    if text("iss") != Some(expected.issuer) {
        return Err(wrong("another issuer made it"));
    }
    let audience: Vec<&str> = match all.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is_for_us = audience.contains(&expected.audience)
        && (audience.len() == 1 || text("azp").is_some())
        && text("azp").is_none_or(|azp| azp == expected.audience);
    if !is_for_us {
        return Err(wrong("it was made for somebody else"));
    }
    if second("exp").is_none_or(|at| at + LEEWAY <= now) {
        return Err(wrong("it has expired"));
    }
    if second("iat").is_none_or(|at| now + LEEWAY < at)
        || second("nbf").is_some_and(|at| now + LEEWAY < at)
    {
        return Err(wrong("it is from the future; the clocks differ"));
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(wrong("it belongs to another sign-in"));
    }
    let subject = text("sub").filter(|subject| (1..=255).contains(&subject.len()));
    let subject = subject.ok_or_else(|| wrong("it names nobody"))?.to_owned();
    Ok(Claims { subject, all })
}

fn has_signed(key: &Key, message: &[u8], signature: &[u8]) -> bool {
    let part = |text: &Option<String>| text.as_deref().and_then(|text| bytes(text).ok());
    if key.kty == "RSA" {
        let (Some(n), Some(e)) = (part(&key.n), part(&key.e)) else { return false };
        let key = RsaPublicKeyComponents { n, e };
        return key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok();
    }
    let (Some(x), Some(y)) = (part(&key.x), part(&key.y)) else { return false };
    if key.crv.as_deref() != Some("P-256") || x.len() != 32 || y.len() != 32 {
        return false;
    }
    let point = [&[4][..], &x, &y].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
}

fn bytes(text: &str) -> Result<Vec<u8>, Doubt> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong("it is not base64"))
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Doubt> {
    serde_json::from_slice(&bytes(text)?).map_err(|_| wrong("it is not what a token is"))
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    struct Signer {
        pair: EcdsaKeyPair,
        key: Key,
    }

    fn signer(kid: &str) -> Signer {
        let (kind, chance) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(kind, &chance).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &chance).unwrap();
        let point = pair.public_key().as_ref();
        let text = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let key = Key {
            kty: "EC".to_owned(),
            kid: Some(kid.to_owned()),
            crv: Some("P-256".to_owned()),
            x: text(&point[1..33]),
            y: text(&point[33..]),
            ..Key::default()
        };
        Signer { pair, key }
    }

    fn encode(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    impl Signer {
        fn sign(&self, header: &Value, claims: &Value) -> String {
            let signed = format!("{}.{}", encode(header), encode(claims));
            let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
        }
    }

    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://id.example",
        audience: "tidemill",
        nonce: "n-1",
        now: Timestamp::constant(1_000_000, 0),
    };

    fn good() -> Value {
        json!({
            "iss": "https://id.example", "aud": "tidemill", "sub": "u1", "nonce": "n-1",
            "exp": 1_000_100, "iat": 999_990, "groups": ["a", "b"],
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = good();
        claims[name] = value;
        claims
    }

    fn header() -> Value {
        json!({ "alg": "ES256", "kid": "k1" })
    }

    #[test]
    fn what_the_other_side_signed_for_us_is_believed() {
        let signer = signer("k1");
        let keys = [signer.key.clone()];
        let claims = verify(&signer.sign(&header(), &good()), &keys, &EXPECTED).unwrap();
        assert_eq!((claims.subject.as_str(), claims.texts("groups")), ("u1", vec!["a", "b"]));
        for fine in [
            with("aud", json!(["tidemill"])),
            with("exp", json!(999_941)),
            with("azp", json!("tidemill")),
        ] {
            assert!(verify(&signer.sign(&header(), &fine), &keys, &EXPECTED).is_ok(), "{fine}");
        }
    }

    #[test]
    fn what_was_tampered_with_or_meant_for_others_is_not_believed() {
        let signer = signer("k1");
        let keys = [signer.key.clone()];
        let refused = |token: &str| verify(token, &keys, &EXPECTED).unwrap_err();
        for bad in [
            with("iss", json!("https://id.example/")),
            with("aud", json!("other")),
            with("aud", json!(["tidemill", "other"])),
            with("azp", json!("other")),
            with("nonce", json!("n-2")),
            with("nonce", json!(null)),
            with("exp", json!(999_940)),
            with("exp", json!("soon")),
            with("iat", json!(1_000_061)),
            with("nbf", json!(1_000_061)),
            with("sub", json!("")),
        ] {
            let doubt = refused(&signer.sign(&header(), &bad));
            assert!(matches!(doubt, Doubt::Wrong(_)), "{bad}");
        }
        let token = signer.sign(&header(), &good());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (head, _) = signed.split_once('.').unwrap();
        let other = encode(&with("sub", json!("admin")));
        for forged in [
            format!("{head}.{other}.{signature}"),
            format!("{signed}."),
            signed.to_owned(),
            format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(&good())),
            format!("{token}.{signature}"),
            String::new(),
        ] {
            assert!(matches!(refused(&forged), Doubt::Wrong(_)), "{forged}");
        }
    }

    #[test]
    fn the_token_does_not_choose_how_it_is_checked() {
        let signer = signer("k1");
        let keys = [signer.key.clone()];
        let refused =
            |header: Value| verify(&signer.sign(&header, &good()), &keys, &EXPECTED).unwrap_err();
        for alg in ["none", "HS256", "ES384", "RS512", "es256"] {
            assert!(
                matches!(refused(json!({ "alg": alg, "kid": "k1" })), Doubt::Wrong(_)),
                "{alg}"
            );
        }
        let critical = json!({ "alg": "ES256", "kid": "k1", "crit": ["b64"] });
        assert!(matches!(refused(critical), Doubt::Wrong(_)));
        assert_eq!(refused(json!({ "alg": "RS256", "kid": "k1" })), Doubt::UnknownKey);
        assert_eq!(refused(json!({ "alg": "ES256", "kid": "k2" })), Doubt::UnknownKey);
        let other = self::signer("k1");
        let forged = other.sign(&header(), &good());
        assert!(matches!(verify(&forged, &keys, &EXPECTED), Err(Doubt::Wrong(_))));
    }
}
