//! The other side: where its addresses are, which keys it signs with, and what it answers.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use super::claims::{self, Claims, Doubt, Expected, Key};
use crate::api::OidcOptions;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// For how long its description holds.
const KEEP: Duration = Duration::from_hours(1);
/// How often its keys are asked for at most, when a token was signed with one that is not known.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// The most it may answer.
const ANSWER_MAX: usize = 1 << 20;

/// The other side.
#[derive(Debug)]
pub(in super::super) struct Provider {
    options: OidcOptions,
    client: Client,
    known: Mutex<Option<Known>>,
}

/// What is known of it.
#[derive(Clone, Debug)]
struct Known {
    asked_at: Instant,
    /// When they were asked for once more.
    keys_at: Option<Instant>,
    description: Description,
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Deserialize)]
struct Description {
    issuer: String,
    #[serde(deserialize_with = "url")]
    authorization_endpoint: Url,
    #[serde(deserialize_with = "url")]
    token_endpoint: Url,
    #[serde(deserialize_with = "url")]
    jwks_uri: Url,
    userinfo_endpoint: Option<String>,
}

fn url<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// What goes with somebody who signs in there, and must come back.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Going<'a> {
    /// Where they come back to.
    pub(in super::super) redirect: &'a str,
    /// Says which sign-in it is.
    pub(in super::super) state: &'a str,
    /// What must be in the token.
    pub(in super::super) nonce: &'a str,
    /// The secret that proves that who comes back is who went.
    pub(in super::super) verifier: &'a str,
}

type Told<T> = Result<T, String>;

impl Provider {
    /// # Errors
    ///
    /// When this machine cannot speak TLS.
    pub(in super::super) fn new(options: OidcOptions) -> anyhow::Result<Self> {
        // Whoever comes second is refused, and finds the same provider there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("tidemill/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { options, client, known: Mutex::default() })
    }

    /// What it was told to be.
    pub(in super::super) const fn options(&self) -> &OidcOptions {
        &self.options
    }

