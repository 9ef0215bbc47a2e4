//! Where missed promises are told, from what the environment says.

use super::fault::Fault;
use crate::config::Config;
use crate::webhook::{InvalidTarget, Target, TargetOptions, Webhook};

/// The way to where missed promises are told, if anywhere.
///
/// # Errors
///
/// When a variable is not what it should be; no value of one is in what it says.
pub(super) fn webhook(config: &Config) -> Result<Option<Webhook>, Fault> {
    let Some(url) = &config.webhook.url else { return Ok(None) };
    let options = TargetOptions {
        url,
        secret: config.webhook.secret.as_deref().unwrap_or_default(),
        allow_http: config.webhook.allow_http,
        allow_private: config.webhook.allow_private.as_deref().unwrap_or_default(),
    };
    let wrong = |error: InvalidTarget| {
        let text = error.to_string();
        let (_, message) = text.split_once(": ").unwrap_or(("", &text));
        Fault::new("TM0801", message).hint("`tidemill explain TM0801` shows a whole setting")
    };
    let target = Target::new(options).map_err(wrong)?;
    let webhook = Webhook::new(target).map_err(wrong)?;
    tracing::info!("missed promises are told to {}", webhook.host());
    Ok(Some(webhook))
}
