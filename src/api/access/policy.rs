//! The one table of what takes which role.

use crate::model::Role;

/// Something that takes a permission: a type, so that a handler names what it does in its signature.
pub(in super::super) trait Action: Send + Sync + 'static {
    /// Its name, as in tokens and in the audit log.
    const NAME: &'static str;
    /// The least role that may.
    const ROLE: Role;
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Permission {
    pub(in super::super) name: &'static str,
    pub(in super::super) role: Role,
    pub(in super::super) about: &'static str,
}

macro_rules! policy {
    ($($action:ident $name:literal $role:ident $about:literal)+) => {
        /// A type for each action.
        pub(in super::super) mod actions {
            $(
                #[doc = concat!("To ", $about, ".")]
                #[derive(Debug)]
                pub(in super::super::super) enum $action {}
                impl super::Action for $action {
                    const NAME: &'static str = $name;
                    const ROLE: crate::model::Role = crate::model::Role::$role;
                }
            )+
        }

        /// Every action with the least role that may.
        pub(in super::super) const PERMISSIONS: &[Permission] = &[
            $(Permission { name: $name, role: Role::$role, about: $about }),+
        ];
    };
}

policy! {
    ReadCatalog "catalog.read" Viewer "see datasets, their partitions and how they follow from each other"
    ReadRuns "run.read" Viewer "see runs, attempts and what they wrote"
    ReadBackfills "backfill.read" Viewer "see backfills, and plan one without applying it"
    ReadSchedules "schedule.read" Viewer "see schedules and their ticks"
    ReadWorkers "worker.read" Viewer "see workers, pools and the queue"
    ReadSlas "sla.read" Viewer "see what is promised and what was kept"
    ReadMetrics "metrics.read" Viewer "read what Prometheus collects"
    Listen "live.read" Viewer "be told what changes"
    OwnAccount "account.own" Viewer "change one's own password, sessions and tokens"
    ReadData "data.read" Operator "see rows and files of partitions"
    CreateBackfill "backfill.create" Operator "apply a plan"
    ControlBackfill "backfill.control" Operator "pause, resume, cancel and reorder backfills"
    ControlRuns "run.control" Operator "cancel runs and have them again"
    ControlJobs "job.control" Operator "pause and resume jobs and schedules"
    AnnounceSource "source.announce" Operator "say that files of a source changed"
    ApproveChanges "change.approve" Operator "let held changes go"
    SetPools "pool.set" Editor "change how many slots a pool has"
    ReadAudit "audit.read" Editor "see who did what"
    ReadSettings "settings.read" Editor "see how it is set up and what is wrong with it"
    ManageUsers "user.manage" Admin "say who may what"
    ManageTokens "token.manage" Admin "see and revoke the tokens of others"
}
