//! Under whose name the server runs. PostgreSQL refuses to run as root.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, chown},
    path::Path,
    process::Stdio,
};

use tokio::process::Command;

use super::Error;

/// Variables that would change what PostgreSQL's programs do.
const FOREIGN_VARIABLES: [&str; 6] =
    ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGDATABASE", "PGOPTIONS"];

/// How the programs of PostgreSQL are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// As the user of this process.
    Own,
    /// As root outside, and as this user inside a user namespace. Files stay root's, so this
    /// works anywhere root can write.
    Namespace { uid: u32, gid: u32 },
    /// As another user, who must be able to reach the data.
    Switch { uid: u32, gid: u32 },
}

impl Account {
    /// Decides for the cluster in `data_dir`, or for a new one.
    ///
    /// # Errors
    ///
    /// When the cluster belongs to somebody else, or this is root and nothing works.
    pub(super) async fn choose(data_dir: Option<&Path>) -> Result<Self, Error> {
        let user = effective_user().await?;
        let owner = match data_dir {
            Some(path) => Some(fs::metadata(path).map_err(Error::io("read the owner of", path))?),
            None => None,
        };
        match (user, owner) {
            (0, None) => Self::for_new_cluster_of_root().await,
            (0, Some(owner)) if owner.uid() == 0 => namespace().await.ok_or_else(|| {
                let reason = "the cluster was made in a user namespace, which is now forbidden";
                Error::NoAccount { reason: reason.to_owned() }
            }),
            (0, Some(owner)) => Ok(Self::Switch { uid: owner.uid(), gid: owner.gid() }),
            (user, Some(owner)) if owner.uid() != user => Err(Error::ForeignOwner {
                path: data_dir.unwrap_or(Path::new("")).to_owned(),
                owner: owner.uid(),
                user,
            }),
            (_, _) => Ok(Self::Own),
        }
    }

    async fn for_new_cluster_of_root() -> Result<Self, Error> {
        if let Some(account) = namespace().await {
            return Ok(account);
        }
        match unprivileged_entry() {
            Some((uid, gid)) => Ok(Self::Switch { uid, gid }),
            None => Err(Error::NoAccount {
                reason: "user namespaces are forbidden, and there is neither a user `postgres` \
                         nor `nobody`"
                    .to_owned(),
            }),
        }
    }

    /// A command that runs `program` under this account, in a process group of its own.
    ///
    /// The terminal sends its signals to a group: an interrupt is meant for this process, which
    /// stops the server when it is ready to.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = match self {
            Self::Own => Command::new(program),
            Self::Namespace { uid, gid } => {
                let mut command = Command::new("unshare");
                command.arg("--user");
                command.arg(format!("--map-user={uid}")).arg(format!("--map-group={gid}"));
                command.arg("--").arg(program);
                command
            }
            Self::Switch { uid, gid } => {
                let mut command = Command::new(program);
                command.uid(uid).gid(gid);
                command
            }
        };
        for name in FOREIGN_VARIABLES {
            command.env_remove(name);
        }
        // The other account may not be able to enter our working directory.
        command.env("LC_ALL", "C").current_dir("/").process_group(0).stdin(Stdio::null());
        command
    }

    /// Gives `path` to the account, when it is another user's.
    ///
    /// # Errors
    ///
    /// When the owner cannot be changed.
    pub(super) fn adopt(self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Own | Self::Namespace { .. } => Ok(()),
            Self::Switch { uid, gid } => {
                chown(path, Some(uid), Some(gid)).map_err(Error::io("give away", path))
            }
        }
    }
}

/// The user this process acts as.
///
/// # Errors
///
/// When `id` cannot be run.
pub(super) async fn effective_user() -> Result<u32, Error> {
    let path = Path::new("id");
    let output = Command::new(path).arg("-u").output().await.map_err(Error::io("run", path))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let odd = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    text.trim().parse().map_err(odd).map_err(Error::io("understand the answer of", path))
}

async fn namespace() -> Option<Account> {
    let (uid, gid) = unprivileged_entry()?;
    let account = Account::Namespace { uid, gid };
    // A container may forbid namespaces, or `unshare` may be too old: try it.
    let mut probe = account.command(Path::new("true"));
    probe.stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().await.is_ok_and(|status| status.success()).then_some(account)
}

/// The user to be instead of root; PostgreSQL insists on one that has a name.
fn unprivileged_entry() -> Option<(u32, u32)> {
    choose_entry(&fs::read_to_string("/etc/passwd").ok()?)
}

fn choose_entry(passwd: &str) -> Option<(u32, u32)> {
    ["postgres", "nobody"].into_iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            (name == wanted && uid != 0).then_some((uid, gid))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_prefers_the_user_made_for_postgres() {
        let nobody = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533::/:/bin/false\n";
        let both = format!("{nobody}postgres:x:101:104::/var/lib/postgresql:/bin/bash\n");

        assert_eq!(choose_entry(nobody), Some((65534, 65533)));
        assert_eq!(choose_entry(&both), Some((101, 104)));
        assert_eq!(choose_entry("root:x:0:0::/root:/bin/sh\n"), None);
    }
}
