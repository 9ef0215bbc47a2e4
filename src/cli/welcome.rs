//! How people get in at first: links on the console that can be used once.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::Result;
use tokio::process::Command;

use super::output;
use super::people::refused;
use super::session::Session;
use crate::api::accounts;

/// Where the pages are, for a person.
fn base(session: &Session, address: SocketAddr) -> String {
    let own = || format!("http://{address}");
    let url = session.config.url.clone().filter(|_| !address.ip().is_loopback());
    url.map_or_else(own, |url| url.trim_end_matches('/').to_owned())
}

/// While there is no admin: shows the link that makes the first.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn first(session: &Session, address: SocketAddr) -> Result<()> {
    let link = accounts::setup_link(&session.mill.pool).await.map_err(refused)?;
    if let Some(token) = link {
        let base = session.config.url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        let base = base.unwrap_or_else(|| self::base(session, address));
        output::line("nobody may sign in yet; make the first admin within 24 hours, once, at");
        output::line(&format!("  {base}/setup?token={token}"));
    }
    Ok(())
}

/// Shows the person at this machine the link that signs them in, and opens it.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn person(session: &Session, address: SocketAddr, opens: bool) -> Result<()> {
    let link = accounts::local_link(&session.mill.pool).await.map_err(refused)?;
    let Some(token) = link else { return Ok(()) };
    let link = format!("{}/sign-in?link={token}", base(session, address));
    output::line("sign in within an hour, once, at");
    output::line(&format!("  {link}"));
    if opens || std::io::stdout().is_terminal() {
        // Whoever has no browser reads the line.
        let _ = Command::new("xdg-open")
            .arg(&link)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
    Ok(())
}
