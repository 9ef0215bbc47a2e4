//! Pools: limits on work that hurts elsewhere, and how the classes of work share them.

/// How one class of work shares a pool with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How much of the pool it gets when every class wants more, relative to the others; at least 1.
    pub weight: u32,
    /// Slots it gets before any class gets more than its own floor.
    pub floor: u32,
}

impl Share {
    /// A share by weight, above a floor in slots.
    #[must_use]
    pub const fn new(weight: u32, floor: u32) -> Self {
        Self { weight, floor }
    }
}

/// A limit on what runs at once, shared by jobs that would hurt the same thing: an API, a database,
/// a machine's memory.
///
/// ```
/// use tidemill::prelude::*;
///
/// let crm = Pool::new("crm").slots(4);
/// let job = Transform::new("contacts").pool(&crm).weight(2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// How many slots it has; none for as many as the workers have.
    pub slots: Option<u32>,
    /// Partitions that were never there and have just fallen due.
    pub live: Share,
    /// Partitions that late data or a correction made stale.
    pub late: Share,
    /// History that a person asked for.
    pub backfill: Share,
}

impl Pool {
    /// The pool of jobs that name none.
    pub const DEFAULT: &'static str = "default";

    /// A pool without a limit.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            slots: None,
            live: Share::new(6, 1),
            late: Share::new(3, 1),
            backfill: Share::new(1, 1),
        }
    }

    /// Limits what runs at once: each run takes as many slots as its job weighs.
    #[must_use]
    pub const fn slots(mut self, slots: u32) -> Self {
        self.slots = Some(slots);
        self
    }

    /// How live work, late work and backfills share it; by default 6, 3 and 1, each with a floor of
    /// one slot.
    #[must_use]
    pub const fn shares(mut self, live: Share, late: Share, backfill: Share) -> Self {
        (self.live, self.late, self.backfill) = (live, late, backfill);
        self
    }

    pub(super) fn fault(&self) -> Option<String> {
        let name = &self.name;
        if let Err(why) = name.parse::<crate::model::Name>() {
            return Some(why.to_string());
        }
        if self.slots == Some(0) {
            return Some(format!("pool `{name}` has no slot, so nothing in it could ever run"));
        }
        let shares = [self.live, self.late, self.backfill];
        let is_idle = shares.iter().any(|share| share.weight == 0);
        is_idle.then(|| format!("a class of pool `{name}` has the weight 0, so it could starve"))
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(Self::DEFAULT)
    }
}

/// What limits the runs of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The pool its runs take slots of.
    pub pool: Pool,
    /// How many slots each takes.
    pub weight: u32,
    /// How many of its partitions are made at once; none for as many as fit.
    pub concurrency: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pool: Pool::default(), weight: 1, concurrency: None }
    }
}

impl Limits {
    pub(super) fn fault(&self) -> Option<String> {
        if self.weight == 0 {
            return Some("a weight of 0 takes no slot; the least is 1".to_owned());
        }
        if self.concurrency == Some(0) {
            return Some("a concurrency of 0 lets nothing run; pause the job instead".to_owned());
        }
        self.pool.fault()
    }
}
