//! (stub)
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
/// x
pub async fn serve(
    _: Arc<crate::engine::Mill>,
    _l: tokio::net::TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    stop.cancelled().await;
    Ok(())
}
