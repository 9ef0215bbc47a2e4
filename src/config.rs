//! The only reader of the environment.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
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
    /// `TIDEMILL_MEMORY`: how much memory an attempt may take whose job does not say, such as
    /// `2GiB`; `none` for no limit; three quarters of this machine's otherwise.
    pub memory: Option<u64>,
    /// `TIDEMILL_CGROUP`: the folder of a control group in which Tidemill may make others, so that
    /// the kernel holds jobs and what they start to their memory.
    pub cgroup: Option<PathBuf>,
    /// `TIDEMILL_LEASE`: after how many seconds without a sign of life a worker is taken for dead;
    /// 15 otherwise.
    pub lease: Duration,
    /// `TIDEMILL_FAILPOINT`: where a test makes this process fail; see [`crate::failpoint`].
    pub failpoint: Option<String>,
    /// `TIDEMILL_LISTEN`: where the server listens; `127.0.0.1:7117` otherwise.
    pub listen: String,
    /// `TIDEMILL_METRICS`: where a `worker` or a `scheduler` shows what it counts, such as
    /// `127.0.0.1:9464`; nowhere otherwise.
    pub metrics: Option<String>,
    /// `TIDEMILL_URL`: where people reach the server, such as `https://tidemill.example.com`, if
    /// not at a loopback address.
    pub url: Option<String>,
    /// `TIDEMILL_PROXIES`: the proxies whose `X-Forwarded-…` is believed, as addresses or
    /// networks, separated by commas.
    pub proxies: Vec<String>,
    /// `TIDEMILL_ENVIRONMENT`: what this installation is called; `local` otherwise.
    pub environment: String,
    /// `TIDEMILL_OIDC_…`: where else people may sign in.
    pub oidc: OidcConfig,
    /// `TIDEMILL_WEBHOOK_…`: where missed promises are told.
    pub webhook: WebhookConfig,
    /// `TIDEMILL_OTLP_ENDPOINT`, or else `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces are sent.
    pub otlp: Option<String>,
    /// Options of object stores: `AWS_REGION`, `AWS_ENDPOINT`, `AZURE_…`, `GOOGLE_…`.
    pub store_options: BTreeMap<String, String>,
    /// Every `TIDEMILL_<NAME>`, for the project's own use.
    pub settings: BTreeMap<String, String>,
    /// The environment without what names the database: that of the processes in which jobs run.
    pub for_jobs: BTreeMap<String, String>,
    /// What cannot be used of the above: nothing that works with jobs is to start with it.
    pub faults: Vec<String>,
}

/// Where people may sign in by OpenID Connect, as the environment says it.
#[derive(Clone, Default)]
pub struct OidcConfig {
    /// `TIDEMILL_OIDC_ISSUER`: the issuer, such as `https://id.example.com`; none for no sign-in
    /// elsewhere.
    pub issuer: Option<String>,
    /// `TIDEMILL_OIDC_CLIENT_ID`: what we are called there.
    pub client_id: Option<String>,
    /// `TIDEMILL_OIDC_CLIENT_SECRET`: what proves there that it is us.
    pub client_secret: Option<String>,
    /// `TIDEMILL_OIDC_NAME`: what people call it; the host of the issuer otherwise.
    pub name: Option<String>,
    /// `TIDEMILL_OIDC_SCOPES`: what is asked for there; `openid profile email` otherwise.
    pub scopes: Option<String>,
    /// `TIDEMILL_OIDC_ROLE_CLAIM`: the claim that says what somebody may do; `groups` otherwise.
    pub role_claim: Option<String>,
    /// `TIDEMILL_OIDC_ROLES`: which value of it is which role, such as
    /// `data-admins=admin,everyone=viewer`, or with which datasets too, such as
    /// `data-admins=admin@all,shop=operator@prefix:shop_+tag:retail`.
    pub roles: Option<String>,
}

