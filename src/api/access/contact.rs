//! Where a request came from and how: what is believed of it, and what is not.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr as _;

use axum::extract::ConnectInfo;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::uri::Authority;
use axum::http::{Method, Request};

use super::super::options::{Network, ServeOptions};
use super::super::problem::{Answer, Problem};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// What only our own pages send along: a page elsewhere would have to ask first, and is refused.
const OWN: HeaderName = HeaderName::from_static("x-tidemill");

/// Where a request came from and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Contact {
    /// The address of whoever asks, as far as it can be known.
    pub(in super::super) address: IpAddr,
    /// Whether it came over https, at least to the last proxy.
    pub(in super::super) is_https: bool,
    /// The host it named, with its port.
    pub(in super::super) host: String,
}

impl Contact {
    /// Reads it off a request.
    pub(in super::super) fn of(
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
        options: &ServeOptions,
    ) -> Self {
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
        let is_proxy = |address: IpAddr| options.proxies.iter().any(|it| it.holds(address));
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.unwrap_or_default().to_ascii_lowercase();
        let named_https =
            options.url.as_ref().is_some_and(|url| url.scheme() == "https" && is_at(url, &host));
        let proxied_https = is_proxy(peer)
            && last(headers, &FORWARDED_PROTO).is_some_and(|it| it.eq_ignore_ascii_case("https"));
        let address = if is_proxy(peer) { behind(headers, peer, &options.proxies) } else { peer };
        Self { address, is_https: named_https || proxied_https, host }
    }

    /// Reads it off a request with what came along with the connection.
    pub(in super::super) fn of_request<B>(request: &Request<B>, options: &ServeOptions) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        Self::of(request.headers(), peer, options)
    }

    /// Where our pages are, as browsers write it.
    pub(in super::super) fn origin(&self) -> String {
        format!("{}://{}", if self.is_https { "https" } else { "http" }, self.host)
    }

    /// Whether the host it named is this machine.
    pub(in super::super) fn is_local(&self) -> bool {
        let Ok(authority) = Authority::from_str(&self.host) else { return false };
        let name = authority.host();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Refuses what a page elsewhere makes a browser send. `by_cookie`: whether a cookie is what
    /// says who it is; then what changes something must bear our own header too.
    ///
    /// # Errors
    ///
    /// When it comes from elsewhere, or nothing says that it does not.
    pub(in super::super) fn check_own(
        &self,
        headers: &HeaderMap,
        method: &Method,
        by_cookie: bool,
    ) -> Answer<()> {
        let text = |name: &HeaderName| headers.get(name).map(|it| it.to_str().unwrap_or("?"));
        let (site, origin) = (text(&FETCH_SITE), text(&header::ORIGIN));
        let is_read = method.is_safe();
        let is_visit = is_read && text(&FETCH_MODE) == Some("navigate");
        let site_fits = match site {
            None | Some("same-origin") => true,
            Some("none") => is_read,
            Some(_) => is_visit,
        };
        let origin_fits = origin.is_none_or(|it| it.eq_ignore_ascii_case(&self.origin()));
        let is_said = site.is_some() || origin.is_some();
        let is_ours = headers.get(&OWN).is_some_and(|it| it == "1");
        if site_fits && origin_fits && (is_read || !by_cookie || (is_said && is_ours)) {
            return Ok(());
        }
        Err(Problem::new(
            axum::http::StatusCode::FORBIDDEN,
            "TM0608",
            "this request does not come from Tidemill's own pages",
        )
        .hint("programs use a token: `Authorization: Bearer tdm_…`"))
    }
}

/// Whether a host is the one of a URL.
pub(in super::super) fn is_at(url: &url::Url, host: &str) -> bool {
    let Some(name) = url.host_str() else { return false };
    let named = match url.port() {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    };
    let with_port = url.port_or_known_default().map(|port| format!("{name}:{port}"));
    host.eq_ignore_ascii_case(&named)
        || with_port.is_some_and(|named| host.eq_ignore_ascii_case(&named))
}

/// The last value of a header that proxies add to.
fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim)
}

/// The nearest address that is not one of our proxies: what stands before it, anybody could write.
fn behind(headers: &HeaderMap, peer: IpAddr, proxies: &[Network]) -> IpAddr {
    let mut nearest = peer;
    for value in headers.get_all(&FORWARDED_FOR).iter().rev() {
        for text in value.to_str().unwrap_or_default().rsplit(',') {
            let Ok(address) = text.trim().parse::<IpAddr>() else { return nearest };
            nearest = address.to_canonical();
            if !proxies.iter().any(|it| it.holds(nearest)) {
                return nearest;
            }
        }
    }
    nearest
}