    /// Where to send somebody who wants to sign in there.
    pub(in super::super) async fn door(&self, going: Going<'_>) -> Told<Url> {
        let mut url = self.known().await?.description.authorization_endpoint;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(going.verifier.as_bytes()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.options.client_id)
            .append_pair("redirect_uri", going.redirect)
            .append_pair("scope", &self.options.scopes)
            .append_pair("state", going.state)
            .append_pair("nonce", going.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Who came back, for the code they brought.
    pub(in super::super) async fn who(&self, code: &str, going: Going<'_>) -> Told<Claims> {
        let known = self.known().await?;
        let request = self.exchange(&known.description, code, going);
        let tokens: Tokens = answer("the code", request).await?;
        let mut claims = self.verified(known, &tokens.id_token, going.nonce).await?;
        // Some say the rest only when they are asked.
        let wanted = [self.options.role_claim.as_str(), "name", "preferred_username"];
        if wanted.iter().any(|name| !claims.all.contains_key(*name))
            && let Some(token) = &tokens.access_token
        {
            self.add_more(&mut claims, token).await?;
        }
        Ok(claims)
    }

    /// The request that has a code made into tokens.
    fn exchange(&self, description: &Description, code: &str, going: Going<'_>) -> RequestBuilder {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", going.redirect)
            .append_pair("code_verifier", going.verifier);
        let mut request = self.client.post(description.token_endpoint.clone());
        match &self.options.client_secret {
            Some(secret) => {
                let quote = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect();
                let (id, secret): (String, String) =
                    (quote(&self.options.client_id), quote(secret));
                let both = STANDARD.encode(format!("{id}:{secret}"));
                request = request.header("authorization", format!("Basic {both}"));
            }
            None => {
                form.append_pair("client_id", &self.options.client_id);
            }
        }
        request.header("content-type", "application/x-www-form-urlencoded").body(form.finish())
    }

    async fn verified(&self, known: Known, token: &str, nonce: &str) -> Told<Claims> {
        let verify = |known: &Known| {
            let expected = Expected {
                issuer: &known.description.issuer,
                audience: &self.options.client_id,
                nonce,
                now: crate::clock::now(),
            };
            claims::verify(token, &known.keys, &expected)
        };
        let said = match verify(&known) {
            Err(Doubt::UnknownKey) => verify(&self.with_new_keys().await?),
            said => said,
        };
        said.map_err(|doubt| match doubt {
            Doubt::UnknownKey => "the token is signed with a key that nobody knows".to_owned(),
            Doubt::Wrong(why) => format!("the token is not believed: {why}"),
        })
    }

    async fn add_more(&self, claims: &mut Claims, token: &str) -> Told<()> {
        let known = self.known().await?;
        let Some(url) = known.description.userinfo_endpoint else { return Ok(()) };
        let request = self.client.get(url).bearer_auth(token);
        let more: Map<String, Value> = answer("who it is", request).await?;
        if more.get("sub").and_then(Value::as_str) != Some(&claims.subject) {
            return Err("it speaks of somebody else".to_owned());
        }
        for (name, value) in more {
            claims.all.entry(name).or_insert(value);
        }
        Ok(())
    }

    async fn known(&self) -> Told<Known> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|it| it.asked_at.elapsed() < KEEP) {
            return Ok(known.clone());
        }
        let issuer = self.options.issuer.as_str();
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let description: Description = answer("its description", self.client.get(address)).await?;
        // With or without a last slash; what the tokens must say is what it calls itself.
        if description.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
            return Err(format!("it calls itself `{}`", description.issuer));
        }
        self.check_addresses(&description)?;
        let keys = self.keys(&description).await?;
        let now = Instant::now();
        let fresh = Known { asked_at: now, keys_at: None, description, keys };
        *known = Some(fresh.clone());
        Ok(fresh)
    }

    /// Over https nothing of it may lead elsewhere than over https.
    fn check_addresses(&self, description: &Description) -> Told<()> {
        let all = [
            description.authorization_endpoint.scheme(),
            description.token_endpoint.scheme(),
            description.jwks_uri.scheme(),
            description
                .userinfo_endpoint
                .as_ref()
                .map_or("https", |url| url.split(':').next().unwrap_or_default()),
        ];
        let needed = self.options.issuer.scheme();
        match all.into_iter().all(|scheme| ["https", needed].contains(&scheme)) {
            true => Ok(()),
            false => Err("one of its addresses is not https".to_owned()),
        }
    }

    async fn with_new_keys(&self) -> Told<Known> {
        let mut held = self.known.lock().await;
        let Some(known) = held.as_mut() else {
            return Err("its keys are not known".to_owned());
        };
        if known.keys_at.is_none_or(|at| ASK_AGAIN <= at.elapsed()) {
            known.keys_at = Some(Instant::now());
            known.keys = self.keys(&known.description).await?;
        }
        Ok(known.clone())
    }

    async fn keys(&self, description: &Description) -> Told<Vec<Key>> {
        let keys: Keys = answer("its keys", self.client.get(description.jwks_uri.clone())).await?;
        // What is of another kind is none that is used here.
        let read = |key: Value| serde_json::from_value(key).ok();
        Ok(keys.keys.into_iter().filter_map(read).collect())
    }
}

/// What was answered, if that was good and not too much.
async fn answer<T: DeserializeOwned>(what: &str, request: RequestBuilder) -> Told<T> {
    let failed = |why: &dyn std::fmt::Display| format!("could not ask it for {what}: {why}");
    let mut response = request
        .header("accept", "application/json")
        .send()
        .await
        .map_err(|error| failed(&error.without_url()))?;
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| failed(&error.without_url()))? {
        bytes.extend_from_slice(&part);
        if ANSWER_MAX < bytes.len() {
            return Err(failed(&"it answers too much"));
        }
    }
    if !status.is_success() {
        return Err(failed(&format!("it answered {status}")));
    }
    serde_json::from_slice(&bytes).map_err(|error| failed(&error))
}