/// Where missed promises are told, as the environment says it.
#[derive(Clone, Default)]
pub struct WebhookConfig {
    /// `TIDEMILL_WEBHOOK_URL`: where to, such as `https://example.com/hook`; none to tell nobody.
    pub url: Option<String>,
    /// `TIDEMILL_WEBHOOK_SECRET`: what messages are signed with, `whsec_` and Base64; two apart by
    /// a space while one takes the place of the other.
    pub secret: Option<String>,
    /// `TIDEMILL_WEBHOOK_ALLOW_HTTP`: `1` to send without encryption.
    pub allow_http: bool,
    /// `TIDEMILL_WEBHOOK_ALLOW_PRIVATE`: addresses that are not public and may be sent to all the
    /// same, such as `10.1.2.0/24`, separated by commas.
    pub allow_private: Option<String>,
}

/// Settings that no job is to know: neither its process nor its program.
const SECRETS: [&str; 2] = ["TIDEMILL_OIDC_", "TIDEMILL_WEBHOOK_"];

fn is_secret(name: &str) -> bool {
    SECRETS.iter().any(|prefix| name.starts_with(prefix))
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
            .filter(|(name, value)| !value.is_empty() && !is_secret(name))
            .filter_map(|(name, value)| {
                Some((name.strip_prefix("TIDEMILL_")?.to_lowercase(), value.clone()))
            })
            .collect();
        let mut faults = Vec::new();
        let mut number = |name: &str, bounds: RangeInclusive<u64>| {
            whole(name, &get(name)?, bounds).map_err(|fault| faults.push(fault)).ok()
        };
        let (slots, lease) =
            (number("TIDEMILL_SLOTS", 1..=256), number("TIDEMILL_LEASE", 2..=3600));
        settings.entry("home".to_owned()).or_insert_with(|| home.to_string_lossy().into_owned());
        Self {
            database_url: get("DATABASE_URL"),
            lake: get("TIDEMILL_LAKE")
                .unwrap_or_else(|| home.join("lake").to_string_lossy().into_owned()),
            pg_bin: get("TIDEMILL_PG_BIN").map(PathBuf::from),
            slots: slots.map_or(cores * 2, |slots| slots as usize),
            memory: match get("TIDEMILL_MEMORY").as_deref() {
                Some("none") => None,
                text => text.and_then(size).or_else(|| machine_memory().map(|all| all / 4 * 3)),
            },
            cgroup: get("TIDEMILL_CGROUP").map(PathBuf::from),
            for_jobs: for_jobs(all),
            lease: Duration::from_secs(lease.unwrap_or(15)),
            failpoint: get("TIDEMILL_FAILPOINT"),
            listen: get("TIDEMILL_LISTEN").unwrap_or_else(|| "127.0.0.1:7117".to_owned()),
            metrics: get("TIDEMILL_METRICS"),
            url: get("TIDEMILL_URL"),
            proxies: get("TIDEMILL_PROXIES").map_or_else(Vec::new, |text| {
                text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
            }),
            environment: get("TIDEMILL_ENVIRONMENT").unwrap_or_else(|| "local".to_owned()),
            oidc: OidcConfig {
                issuer: get("TIDEMILL_OIDC_ISSUER"),
                client_id: get("TIDEMILL_OIDC_CLIENT_ID"),
                client_secret: get("TIDEMILL_OIDC_CLIENT_SECRET"),
                name: get("TIDEMILL_OIDC_NAME"),
                scopes: get("TIDEMILL_OIDC_SCOPES"),
                role_claim: get("TIDEMILL_OIDC_ROLE_CLAIM"),
                roles: get("TIDEMILL_OIDC_ROLES"),
            },
            webhook: WebhookConfig {
                url: get("TIDEMILL_WEBHOOK_URL"),
                secret: get("TIDEMILL_WEBHOOK_SECRET"),
                allow_http: get("TIDEMILL_WEBHOOK_ALLOW_HTTP").as_deref() == Some("1"),
                allow_private: get("TIDEMILL_WEBHOOK_ALLOW_PRIVATE"),
            },
            otlp: get("TIDEMILL_OTLP_ENDPOINT").or_else(|| get("OTEL_EXPORTER_OTLP_ENDPOINT")),
            store_options,
            settings,
            home,
            faults,
        }
    }
}

/// A whole number within bounds; what is wrong with it otherwise.
fn whole(name: &str, text: &str, bounds: RangeInclusive<u64>) -> Result<u64, String> {
    text.trim().parse().ok().filter(|number| bounds.contains(number)).ok_or_else(|| {
        let (least, most) = bounds.into_inner();
        format!("`{name}` is `{text}`, which is not a whole number from {least} to {most}")
    })
}

