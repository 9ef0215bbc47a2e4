//! The pages that people see, as they were when this program was built.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::access::Shared;
use super::prefix::Below;
use super::problem::Problem;

/// A file of the pages.
struct File {
    path: &'static str,
    bytes: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Stands in the page where the nonce of the answer belongs.
const PLACEHOLDER: &str = "__CSP_NONCE__";
/// Says in the page what its addresses begin with.
const BASE: &str = "<base href=\"/";
/// What the name of a file stands for never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A worker is held to the policy of its own file, not to that of the page: it asks this server for
/// news, and loads the modules it is made of.
const OF_SCRIPTS: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
                          base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a browser shows when the pages were not built.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Tidemill</title></head><body><h1>Tidemill runs, without its pages</h1>\
    <p>This program was built without them. To have them, run <code>make build</code> in its \
    folder, which needs Node 20.19 or newer, and start it again.</p>\
    <p>The command line does everything without pages: <code>tidemill --help</code>. Programs ask \
    <code>/api/v1</code>.</p></body></html>\n";

/// Answers what no route answers: a file of the pages, or the page, which shows what its address
/// names; below `/api` there is nothing more.
pub(super) async fn fallback(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path();
    let is_look = [Method::GET, Method::HEAD].contains(request.method());
    if !is_look || is_reserved(path) {
        return Problem::not_found("there is nothing at this address").into_response();
    }
    let name = path.trim_start_matches('/');
    match FILES.iter().find(|file| file.path == name && name != "index.html") {
        Some(file) => file_answer(file, request.headers()),
        // A file that an older page asks for is gone, and the page is no script.
        None if name.starts_with("assets/") => {
            Problem::not_found("there is no such file; load the page again").into_response()
        }
        None => {
            let is_below = request.extensions().get::<Below>().is_some();
            page(if is_below { shared.options().prefix() } else { "" })
        }
    }
}

/// Whether a path is one of programs: what is not there must not look like a page to them.
fn is_reserved(path: &str) -> bool {
    let path = path.trim_start_matches('/').to_ascii_lowercase();
    let first = path.split(['/', ';', '%', '.']).next().unwrap_or_default();
    ["api", "metrics", "healthz"].contains(&first)
}

fn file_answer(file: &'static File, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok());
    let takes = |encoding: &str| {
        let mut all = accepted.unwrap_or_default().split(',').map(str::trim);
        all.any(|it| it == encoding)
    };
    let (bytes, encoding) = match (file.br, file.gz) {
        (Some(bytes), _) if takes("br") => (bytes, Some("br")),
        (_, Some(bytes)) if takes("gzip") => (bytes, Some("gzip")),
        _ => (file.bytes, None),
    };
    let cache = if file.path.starts_with("assets/") { FOR_EVER } else { "no-cache" };
    let mut response = bytes.into_response();
    let held = response.headers_mut();
    held.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(file.path)));
    held.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    held.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if kind(file.path).starts_with("text/javascript") {
        held.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(OF_SCRIPTS));
    }
    if let Some(encoding) = encoding {
        held.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page, with a nonce of its own for its scripts and styles, as it is below a path.
fn page(prefix: &str) -> Response {
    let mut bytes = [0; 18];
    if let Err(error) = getrandom::fill(&mut bytes) {
        return Problem::internal(&error).into_response();
    }
    let nonce = STANDARD_NO_PAD.encode(bytes);
    let file = FILES.iter().find(|file| file.path == "index.html");
    let text = file.map_or(NOT_BUILT, |file| std::str::from_utf8(file.bytes).unwrap_or(NOT_BUILT));
    let mut response = (StatusCode::OK, completed(text, &nonce, prefix)).into_response();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'self'; \
         base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
    );
    let held = response.headers_mut();
    held.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    held.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        held.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn completed(text: &str, nonce: &str, prefix: &str) -> String {
    let base = format!("<base href=\"{prefix}/");
    text.replace(PLACEHOLDER, nonce).replacen(BASE, &base, 1)
}

#[cfg(test)]
mod tests {
    use super::{FILES, completed, is_reserved};

    #[test]
    fn the_page_says_what_its_addresses_begin_with() {
        let built = FILES.iter().find(|file| file.path == "index.html");
        let text = built.map_or("<base href=\"/\" />", |file| str::from_utf8(file.bytes).unwrap());
        assert!(completed(text, "n", "").contains("<base href=\"/\""));
        assert!(completed(text, "n", "/mill").contains("<base href=\"/mill/\""));
    }

    #[test]
    fn what_is_of_programs_is_never_a_page() {
        for path in [
            "/api",
            "/api/v1/nothing",
            "//api/v1",
            "/API/v1",
            "/api%2fv1",
            "/api;x",
            "/metrics",
            "/metrics/",
            "/metrics.json",
            "/healthz/x",
        ] {
            assert!(is_reserved(path), "{path}");
        }
        for path in ["/", "/runs/7", "/api-reference", "/datasets/api", "/metric"] {
            assert!(!is_reserved(path), "{path}");
        }
    }
}
