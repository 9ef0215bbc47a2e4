//! What every request and every answer must have.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::access::{Contact, Shared, is_at};
use super::problem::Problem;

/// What is no page loads nothing, and nobody may frame it.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";
/// What these pages never ask a browser for.
const NEVER: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                     magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// Headers of every answer; those that an answer has already stay.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("permissions-policy"), NEVER),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
/// For a year, browsers ask over https only.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Refuses requests that name another host, and puts the security headers on every answer.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let contact = Contact::of_request(&request, shared.options());
    let url = shared.options().url.as_ref();
    let is_ours = names_us(request.headers(), shared.listen())
        || (has_one_host(request.headers()) && url.is_some_and(|url| is_at(url, &contact.host)));
    let mut response = if !is_ours {
        // A page elsewhere may point a name of its own at this address (DNS rebinding).
        Problem::new(StatusCode::MISDIRECTED_REQUEST, "TM0604", "this host name is not served here")
            .hint("set TIDEMILL_URL to the address that people type")
            .into_response()
    } else if [Method::TRACE, Method::CONNECT].contains(request.method()) {
        StatusCode::METHOD_NOT_ALLOWED.into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in HEADERS {
        let held = response.headers_mut().entry(name);
        held.or_insert(HeaderValue::from_static(value));
    }
    if contact.is_https {
        let value = HeaderValue::from_static(HTTPS_ONLY);
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

fn has_one_host(headers: &HeaderMap) -> bool {
    headers.get_all(header::HOST).iter().count() == 1
}

/// Whether the request names a loopback host or the address that is listened on.
pub(super) fn names_us(headers: &HeaderMap, listen: SocketAddr) -> bool {
    let host = headers.get(header::HOST).filter(|_| has_one_host(headers));
    let authority = host.and_then(|host| Authority::from_str(host.to_str().ok()?).ok());
    let Some(authority) = authority else { return false };
    let name = authority.host();
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let name = name.trim_start_matches('[').trim_end_matches(']');
    // Whoever listens on every address is reached by addresses nobody can list; a rebound name is
    // still a name and never an address.
    name.parse::<IpAddr>().is_ok_and(|address| {
        address.is_loopback() || address == listen.ip() || listen.ip().is_unspecified()
    })
}
