//! Finds an installed PostgreSQL.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use tokio::process::Command;

use super::Error;

/// The oldest major version this project is tested with.
pub(super) const MAJOR_MIN: u32 = 15;

/// What a usable directory holds.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Where packages put the binaries; `*` stands for one name.
const PATTERNS: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
];

/// A version as PostgreSQL prints it, ordered by major and minor number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) major: u32,
    minor: u32,
    pub(super) text: String,
}

impl Version {
    /// Reads the answer of `postgres --version`.
    fn parse(line: &str) -> Option<Self> {
        let text = line.trim().strip_prefix("postgres (PostgreSQL) ")?.split(' ').next()?;
        let digits = |part: &str| {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().ok()
        };
        let major = digits(text)?;
        // A beta has no minor number: `18beta1`.
        let minor = text.split_once('.').and_then(|(_, minor)| digits(minor)).unwrap_or(0);
        Some(Self { major, minor, text: text.to_owned() })
    }
}

/// A directory with the programs of one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Binaries {
    pub(super) version: Version,
    pub(super) dir: PathBuf,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    async fn look(dir: &Path) -> Result<Self, String> {
        let missing = |dir: &Path| PROGRAMS.iter().find(|name| !dir.join(name).is_file());
        if let Some(missing) = missing(dir) {
            return Err(format!("there is no `{missing}`"));
        }
        // A link on the search path leads to the same installation as the directory itself.
        let server = dir.join("postgres").canonicalize().map_err(|error| error.to_string())?;
        let dir = match server.parent() {
            Some(real) if missing(real).is_none() => real,
            _ => dir,
        };
        let output = Command::new(dir.join("postgres"))
            .arg("--version")
            .output()
            .await
            .map_err(|error| error.to_string())?;
        let line = String::from_utf8_lossy(&output.stdout);
        match Version::parse(&line) {
            Some(version) if MAJOR_MIN <= version.major => {
                Ok(Self { version, dir: dir.to_owned() })
            }
            Some(version) => Err(format!("version {} is too old", version.text)),
            None => Err(format!("`postgres --version` said `{}`", line.trim())),
        }
    }
}

/// Every usable installation, oldest first.
///
/// # Errors
///
/// When `bin_dir` is given and holds no usable installation, or none is found anywhere.
pub(super) async fn find(bin_dir: Option<&Path>) -> Result<Vec<Binaries>, Error> {
    if let Some(dir) = bin_dir {
        // Who names a directory wants that one; another would be a surprise.
        return match Binaries::look(dir).await {
            Ok(found) => Ok(vec![found]),
            Err(reason) => Err(Error::UnusableBinaries { dir: dir.to_owned(), reason }),
        };
    }
    // The search path belongs to the system and is no setting of ours.
    let path = env::var_os("PATH").unwrap_or_default();
    let found = find_in(env::split_paths(&path).chain(packaged())).await;
    if found.is_empty() { Err(Error::NoBinaries) } else { Ok(found) }
}

pub(super) async fn find_in(dirs: impl Iterator<Item = PathBuf>) -> Vec<Binaries> {
    let mut found = BTreeSet::new();
    for dir in dirs {
        if let Ok(binaries) = Binaries::look(&dir).await {
            found.insert(binaries);
        }
    }
    found.into_iter().collect()
}

/// The newest installation that can run a cluster made by `made_by`.
///
/// # Errors
///
/// When the cluster's major version is not among those found.
pub(super) fn choose(
    mut found: Vec<Binaries>,
    made_by: Option<u32>,
    data_dir: &Path,
) -> Result<Binaries, Error> {
    let Some(major) = made_by else {
        return found.pop().ok_or(Error::NoBinaries);
    };
    let fitting = found.iter().rposition(|binaries| binaries.version.major == major);
    match fitting {
        Some(position) => Ok(found.swap_remove(position)),
        None => Err(Error::OtherMajor {
            data_dir: data_dir.to_owned(),
            made_by: major,
            found: found.into_iter().map(|binaries| binaries.version.text).collect(),
        }),
    }
}

fn packaged() -> impl Iterator<Item = PathBuf> {
    PATTERNS.into_iter().flat_map(|(parent, prefix, below)| {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        entries
            .filter(move |entry| {
                entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes())
            })
            .map(move |entry| entry.path().join(below))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binaries(line: &str) -> Binaries {
        Binaries { version: Version::parse(line).unwrap(), dir: PathBuf::from("/bin") }
    }

    #[test]
    fn versions_are_read_and_ordered_by_number() {
        let old = binaries("postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)\n");
        let new = binaries("postgres (PostgreSQL) 15.14\n");
        let beta = binaries("postgres (PostgreSQL) 18beta1\n");

        assert!(old < new, "9 comes before 14");
        assert_eq!((beta.version.major, beta.version.text.as_str()), (18, "18beta1"));
        assert_eq!(Version::parse("psql (PostgreSQL) 15.1"), None);
    }

    #[test]
    fn an_existing_cluster_keeps_its_major_version() {
        let found = || {
            ["15.9", "15.14", "17.2"]
                .map(|version| binaries(&format!("postgres (PostgreSQL) {version}")))
                .to_vec()
        };
        let pick = |made_by| choose(found(), made_by, Path::new("/data"));

        assert_eq!(pick(None).unwrap().version.text, "17.2");
        assert_eq!(pick(Some(15)).unwrap().version.text, "15.14");
        assert_eq!(
            pick(Some(16)).unwrap_err().to_string(),
            "could not start the cluster in `/data`: it was made by PostgreSQL 16, and only 15.9, \
             15.14, 17.2 can be found"
        );
    }
}
