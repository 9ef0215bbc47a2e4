//! Names a plan by what it computes, so that changed code is told from merely moved code.

use polars::prelude::{LazyFrame, PolarsResult};

use super::walk::{Digest, Walk, mix, walk};

/// Counted up when the walk or the normalization changes, so old digests are never compared.
const SCHEME: &str = "tidemill plan 1";

/// How many hexadecimal digits of the hash a digest keeps.
const DIGITS: usize = 32;

/// What a plan computes, as a name, and what that name cannot vouch for.
///
/// Equal digests mean the same computation.
/// Digests also differ between versions of Polars: rehash every job with the old and the new
/// binary on an upgrade, instead of taking every job for changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Names the resolved plan: 32 hexadecimal digits.
    pub digest: String,
    /// Names the optimized plan.
    ///
    /// Where `digest` changed and this did not, the change was a refactoring.
    pub optimized: String,
    /// Code inside the plan that no plan shows: a changed body would not change the digest.
    pub opaque: Vec<String>,
    /// Expressions that may give another result on the same rows.
    pub nondeterministic: Vec<String>,
    /// Reads of something that is not an input of the job.
    pub undeclared: Vec<String>,
}

/// Names the computation of a plan that was built on [`probe`](super::probe) inputs.
///
/// # Errors
///
/// Returns Polars' error when the plan does not resolve, or holds a node that cannot be written
/// down. A plan that passes [`check`](super::check()) resolves.
pub fn fingerprint(plan: LazyFrame) -> PolarsResult<Fingerprint> {
    let resolved = walk(&plan.clone().to_alp()?)?;
    let optimized = walk(&plan.to_alp_optimized()?)?;
    let Walk { root, opaque, nondeterministic, undeclared } = resolved;
    Ok(Fingerprint {
        digest: seal("resolved", &[root]),
        optimized: seal("optimized", &[optimized.root]),
        opaque,
        nondeterministic,
        undeclared,
    })
}

/// One name for a job that was built several times, once for each probe window.
///
/// `version` is what the job's author calls the code: with it, opaque code counts as named.
/// `extra` is whatever else decides the result, such as a setting the job reads.
#[must_use]
pub fn combine(parts: &[Fingerprint], version: Option<&str>, extra: &[&str]) -> Fingerprint {
    let name = |kind: &str, digest: fn(&Fingerprint) -> &str| {
        let parts = parts.iter().map(|part| mix(digest(part), &[])).collect::<Vec<_>>();
        let version = version
            .map_or_else(|| mix("no version", &[]), |text| mix("version", &[mix(text, &[])]));
        let extra = extra.iter().map(|text| mix(text, &[])).collect::<Vec<_>>();
        seal(kind, &[mix("parts", &parts), version, mix("extra", &extra)])
    };
    Fingerprint {
        digest: name("resolved job", |part| &part.digest),
        optimized: name("optimized job", |part| &part.optimized),
        opaque: match version {
            Some(_) => Vec::new(),
            None => union(parts, |part| &part.opaque),
        },
        nondeterministic: union(parts, |part| &part.nondeterministic),
        undeclared: union(parts, |part| &part.undeclared),
    }
}

/// The final name: scheme and Polars version first, because both decide what a node looks like.
fn seal(kind: &str, parts: &[Digest]) -> String {
    let prefix = format!("{SCHEME}, polars {}, {kind}", polars::VERSION);
    let mut name = blake3::Hash::from_bytes(mix(&prefix, parts)).to_hex().to_string();
    name.truncate(DIGITS);
    name
}

/// Every remark of every part once, in the order of first mention.
fn union(parts: &[Fingerprint], remarks: fn(&Fingerprint) -> &Vec<String>) -> Vec<String> {
    let mut all = Vec::new();
    for remark in parts.iter().flat_map(remarks) {
        if !all.contains(remark) {
            all.push(remark.clone());
        }
    }
    all
}
