//! The one table of what takes which role.

use crate::model::Role;

/// Something that takes a permission: a type, so that a handler names what it does in its signature.
pub(in super::super) trait Action: Send + Sync + 'static {
    /// Its line of the table.
    const PERMISSION: Permission;
    /// Its name, as in tokens and in the audit log.
    const NAME: &'static str = Self::PERMISSION.name;
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Permission {
    pub(in super::super) name: &'static str,
    /// The least role that may.
    pub(in super::super) role: Role,
    /// Of which datasets one must know.
    pub(in super::super) reach: Reach,
    pub(in super::super) about: &'static str,
}

/// Of which datasets one must know to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Reach {
    /// Of those that it is about.
    Some,
    /// Of all: what it changes is shared by all of them, or is who may know of what.
    All,
}

macro_rules! policy {
    (@line $name:literal $role:ident $reach:ident $about:literal) => {
        $crate::api::access::Permission {
            name: $name,
            role: $crate::model::Role::$role,
            reach: $crate::api::access::Reach::$reach,
            about: $about,
        }
    };
    ($($action:ident $name:literal $role:ident $reach:ident $about:literal)+) => {
        /// A type for each action.
        pub(in super::super) mod actions {
            $(
                #[doc = concat!("To ", $about, ".")]
                #[derive(Debug)]
                pub(in super::super::super) enum $action {}
                impl super::Action for $action {
                    const PERMISSION: super::Permission =
                        policy!(@line $name $role $reach $about);
                }
            )+
        }

        /// Every action with what it takes.
        pub(in super::super) const PERMISSIONS: &[Permission] = &[
            $(policy!(@line $name $role $reach $about)),+
        ];
    };
}

policy! {
    ReadCatalog "catalog.read" Viewer Some "see datasets, their partitions and how they follow from each other"
    ReadRuns "run.read" Viewer Some "see runs, attempts and what they wrote"
    ReadBackfills "backfill.read" Viewer Some "see backfills, and plan one without applying it"
    ReadSchedules "schedule.read" Viewer Some "see schedules and their ticks"
    ReadWorkers "worker.read" Viewer Some "see workers, pools and the queue"
    ReadSlas "sla.read" Viewer Some "see what is promised and what was kept"
    ReadMetrics "metrics.read" Viewer Some "read what Prometheus collects"
    Listen "live.read" Viewer Some "be told what changes"
    OwnAccount "account.own" Viewer Some "change one's own password, sessions and tokens"
    ReadData "data.read" Operator Some "see rows and files of partitions"
    CreateBackfill "backfill.create" Operator Some "apply a plan"
    ControlBackfill "backfill.control" Operator Some "pause, resume, cancel and reorder backfills"
    ControlRuns "run.control" Operator Some "cancel runs and have them again"
    ControlJobs "job.control" Operator Some "pause and resume jobs and schedules"
    AnnounceSource "source.announce" Operator Some "say that files of a source changed"
    ApproveChanges "change.approve" Operator Some "let held changes go"
    SetPools "pool.set" Editor All "change how many slots a pool has"
    ReadAudit "audit.read" Editor Some "see who did what"
    ReadSettings "settings.read" Editor Some "see how it is set up and what is wrong with it"
    ManageUsers "user.manage" Admin All "say who may what"
    ManageTokens "token.manage" Admin All "see and revoke the tokens of others"
}
