//! The server.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

use super::access::Shared;
use super::live;
use super::options::ServeOptions;
use super::problem::Problem;
use super::{assets, guard, listen, patience, prefix, request, router};
use crate::engine::Mill;

/// Answers requests until `stop` fires, then finishes those in hand.
///
/// # Errors
///
/// When the listener is none, or this machine cannot speak TLS and people sign in elsewhere.
pub async fn serve(
    mill: Arc<Mill>,
    listener: TcpListener,
    options: ServeOptions,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let (observed, listen) = (Arc::clone(&mill), listener.local_addr()?);
    let shared = Arc::new(Shared::new(mill, listen, options, stop.clone())?);
    let (told, pictures) = (Arc::clone(shared.live()), Arc::clone(shared.pictures()));
    let observing = tokio::spawn(live::observe(observed, told, pictures));
    listen::listen(listener, service(shared), stop).await;
    observing.await?;
    Ok(())
}

fn service(shared: Arc<Shared>) -> Router {
    let (routes, _document) = router::build();
    let root = Router::new()
        .route("/healthz", get(health))
        .merge(routes)
        .fallback(assets::fallback)
        .method_not_allowed_fallback(other_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), patience::bound))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::guard))
        .layer(middleware::from_fn(request::number))
        .with_state(Arc::clone(&shared));
    if shared.options().prefix().is_empty() {
        return root;
    }
    // Around all routes, since it changes the path that they are found by.
    let strip = middleware::map_request_with_state(shared, prefix::strip);
    Router::new().fallback_service(root).layer(strip)
}

async fn other_method() -> Problem {
    let message = "this address does not take this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "TM0604", message)
}

/// Whether this process can do its work, for whoever keeps it running.
async fn health(State(shared): State<Arc<Shared>>) -> Response {
    match shared.is_well().await {
        true => "ok\n".into_response(),
        false => {
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}
