//! What kind of work a run is, and who asked for it.

/// What kind of work a run is: the classes share each pool by weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(type_name = "tidemill.run_class", rename_all = "snake_case")]
pub enum Class {
    /// A partition that has just fallen due and was never there.
    Live,
    /// A partition that late data, a correction or a missed tick asks for.
    Late,
    /// History that was asked for at once.
    Backfill,
}

impl Class {
    /// Every class, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Live, Self::Late, Self::Backfill];

    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Late => "late",
            Self::Backfill => "backfill",
        }
    }
}

/// Who asked for work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "tidemill.origin", rename_all = "snake_case")]
pub enum Origin {
    /// A person, by the terminal or the API.
    Person,
    /// A schedule's tick.
    Schedule,
    /// New or changed inputs.
    Automation,
}

impl Origin {
    /// Every kind of asker.
    pub const ALL: [Self; 3] = [Self::Person, Self::Schedule, Self::Automation];

    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Schedule => "schedule",
            Self::Automation => "automation",
        }
    }
}
