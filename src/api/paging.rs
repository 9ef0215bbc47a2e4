//! Lists in pages: each page says where the next begins, and nobody counts rows to skip.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Answer, Problem};

/// The most a page holds.
pub(super) const LIMIT_MAX: u32 = 500;
const LIMIT: u32 = 50;

/// Where a page begins, and how long it is.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many items at most.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

impl Paging {
    /// How many items the page has at most.
    ///
    /// # Errors
    ///
    /// When it is none, or more than [`LIMIT_MAX`].
    pub(super) fn limit(&self) -> Answer<i64> {
        match self.limit.unwrap_or(LIMIT) {
            limit if (1..=LIMIT_MAX).contains(&limit) => Ok(i64::from(limit)),
            limit => {
                Err(Problem::invalid(format!("a page has 1 to {LIMIT_MAX} items, not {limit}")))
            }
        }
    }

    /// What the page before said, if there was one.
    ///
    /// # Errors
    ///
    /// When it is no cursor of this list.
    pub(super) fn after<T: DeserializeOwned>(&self) -> Answer<Option<T>> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        read.map(Some).ok_or_else(|| {
            Problem::invalid("`cursor` is not from this list")
                .hint("take `next` of the page before, as it is")
        })
    }
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// The cursor of the next page; none on the last.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// A page of rows of which one more than the limit was asked for: the extra one only says that
    /// there is another page. `key` is what the next page begins after.
    pub(super) fn cut<K: Serialize>(
        mut items: Vec<T>,
        limit: i64,
        key: impl FnOnce(&T) -> K,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if items.len() <= limit {
            return Self { items, next: None };
        }
        items.truncate(limit);
        let next = items.last().map(|last| cursor(&key(last)));
        Self { items, next }
    }

    /// Everything there is, on one page.
    pub(super) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// A place in a list, as text that means nothing to others.
pub(super) fn cursor<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(cursor: Option<String>, limit: Option<u32>) -> Paging {
        Paging { cursor, limit }
    }

    #[test]
    fn a_page_says_where_the_next_begins() {
        let page = Page::cut(vec![9, 8, 7], 2, |last| (*last, "x"));
        assert_eq!(page.items, [9, 8]);
        let after: Option<(i32, String)> = paging(page.next, None).after().unwrap();
        assert_eq!(after, Some((8, "x".to_owned())));
        assert_eq!(Page::cut(vec![9, 8], 2, |last| *last).next, None);
    }

    #[test]
    fn what_is_no_cursor_or_no_limit_is_refused() {
        let wrong = |text: &str| paging(Some(text.to_owned()), None).after::<i64>().is_err();
        assert!(wrong("!") && wrong("") && wrong(&cursor(&"text")));
        assert!(paging(None, Some(0)).limit().is_err());
        assert!(paging(None, Some(501)).limit().is_err());
        assert_eq!(paging(None, Some(500)).limit().unwrap(), 500);
        assert_eq!(paging(None, None).limit().unwrap(), 50);
    }
}
