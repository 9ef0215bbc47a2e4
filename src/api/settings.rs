//! `GET /settings`: how this installation is set up, and what is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{May, Shared, act};
use super::instant::Instant;
use super::naming;
use super::problem::{Answer, Problem};
use crate::engine;
use crate::plan::{Finding, Keep};
use crate::store;

/// For how long findings are told again.
const KEEP: Duration = Duration::from_secs(30);

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(settings))
}

/// How an installation is set up.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Settings {
    /// What it is called.
    environment: String,
    /// Which version of Tidemill answers.
    version: String,
    /// The database.
    database: Database,
    /// Where partitions are.
    lake: String,
    /// What is kept for how long, in words.
    retention: BTreeMap<&'static str, String>,
    /// Who is told of what was missed.
    webhook: Webhook,
    /// What is not as it should be, of what can be seen at once; `tidemill doctor` looks at more.
    doctor: Vec<DoctorFinding>,
    /// What is done again and again.
    housekeeping: Vec<Duty>,
}

/// The database.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DatabaseSettings)]
struct Database {
    /// Its version.
    version: String,
}

/// Who is told of what was missed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookSettings)]
struct Webhook {
    /// Whether anybody is.
    configured: bool,
    /// The host.
    host: Option<String>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct DoctorFinding {
    /// `wrong`, or `watch`.
    severity: String,
    /// What it was held against.
    rule: String,
    /// What is wrong.
    fault: String,
    /// What to do about it.
    advice: String,
    /// Where, a few of them.
    examples: Vec<String>,
}

/// Something that is done again and again.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HousekeepingDuty)]
struct Duty {
    /// What.
    name: String,
    /// When it last went well.
    last_ok_at: Option<Instant>,
    /// Why it last failed, unless it went well since.
    last_error: Option<String>,
}

/// How this installation is set up, and what is wrong with it.
#[utoipa::path(
    get,
    path = "/settings",
    tag = "settings",
    responses(
        (status = OK, body = Settings),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
async fn settings(may: May<act::ReadSettings>) -> Answer<Json<Settings>> {
    let found = async { Ok(engine::examine_quickly(may.mill()).await?) };
    let found = may.caches().findings.get(String::new(), KEEP, found).await?;
    let mut db = may.db().await?;
    let version = store::database_version(&mut db).await?;
    let rows = store::duties(&mut db).await?;
    drop(db);
    let duty = |name: &str| {
        let row = rows.iter().find(|row| row.name == name);
        Duty {
            name: name.to_owned(),
            last_ok_at: row.and_then(|row| row.last_ok_at).map(Instant),
            last_error: row.and_then(|row| row.last_error.clone()),
        }
    };
    let finding = |finding: Finding| DoctorFinding {
        severity: finding.severity.as_str().to_owned(),
        rule: finding.rule.to_owned(),
        fault: naming::conceal(&may, finding.fault),
        advice: naming::conceal(&may, finding.advice),
        examples: finding.examples.into_iter().map(|it| naming::conceal(&may, it)).collect(),
    };
    let options = may.shared().options();
    Ok(Json(Settings {
        environment: options.environment.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: Database { version },
        lake: without_secrets(may.mill().lake.base()),
        retention: retention(&options.keep),
        webhook: Webhook { configured: options.webhook.is_some(), host: options.webhook.clone() },
        doctor: found.into_iter().map(finding).collect(),
        housekeeping: engine::DUTIES.iter().map(|held| duty(held.name)).collect(),
    }))
}

/// A place without what opens it: a URL may bear a key, or a password.
fn without_secrets(place: &str) -> String {
    if !place.contains("://") {
        return place.to_owned();
    }
    let Ok(mut url) = url::Url::parse(place) else { return "a URL".to_owned() };
    let is_plain = url.set_username("").is_ok() && url.set_password(None).is_ok();
    if !is_plain && (!url.username().is_empty() || url.password().is_some()) {
        return format!("{}://…", url.scheme());
    }
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

/// What is kept for how long, in words.
fn retention(keep: &Keep) -> BTreeMap<&'static str, String> {
    let days = |days: u32| match days {
        1 => "1 day".to_owned(),
        _ => format!("{days} days"),
    };
    let hours = keep.orphan_grace.as_secs() / 3_600;
    BTreeMap::from([
        ("finished runs, their attempts and logs", days(keep.history_days)),
        ("versions after another took their place", days(keep.versions_days)),
        ("objects that nothing names", format!("{hours} h")),
    ])
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn a_place_is_told_without_what_opens_it() {
        let told = |place: &str| without_secrets(place);
        assert_eq!(told("/srv/lake"), "/srv/lake");
        assert_eq!(told("s3://bucket/prefix"), "s3://bucket/prefix");
        assert_eq!(told("s3://key:geheim@bucket/prefix"), "s3://bucket/prefix");
        assert_eq!(
            told("https://account.blob.core.windows.net/lake?sig=geheim#geheim"),
            "https://account.blob.core.windows.net/lake"
        );
        assert!(!told("azure://x y:geheim@/").contains("geheim"));
    }
}
