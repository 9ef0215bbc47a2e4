//! The only reader of the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Everything the environment says.
#[derive(Clone)]
pub struct Config {
    /// `DATABASE_URL`: the Postgres to use instead of a private one.
    pub database_url: Option<String>,
    /// `TIDEMILL_HOME`: where state is kept; `.tidemill` in the current folder otherwise.
    pub home: PathBuf,
    /// `TIDEMILL_LAKE`: a folder or URL for partitions; `lake` under `home` otherwise.
    pub lake: String,
    /// `TIDEMILL_PG_BIN`: the folder of the Postgres programs.
    pub pg_bin: Option<PathBuf>,
    /// `TIDEMILL_SLOTS`: how many partitions are made at once; two a core otherwise, so that
    /// cores do not wait for the disk.
    pub slots: usize,
    /// `TIDEMILL_LEASE`: after how many seconds without a sign of life a worker is taken for dead;
    /// 15 otherwise.
    pub lease: Duration,
    /// `TIDEMILL_LISTEN`: where the server listens; `127.0.0.1:7117` otherwise.
    pub listen: String,
    /// `TIDEMILL_FAILPOINT`: where a test makes this process fail; see [`crate::failpoint`].
    pub failpoint: Option<String>,
    /// Options of object stores: `AWS_REGION`, `AWS_ENDPOINT`, `AZURE_…`, `GOOGLE_…`.
    pub store_options: BTreeMap<String, String>,
    /// Every `TIDEMILL_<NAME>`, for the project's own use.
    pub settings: BTreeMap<String, String>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets: only what is harmless is shown.
        f.debug_struct("Config")
            .field("home", &self.home)
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the environment.
    #[must_use]
    pub fn read() -> Self {
        // A variable that is not text is none of ours.
        let all: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self::from_variables(&all)
    }

    /// Reads these variables.
    #[must_use]
    pub fn from_variables(all: &BTreeMap<String, String>) -> Self {
        let get = |name: &str| all.get(name).filter(|value| !value.is_empty()).cloned();
        let home = get("TIDEMILL_HOME").map_or_else(|| PathBuf::from(".tidemill"), PathBuf::from);
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let store_options = all
            .iter()
            .filter(|(name, _)| {
                ["AWS_", "AZURE_", "GOOGLE_"].iter().any(|prefix| name.starts_with(prefix))
            })
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect();
        let mut settings: BTreeMap<String, String> = all
            .iter()
            .filter_map(|(name, value)| {
                Some((name.strip_prefix("TIDEMILL_")?.to_lowercase(), value.clone()))
            })
            .filter(|(_, value)| !value.is_empty())
            .collect();
        settings.entry("home".to_owned()).or_insert_with(|| home.to_string_lossy().into_owned());
        Self {
            database_url: get("DATABASE_URL"),
            lake: get("TIDEMILL_LAKE")
                .unwrap_or_else(|| home.join("lake").to_string_lossy().into_owned()),
            pg_bin: get("TIDEMILL_PG_BIN").map(PathBuf::from),
            slots: get("TIDEMILL_SLOTS")
                .and_then(|text| text.parse().ok())
                .filter(|slots| (1..=256).contains(slots))
                .unwrap_or(cores * 2),
            lease: get("TIDEMILL_LEASE")
                .and_then(|text| text.parse().ok())
                .filter(|seconds| (2..=3600).contains(seconds))
                .map_or(Duration::from_secs(15), Duration::from_secs),
            listen: get("TIDEMILL_LISTEN").unwrap_or_else(|| "127.0.0.1:7117".to_owned()),
            failpoint: get("TIDEMILL_FAILPOINT"),
            store_options,
            settings,
            home,
        }
    }
}
