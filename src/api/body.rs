//! Bodies of requests: JSON, not too much of it, and what is wrong with it said as a problem.

use std::io::Read as _;
use std::time::Duration;

use axum::body::{Body as Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use super::plain;
use super::problem::{Answer, Problem};

/// The most a body holds, as it comes and once it is unpacked.
pub(super) const BODY_MAX: usize = 1 << 20;

/// How long it may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body, read as what it should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        let (parts, body) = request.into_parts();
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        if !text(header::CONTENT_TYPE).is_some_and(is_json) {
            return Err(Problem::invalid("the body is not sent as JSON")
                .hint("send the header `Content-Type: application/json`"));
        }
        let is_packed = match text(header::CONTENT_ENCODING) {
            None | Some("identity") => false,
            Some("gzip") => true,
            Some(_) => return Err(Problem::invalid("a body is sent as it is, or packed by gzip")),
        };
        let bytes = whole(body).await?;
        let value = if is_packed { parse(&unpack(&bytes)?) } else { parse(&bytes) };
        value.map(Self)
    }
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

async fn whole(body: Bytes) -> Answer<axum::body::Bytes> {
    let bytes = tokio::time::timeout(PATIENCE, to_bytes(body, BODY_MAX)).await;
    let bytes = bytes.map_err(|_| Problem::invalid("the body did not come in time"))?;
    bytes.map_err(|error| {
        // It is too long, or whoever sends it stopped; the second never hears the answer.
        let is_short = std::error::Error::source(&error)
            .is_some_and(|source| source.to_string() != "length limit exceeded");
        if is_short { Problem::invalid("the body ends early") } else { too_large() }
    })
}

/// Unpacks no more than a body may hold: a small one may be made to become a large one.
fn unpack(bytes: &[u8]) -> Answer<Vec<u8>> {
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(bytes).take(BODY_MAX as u64 + 1);
    reader.read_to_end(&mut unpacked).map_err(|_| Problem::invalid("the body is not gzip"))?;
    if BODY_MAX < unpacked.len() { Err(too_large()) } else { Ok(unpacked) }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::invalid(plain::body(bytes, &error))
            .hint("compare it with the description of the address in the API reference")
    })
}

fn too_large() -> Problem {
    let most = BODY_MAX >> 20;
    let message = format!("the body is larger than {most} MiB");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TM0606", message)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::response::IntoResponse as _;
    use flate2::write::GzEncoder;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Note {
        text: String,
    }

    async fn read(kind: &str, encoding: Option<&str>, body: Vec<u8>) -> Result<String, u16> {
        let mut request = Request::post("/").header(header::CONTENT_TYPE, kind);
        if let Some(encoding) = encoding {
            request = request.header(header::CONTENT_ENCODING, encoding);
        }
        let request = request.body(Bytes::from(body)).unwrap();
        let read = Body::<Note>::from_request(request, &()).await;
        read.map(|note| note.0.text).map_err(|problem| problem.into_response().status().as_u16())
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    #[tokio::test]
    async fn only_json_of_the_right_form_is_read() {
        let json = "application/json";
        let note = br#"{"text":"x"}"#.to_vec();
        let read = async |kind, body: &[u8]| read(kind, None, body.to_vec()).await;
        assert_eq!(read(json, &note).await, Ok("x".to_owned()));
        assert_eq!(read("Application/JSON; charset=utf-8", &note).await, Ok("x".to_owned()));
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
            assert_eq!(read(kind, &note).await, Err(422), "{kind}");
        }
        for wrong in [&b"{"[..], b"[]", br#"{"text":"x","role":"admin"}"#, br#"{"text":1}"#, b""] {
            assert_eq!(read(json, wrong).await, Err(422));
        }
        let deep = format!("{{\"text\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(read(json, deep.as_bytes()).await, Err(422));
    }

    #[tokio::test]
    async fn a_body_has_a_limit_before_and_after_it_is_unpacked() {
        let json = "application/json";
        let note = |length: usize| format!(r#"{{"text":"{}"}}"#, "x".repeat(length)).into_bytes();
        let frame = note(0).len();
        assert!(read(json, None, note(BODY_MAX - frame)).await.is_ok());
        assert_eq!(read(json, None, note(BODY_MAX - frame + 1)).await, Err(413));
        let gzip = Some("gzip");
        assert!(read(json, gzip, packed(&note(BODY_MAX - frame))).await.is_ok());
        assert_eq!(read(json, gzip, packed(&note(BODY_MAX - frame + 1))).await, Err(413));
        assert_eq!(read(json, gzip, packed(&vec![b' '; 200 << 20])).await, Err(413));
        assert_eq!(read(json, gzip, note(1)).await, Err(422), "not gzip");
        assert_eq!(read(json, Some("br"), note(1)).await, Err(422));
    }
}
