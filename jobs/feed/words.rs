//! What the generated events are about: products, their pages, their people's time zones.

use super::dice::Dice;

/// One product, and where its pages live.
pub(super) struct Product {
    /// What the column `product` says.
    pub(super) name: &'static str,
    /// How often it is worked on, beside the others.
    pub(super) weight: u64,
    folders: &'static [&'static str],
    pages: &'static [&'static str],
    ending: &'static str,
}

/// The four products.
pub(super) const PRODUCTS: [Product; 4] = [
    Product {
        name: "symfony",
        weight: 37,
        folders: &[
            "src/Symfony/Component/HttpKernel",
            "src/Symfony/Bundle/FrameworkBundle",
            "src/Symfony/Component/Console",
            "src/Symfony/Component/Messenger/Tests",
            "src/Symfony/Bridge/Doctrine",
        ],
        pages: &["Kernel", "Application", "Resolver", "Listener", "Factory", "Loader", "Registry"],
        ending: ".php",
    },
    Product {
        name: "rails",
        weight: 33,
        folders: &[
            "activerecord/lib/active_record",
            "actionpack/lib/action_dispatch",
            "railties/test/generators",
            "activesupport/lib/active_support",
            "guides/source",
        ],
        pages: &["base", "relation", "callbacks", "routing", "cache", "testing", "migration"],
        ending: ".rb",
    },
    Product {
        name: "tldr",
        weight: 17,
        folders: &["pages/common", "pages/linux", "pages.ko/common", "pages.es/linux", "pages/osx"],
        pages: &["tar", "git-log", "docker", "find", "rsync", "curl", "systemctl", "awk", "ssh"],
        ending: ".md",
    },
    Product {
        name: "laravel",
        weight: 13,
        folders: &[
            "src/Illuminate/Database/Eloquent",
            "src/Illuminate/Foundation",
            "src/Illuminate/Support",
            "tests/Integration/Queue",
        ],
        pages: &["Model", "Builder", "Collection", "Str", "Worker", "Container"],
        ending: ".php",
    },
];

/// Offsets from UTC in minutes, by how many people live there.
pub(super) const OFFSETS: [i16; 9] = [120, 60, 0, -300, -420, 330, 540, -180, 480];

/// An offset no clock on earth shows; a real client sent it.
pub(super) const IMPOSSIBLE_OFFSET: i16 = 3140;

impl Product {
    /// A product, the big ones more often.
    pub(super) fn any(dice: &mut Dice) -> &'static Self {
        let mut left = dice.below(PRODUCTS.iter().map(|product| product.weight).sum());
        for product in &PRODUCTS {
            if left < product.weight {
                return product;
            }
            left -= product.weight;
        }
        unreachable!("the weights add up to the bound")
    }

    /// A page of this product, the well-known ones more often.
    pub(super) fn page(&self, dice: &mut Dice) -> String {
        if dice.chance(1, 12) {
            return "CHANGELOG.md".to_owned();
        }
        let (folder, page) = (dice.favor(self.folders), dice.favor(self.pages));
        let ending = self.ending;
        format!("{folder}/{page}{ending}")
    }

    /// The `number`-th page of this product: a bot goes through all of them.
    pub(super) fn nth_page(&self, number: usize) -> String {
        let folder = self.folders[number % self.folders.len()];
        let page = self.pages[number / self.folders.len() % self.pages.len()];
        let ending = self.ending;
        format!("{folder}/{page}-{number}{ending}")
    }
}

/// The part of the product a page belongs to.
pub(super) fn section(page: &str) -> &str {
    page.split_once('/').map_or("(root)", |(section, _)| section)
}
