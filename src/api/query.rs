//! What stands in the address of a request: its parameters, and what its path names.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use utoipa::IntoParams;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use super::paging::Paging;
use super::plain;
use super::problem::{Answer, Problem};

/// The parameters of a request: those that it declares, each once, and no others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<T>(pub(super) T);

/// The same for a list that comes in pages, with where the page begins.
#[derive(Clone, Debug)]
pub(super) struct Paged<T>(pub(super) T, pub(super) Paging);

/// What the path names; nothing is there when it cannot be read as what it should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<T>(pub(super) T);

impl<T: DeserializeOwned + IntoParams, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let pairs = pairs(&parts.uri, &names::<T>())?;
        Ok(Self(read(&pairs, &names::<T>())?))
    }
}

impl<T: DeserializeOwned + IntoParams, S: Send + Sync> FromRequestParts<S> for Paged<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let (own, paging) = (names::<T>(), names::<Paging>());
        let pairs = pairs(&parts.uri, &[&own[..], &paging[..]].concat())?;
        Ok(Self(read(&pairs, &own)?, read(&pairs, &paging)?))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        let Path(value) =
            read.map_err(|_| Problem::not_found("there is nothing at this address"))?;
        Ok(Self(value))
    }
}

/// No parameters, for lists that have none but those of pages.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub(super) struct Nothing {}

impl IntoParams for Nothing {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        Vec::new()
    }
}

/// The schema of a parameter that is one of these words.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    let words: Vec<&str> = words.into_iter().collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build().into()
}

/// The schema of a parameter that is any of these words, separated by commas.
pub(super) fn some_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    ArrayBuilder::new().items(RefOr::T(one_of(words))).build().into()
}

/// What the parameters are called, as the description of the address says.
fn names<T: IntoParams>() -> Vec<String> {
    T::into_params(|| None).into_iter().map(|parameter| parameter.name).collect()
}

fn pairs(uri: &Uri, known: &[String]) -> Answer<Vec<(String, String)>> {
    let text = uri.query().unwrap_or_default();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()).into_owned() {
        if !known.contains(&name) {
            let name: String = name.chars().take(40).collect();
            let hint = match known {
                [] => "there are none here".to_owned(),
                _ => format!("there are {}", known.join(", ")),
            };
            return Err(Problem::invalid(format!("there is no parameter `{name}`")).hint(hint));
        }
        if pairs.iter().any(|(held, _)| *held == name) {
            return Err(Problem::invalid(format!("`{name}` is given twice")));
        }
        if value.contains('\0') {
            return Err(Problem::invalid(format!("`{name}` holds a character that no name has")));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// Reads those of the pairs that have these names.
fn read<T: DeserializeOwned>(pairs: &[(String, String)], names: &[String]) -> Answer<T> {
    let mut text = form_urlencoded::Serializer::new(String::from("/?"));
    let own = pairs.iter().filter(|(name, _)| names.contains(name));
    text.extend_pairs(own);
    let uri = Uri::try_from(text.finish()).map_err(|error| Problem::internal(&error))?;
    let read = Query::<T>::try_from_uri(&uri);
    read.map(|Query(value)| value).map_err(|refused| {
        let text = refused.body_text();
        let why = text.rsplit_once("query string: ").map_or(&*text, |(_, why)| why);
        Problem::invalid(plain::parameter(why))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, IntoParams)]
    struct Filter {
        state: Option<String>,
        worker: Option<i32>,
    }

    async fn asked(query: &str) -> Result<String, String> {
        let request = axum::http::Request::get(format!("/x?{query}")).body(()).unwrap();
        let mut parts = request.into_parts().0;
        let read = Paged::<Filter>::from_request_parts(&mut parts, &()).await;
        let text = |problem: Problem| {
            serde_json::to_value(problem).unwrap()["error"]["message"].to_string()
        };
        let Paged(filter, paging) = read.map_err(text)?;
        let limit = paging.limit().map_err(text)?;
        Ok(format!("{:?} {:?} {limit}", filter.state, filter.worker))
    }

    #[tokio::test]
    async fn parameters_are_those_that_are_declared_each_once() {
        assert_eq!(asked("").await.unwrap(), "None None 50");
        let all = asked("state=a%26limit%3D9&limit=7&worker=-3").await;
        assert_eq!(all.unwrap(), "Some(\"a&limit=9\") Some(-3) 7");
        let wrong = async |query: &str| asked(query).await.unwrap_err();
        assert!(wrong("stat=x").await.contains("there is no parameter `stat`"));
        assert!(wrong("state=x&state=y").await.contains("`state` is given twice"));
        assert!(wrong("worker=x").await.contains("worker"), "{}", wrong("worker=x").await);
        assert!(wrong("limit=-1").await.contains("limit"));
        assert!(wrong("state=%00").await.contains("`state`"));
    }
}