/// A number of bytes as people write it: `512MiB`, `2 GiB`, `1.5GB`, or in bytes.
fn size(text: &str) -> Option<u64> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..at].parse().ok()?;
    let unit = match text[at..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "k" | "kib" => 1 << 10,
        "mb" => 1_000_000,
        "m" | "mib" => 1 << 20,
        "gb" => 1_000_000_000,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    Some((number * f64::from(unit)) as u64)
}

/// How much memory this machine has, or this container may take of it.
fn machine_memory() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| {
        size(text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.trim())
    });
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limits = limits.into_iter().filter_map(|path| read(path)?.trim().parse::<u64>().ok());
    machine.into_iter().chain(limits).min()
}

/// What a job may know of the environment: its own settings and those of object stores, and nothing
/// that leads to the database.
fn for_jobs(all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let url = all.get("DATABASE_URL").map_or("", String::as_str);
    let is_harmless = |(name, value): &(&String, &String)| {
        let names_it = name.starts_with("PG")
            || name.ends_with("DATABASE_URL")
            || name.starts_with("TIDEMILL_PG_")
            || is_secret(name);
        !names_it && (url.is_empty() || !value.contains(url))
    };
    let kept = all.iter().filter(is_harmless);
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn memory_is_given_as_people_write_it() {
        let memory = |text| Config::from_variables(&variables(&[("TIDEMILL_MEMORY", text)])).memory;
        assert_eq!(memory("2GiB"), Some(2 << 30));
        assert_eq!(memory("1.5 GB"), Some(1_500_000_000));
        assert_eq!(memory("512m"), Some(512 << 20));
        assert_eq!(memory("1048576"), Some(1 << 20));
        assert_eq!(memory("none"), None);
        let usual = memory("");
        assert!(usual.is_some_and(|bytes| (64 << 20) < bytes), "{usual:?}");
        assert_eq!(memory("much"), usual, "what cannot be read is as if it were not there");
    }

    #[test]
    fn numbers_out_of_bounds_are_faults_and_not_silently_something_else() {
        let read = |name, text| Config::from_variables(&variables(&[(name, text)]));
        assert_eq!(read("TIDEMILL_SLOTS", "256").slots, 256);
        assert_eq!(read("TIDEMILL_LEASE", "60").lease, Duration::from_mins(1));
        for (name, text, bounds) in [
            ("TIDEMILL_SLOTS", "9999", "1 to 256"),
            ("TIDEMILL_SLOTS", "0", "1 to 256"),
            ("TIDEMILL_SLOTS", "many", "1 to 256"),
            ("TIDEMILL_LEASE", "1", "2 to 3600"),
        ] {
            let told = format!("`{name}` is `{text}`, which is not a whole number from {bounds}");
            assert_eq!(read(name, text).faults, [told]);
        }
        assert!(read("TIDEMILL_SLOTS", "").faults.is_empty(), "as if it were not there");
    }

    #[test]
    fn jobs_do_not_learn_where_the_database_is() {
        let url = "postgres://tidemill:geheim@db/tidemill";
        let all = variables(&[
            ("DATABASE_URL", url),
            ("MY_DATABASE_URL", "postgres://other"),
            ("PGPASSWORD", "geheim"),
            ("PGHOST", "db"),
            ("TIDEMILL_PG_BIN", "/usr/lib/postgresql/15/bin"),
            ("TIDEMILL_COPY", &format!("--url={url}")),
            ("TIDEMILL_DATA", "data"),
            ("TIDEMILL_OIDC_CLIENT_SECRET", "geheim"),
            ("TIDEMILL_WEBHOOK_SECRET", "geheim"),
            ("AWS_REGION", "eu-central-1"),
            ("PATH", "/usr/bin"),
        ]);
        let config = Config::from_variables(&all);
        assert!(!config.settings.values().any(|value| value == "geheim"));
        let left: Vec<String> = config.for_jobs.into_keys().collect();
        assert_eq!(left, ["AWS_REGION", "PATH", "TIDEMILL_DATA"]);
    }
}
