//! A path that everything lies below where people reach it: `https://example.com/tidemill/`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::http::header;

use super::access::{Shared, is_at};

/// Marks a request of somebody who sees everything below the path of `TIDEMILL_URL`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Below;

/// Takes the path off where a proxy left it on. Whoever comes by another name, such as the person
/// at this machine, sees everything at the root.
pub(super) async fn strip(State(shared): State<Arc<Shared>>, mut request: Request) -> Request {
    let options = shared.options();
    let prefix = options.prefix();
    let held = request.uri().path_and_query().map_or("/", |it| it.as_str());
    if let Some(rest) = rest(held, prefix).and_then(|rest| rest.parse::<Uri>().ok()) {
        *request.uri_mut() = rest;
        request.extensions_mut().insert(Below);
        return request;
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let is_named = |host: &str| options.url.as_ref().is_some_and(|url| is_at(url, host));
    if host.is_some_and(is_named) {
        request.extensions_mut().insert(Below);
    }
    request
}

/// What is left of a path, with its query, without a prefix; none when it does not lie below it.
fn rest(path: &str, prefix: &str) -> Option<String> {
    let rest = path.strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    match rest.chars().next() {
        Some('/') => Some(rest.to_owned()),
        None | Some('?') => Some(format!("/{rest}")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::rest;

    #[test]
    fn a_prefix_is_taken_off_as_a_whole_or_not_at_all() {
        let below = |path: &str| rest(path, "/mill/a");
        assert_eq!(below("/mill/a/runs?state=failed").as_deref(), Some("/runs?state=failed"));
        assert_eq!(below("/mill/a").as_deref(), Some("/"));
        assert_eq!(below("/mill/a/").as_deref(), Some("/"));
        assert_eq!(below("/mill/a?x=1").as_deref(), Some("/?x=1"));
        for elsewhere in ["/", "/runs", "/mill", "/mill/ab", "/x/mill/a/runs"] {
            assert_eq!(below(elsewhere), None, "{elsewhere}");
        }
        assert_eq!(rest("/runs", ""), None);
    }
}
