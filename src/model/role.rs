//! Who may do what, and with which datasets.

use std::collections::BTreeSet;

/// What a person or a program may do, each role all that those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks.
    Viewer,
    /// Keeps it running: backfills, cancels, pauses.
    Operator,
    /// Changes how it runs: limits, approvals.
    Editor,
    /// Says who may what.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Editor, Self::Admin];

    /// The word people read, and the one that is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// Which datasets somebody may know of: all, or those whose name begins with one of the prefixes or
/// that bear one of the tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// All of them, whatever else is said.
    pub all: bool,
    /// Beginnings of names.
    pub prefixes: BTreeSet<String>,
    /// Tags.
    pub tags: BTreeSet<String>,
}

impl Scope {
    /// All datasets.
    #[must_use]
    pub fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Whether a dataset of this name and these tags is in it.
    pub fn holds<'a>(&self, name: &str, tags: impl IntoIterator<Item = &'a str>) -> bool {
        self.all
            || self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
            || tags.into_iter().any(|tag| self.tags.contains(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_holds_what_bears_its_prefix_or_its_tag() {
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
        let scope =
            Scope { all: false, prefixes: words(&["shop_"]), tags: words(&["public", "eu"]) };

        assert!(scope.holds("shop_orders", []));
        assert!(scope.holds("web", ["eu"]));
        assert!(!scope.holds("web_shop_", ["us"]));
        assert!(!Scope::default().holds("shop_orders", ["eu"]), "nothing is open by default");
        assert!(Scope::everything().holds("anything", []));
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Admin"), None);
        assert!(Role::Viewer < Role::Operator && Role::Editor < Role::Admin);
    }
}
