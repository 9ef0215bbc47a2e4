//! How the server is reached, from what the environment says.

use anyhow::Result;

use super::clean;
use super::fault::Fault;
use crate::api::{Network, OidcOptions, ServeOptions};
use crate::config::{Config, OidcConfig};
use crate::model::Role;

/// What the server is told when it starts.
///
/// # Errors
///
/// When a variable is not what it should be.
pub(super) fn options(config: &Config) -> Result<ServeOptions> {
    let url = config.url.as_deref().map(|text| url("TIDEMILL_URL", text)).transpose()?;
    let network = |text: &String| {
        Network::parse(text)
            .ok_or_else(|| wrong("TIDEMILL_PROXIES", text, "an address such as `10.0.0.0/8`"))
    };
    let proxies = config.proxies.iter().map(network).collect::<Result<_, _>>()?;
    let oidc = oidc(&config.oidc)?;
    if oidc.is_some() && url.is_none() {
        return Err(Fault::new("TM0202", "sign-in elsewhere needs `TIDEMILL_URL`")
            .hint("set it to the address that people type, such as `https://tidemill.example.com`")
            .into());
    }
    let webhook = config.settings.get("webhook_url").and_then(|text| url::Url::parse(text).ok());
    Ok(ServeOptions {
        url,
        proxies,
        environment: config.environment.clone(),
        oidc,
        keep: clean::keep(config)?,
        webhook: webhook.and_then(|url| url.host_str().map(str::to_owned)),
    })
}

fn wrong(name: &str, text: &str, what: &str) -> Fault {
    Fault::new("TM0202", format!("`{name}` is `{text}`, and not {what}"))
}

fn url(name: &str, text: &str) -> Result<url::Url, Fault> {
    let parsed = url::Url::parse(text).ok();
    let is_web = |url: &url::Url| ["http", "https"].contains(&url.scheme()) && url.has_host();
    let what = "a URL such as `https://tidemill.example.com`";
    parsed.filter(is_web).ok_or_else(|| wrong(name, text, what))
}

fn oidc(config: &OidcConfig) -> Result<Option<OidcOptions>, Fault> {
    let Some(issuer) = &config.issuer else { return Ok(None) };
    let issuer = url("TIDEMILL_OIDC_ISSUER", issuer)?;
    let is_near = ["localhost", "127.0.0.1", "[::1]"].contains(&issuer.host_str().unwrap_or(""));
    if issuer.scheme() != "https" && !is_near {
        return Err(wrong("TIDEMILL_OIDC_ISSUER", issuer.as_str(), "reached over https"));
    }
    let Some(client_id) = config.client_id.clone() else {
        return Err(Fault::new("TM0202", "`TIDEMILL_OIDC_CLIENT_ID` is not set"));
    };
    let mut roles = Vec::new();
    for pair in config.roles.as_deref().unwrap_or_default().split(',') {
        if pair.trim().is_empty() {
            continue;
        }
        let read = pair.trim().rsplit_once('=');
        let read = read.and_then(|(value, role)| Some((value.to_owned(), Role::parse(role)?)));
        let what = "a list such as `data-admins=admin,everyone=viewer`";
        roles.push(read.ok_or_else(|| wrong("TIDEMILL_OIDC_ROLES", pair, what))?);
    }
    let host = issuer.host_str().unwrap_or_default().to_owned();
    Ok(Some(OidcOptions {
        name: config.name.clone().unwrap_or(host),
        client_id,
        client_secret: config.client_secret.clone(),
        scopes: config.scopes.clone().unwrap_or_else(|| "openid profile email".to_owned()),
        role_claim: config.role_claim.clone().unwrap_or_else(|| "groups".to_owned()),
        roles,
        issuer,
    }))
}
