//! What a request is about, read off its address: so that what was refused is written down under
//! the same words as what was done.

use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::request::Parts;

use super::Shared;
use crate::store;

/// No name of anything is longer.
const LONGEST: usize = 300;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// What it would do, in the word of the entry that is written once it is done; none for what
    /// changes nothing.
    pub(super) act: Option<&'static str>,
    /// What it would do that to: the kind, and the name or number that stands in the address; none
    /// where the address names nothing.
    pub(super) object: Option<(&'static str, String)>,
}

impl Target {
    /// Reads it off the address of a request that a handler was found for.
    pub(super) async fn of(parts: &mut Parts) -> Self {
        let named = RawPathParams::from_request_parts(parts, &()).await.ok();
        let named = named.as_ref().and_then(|named| named.iter().next());
        Self::read(parts.method.as_str(), parts.uri.path(), named.map(|(_, value)| value))
    }

    /// `named` is what stands in the address, decoded: spelling it otherwise hides nothing.
    fn read(method: &str, path: &str, named: Option<&str>) -> Self {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        let words: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let object = named.and_then(|name| Some((kind(&words)?, spelled(name))));
        Self { act: act(method, &words), object }
    }

    /// The object as entries name it, with the numbers of the datasets it is about.
    pub(super) async fn object(&self, shared: &Shared) -> Option<(&'static str, String, Vec<i32>)> {
        let (kind, name) = self.object.clone()?;
        let id = name.parse::<i64>();
        // What cannot be looked up is written down all the same, for those who see everything.
        let Ok(mut db) = shared.mill.pool.acquire().await else {
            return Some((kind, name, Vec::new()));
        };
        let mut datasets = Vec::new();
        match (kind, id) {
            ("dataset" | "schedule", _) => datasets.extend(number(shared, &name)),
            ("sla", _) => {
                let dataset = name.rsplit_once(':').map_or(name.as_str(), |(dataset, _)| dataset);
                datasets.extend(number(shared, dataset));
            }
            ("run", Ok(id)) => {
                let line = store::run_line(&mut db, id).await.ok().flatten();
                datasets.extend(line.map(|line| line.dataset_id));
            }
            ("backfill", Ok(id)) => {
                let row = store::backfill_standing(&mut db, id).await;
                datasets.extend(row.map(|row| row.dataset_ids).unwrap_or_default());
            }
            ("materialization", Ok(id)) => {
                let row = store::version_by_id(&mut db, id, None).await.ok().flatten();
                datasets.extend(row.map(|row| row.dataset_id));
            }
            ("user", Ok(id)) => {
                let person = store::person(&mut db, id).await.ok().flatten();
                return Some((kind, person.map_or(name, |person| person.login), datasets));
            }
            _ => (),
        }
        Some((kind, name, datasets))
    }
}

/// The number of a dataset that is declared.
fn number(shared: &Shared, name: &str) -> Option<i32> {
    let index = shared.mill.catalog.index_of(name)?;
    Some(shared.mill.registry.datasets[index])
}

/// A number is spelled in one way, whatever was typed; a name is cut to what names can be.
fn spelled(name: &str) -> String {
    match name.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => name.chars().take(LONGEST).collect(),
    }
}

/// What kind of thing an address names, in the word of the entries about it.
fn kind(words: &[&str]) -> Option<&'static str> {
    Some(match words {
        ["users", "me", "sessions", _] => "session",
        ["audit", ..] => "entry",
        ["backfills", ..] => "backfill",
        ["codes", ..] => "code",
        ["datasets", ..] => "dataset",
        ["materializations", ..] => "materialization",
        ["pools", ..] => "pool",
        ["runs", ..] => "run",
        ["schedules", ..] => "schedule",
        ["slas", ..] => "sla",
        ["tokens", ..] => "token",
        ["users", ..] => "user",
        _ => return None,
    })
}

/// What a request would do, in the word of the entry about it.
fn act(method: &str, words: &[&str]) -> Option<&'static str> {
    Some(match (method, words) {
        ("POST", ["backfills"] | ["backfills", _, "retry"]) => "backfill.create",
        ("POST", ["backfills", _, "pause"]) => "backfill.pause",
        ("POST", ["backfills", _, "resume"]) => "backfill.resume",
        ("POST", ["backfills", _, "cancel"]) => "backfill.cancel",
        ("PATCH", ["backfills", _]) => "backfill.change",
        ("POST", ["datasets", _, "pause"]) => "job.pause",
        ("POST", ["datasets", _, "resume"]) => "job.resume",
        ("POST", ["datasets", _, "announce"]) => "source.announce",
        ("POST", ["datasets", _, "approve"]) => "change.approve",
        ("POST", ["runs", _, "cancel"]) => "run.cancel",
        ("POST", ["runs", _, "retry"]) => "run.retry",
        ("POST", ["schedules", _, "pause"]) => "schedule.pause",
        ("POST", ["schedules", _, "resume"]) => "schedule.resume",
        ("PATCH", ["pools", _]) => "pool.set",
        ("POST", ["users"]) => "user.create",
        ("PATCH", ["users", _]) => "user.change",
        ("POST", ["users", _, "password"]) => "user.password",
        ("POST", ["tokens"]) => "token.create",
        ("DELETE", ["tokens", _]) => "token.revoke",
        ("DELETE", ["session"] | ["users", "me", "sessions", _]) => "session.end",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// What only looks, though it has a body.
    const LOOKS: [&str; 2] = ["/api/v1/backfills/plan", "/api/v1/backfills/{id}/retry/plan"];
    /// What nobody is refused, since it takes no name.
    const OPEN: [&str; 3] = ["/api/v1/setup", "/api/v1/session", "/api/v1/session/link"];

    #[test]
    fn every_address_has_its_words() {
        let document: Value = serde_json::from_str(&crate::api::openapi()).unwrap();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let named = path.contains('{').then_some("17");
            let filled: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with('{') { "17" } else { part })
                .collect();
            for method in methods.as_object().unwrap().keys().map(|it| it.to_uppercase()) {
                let target = Target::read(&method, &filled.join("/"), named);
                assert_eq!(target.object.is_some(), named.is_some(), "{method} {path} {target:?}");
                let changes = method != "GET" && !LOOKS.contains(&path.as_str());
                let is_open = method == "POST" && OPEN.contains(&path.as_str());
                assert_eq!(target.act.is_some(), changes && !is_open, "{method} {path} {target:?}");
            }
        }
    }

    #[test]
    fn what_stands_in_an_address_is_named_in_one_way() {
        let of = |path: &str, named: &str| Target::read("GET", path, Some(named)).object;
        assert_eq!(of("/runs/+17", "+17"), Some(("run", "17".to_owned())));
        assert_eq!(of("/runs/0017/logs", "0017"), Some(("run", "17".to_owned())));
        assert_eq!(of("/datasets/dev%5Fdau", "dev_dau"), Some(("dataset", "dev_dau".to_owned())));
        assert_eq!(of("/users/me/sessions/3", "3"), Some(("session", "3".to_owned())));
        let long = "x".repeat(9000);
        assert_eq!(of("/pools/x", &long).map(|(_, name)| name.len()), Some(LONGEST));
    }
}
