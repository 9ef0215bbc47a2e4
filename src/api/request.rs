//! The number of a request: in its answer, in its log, in what it wrote down.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;

tokio::task_local! {
    static CURRENT: String;
}

const HEADER: &str = "x-request-id";

/// The number of the request that is being answered; empty outside of one.
pub(super) fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Numbers a request. A number that came along is not taken: it could be that of another.
pub(super) async fn number(request: Request, next: Next) -> Response {
    let mut bytes = [0; 10];
    // Without chance a number is the same for all, which is no reason to fail.
    let _ = getrandom::fill(&mut bytes);
    let number: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut response = CURRENT.scope(number.clone(), next.run(request)).await;
    if let Ok(value) = HeaderValue::from_str(&number) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
