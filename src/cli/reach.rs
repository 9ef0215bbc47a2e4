//! How the server is reached, from what the environment says.

use anyhow::Result;

use super::clean;
use super::fault::Fault;
use crate::api::accounts::check_scope;
use crate::api::{Network, OidcOptions, OidcRole, ServeOptions};
use crate::config::{Config, OidcConfig};
use crate::model::{Role, Scope};

/// What the server is told when it starts.
///
/// # Errors
///
/// When a variable is not what it should be.
pub(super) fn options(config: &Config) -> Result<ServeOptions> {
    let url = config.url.as_deref().map(own_url).transpose()?;
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

/// Where people reach this server: it may lie below a path, which must be plain, since it stands in
/// every page, and must not look like one of the server's own.
fn own_url(text: &str) -> Result<url::Url, Fault> {
    let parsed = url("TIDEMILL_URL", text)?;
    let path = parsed.path().trim_end_matches('/');
    let is_plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
    };
    let own = ["api", "assets", "healthz", "metrics"];
    let fits = path.is_empty()
        || (path.split('/').skip(1).all(is_plain)
            && path.split('/').nth(1).is_some_and(|first| !own.contains(&first)));
    if fits && parsed.query().is_none() && parsed.fragment().is_none() {
        return Ok(parsed);
    }
    Err(wrong("TIDEMILL_URL", text, "a URL such as `https://example.com/tidemill`"))
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
    let roles = roles(config.roles.as_deref().unwrap_or_default())?;
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

/// Reads what values stand for: `data-admins=admin,everyone=viewer`, or with the datasets that each
/// is for: `data-admins=admin@all,shop=operator@prefix:shop_+tag:retail`.
fn roles(text: &str) -> Result<Vec<OidcRole>, Fault> {
    let mut roles = Vec::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let what = "a list such as `data-admins=admin,everyone=viewer`, or \
                    `data-admins=admin@all,shop=operator@prefix:shop_+tag:retail`";
        roles.push(role(pair).ok_or_else(|| wrong("TIDEMILL_OIDC_ROLES", pair, what))?);
    }
    let scoped = roles.iter().filter(|role| role.scope.is_some()).count();
    match roles.iter().find(|role| role.scope.is_none()) {
        // Left out, it must not come to mean more than all that is said.
        Some(open) if 0 < scoped => {
            let (value, role) = (&open.value, open.role.as_str());
            let message = format!(
                "`TIDEMILL_OIDC_ROLES` says of `{value}` not with which datasets, and of others it \
                 does"
            );
            Err(Fault::new("TM0202", message)
                .hint(format!("write `{value}={role}@all` if it is every dataset")))
        }
        _ => Ok(roles),
    }
}

fn role(pair: &str) -> Option<OidcRole> {
    let (value, what) = pair.rsplit_once('=')?;
    let (role, scope) = match what.split_once('@') {
        Some((role, scope)) => (role, Some(scope_of(scope)?)),
        None => (what, None),
    };
    Some(OidcRole { value: value.to_owned(), role: Role::parse(role)?, scope })
}

fn scope_of(text: &str) -> Option<Scope> {
    if text == "all" {
        return Some(Scope::everything());
    }
    let mut scope = Scope::default();
    for part in text.split('+') {
        let (kind, word) = part.split_once(':')?;
        let words = match kind {
            "prefix" => &mut scope.prefixes,
            "tag" => &mut scope.tags,
            _ => return None,
        };
        words.insert(word.to_owned());
    }
    check_scope(&scope).is_ok().then_some(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_for_roles_with_datasets_or_without() {
        let read = |text: &str| -> String {
            let all = match roles(text) {
                Ok(all) => all,
                Err(fault) => {
                    return format!("{} {}", fault.message, fault.hint.unwrap_or_default());
                }
            };
            let told = all.into_iter().map(|OidcRole { value, role, scope }| match scope {
                None => format!("{value} {role:?}"),
                Some(scope) if scope.all => format!("{value} {role:?} all"),
                Some(scope) => {
                    format!("{value} {role:?} {:?} {:?}", scope.prefixes, scope.tags)
                }
            });
            told.collect::<Vec<_>>().join("; ")
        };
        let what = "and not a list such as `data-admins=admin,everyone=viewer`, or \
                    `data-admins=admin@all,shop=operator@prefix:shop_+tag:retail` ";
        for (text, told) in [
            ("", String::new()),
            (" a=admin , b=viewer,", "a Admin; b Viewer".to_owned()),
            ("a=admin,cn=d=viewer", "a Admin; cn=d Viewer".to_owned()),
            (
                "a@x=admin@all,b=editor@prefix:shop_+tag:retail+tag:eu",
                r#"a@x Admin all; b Editor {"shop_"} {"eu", "retail"}"#.to_owned(),
            ),
            ("a=admin@", format!("`TIDEMILL_OIDC_ROLES` is `a=admin@`, {what}")),
            ("a=admin@tag:", format!("`TIDEMILL_OIDC_ROLES` is `a=admin@tag:`, {what}")),
            ("a=admin@shop_", format!("`TIDEMILL_OIDC_ROLES` is `a=admin@shop_`, {what}")),
            ("a=boss@all", format!("`TIDEMILL_OIDC_ROLES` is `a=boss@all`, {what}")),
            (
                "a=admin@all,b=viewer",
                "`TIDEMILL_OIDC_ROLES` says of `b` not with which datasets, and of others it does \
                 write `b=viewer@all` if it is every dataset"
                    .to_owned(),
            ),
        ] {
            assert_eq!(read(text), told, "{text}");
        }
    }

    #[test]
    fn the_server_may_lie_below_a_plain_path() {
        for fits in ["https://a.example", "https://a.example/", "https://a.example/mill/x-1/"] {
            assert!(own_url(fits).is_ok(), "{fits}");
        }
        for wrong in [
            "a.example",
            "https://a.example/api",
            "https://a.example/metrics/x",
            "https://a.example//x",
            "https://a.example/a%22b",
            "https://a.example/mill?x=1",
        ] {
            assert!(own_url(wrong).is_err(), "{wrong}");
        }
    }
}
