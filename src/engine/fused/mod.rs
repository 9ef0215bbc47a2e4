//! Neighbouring partitions made by one query.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use object_store::ObjectStoreExt;
use object_store::path::Path;
use polars::prelude::LazyFrame;

use super::Failure;
use super::execute::{Bench, Made, gate, key, panicked};
use super::executor::{Member, Pinned};
use crate::job::Context;
use crate::lake::write::{self, Cut};
use crate::model::Window;
use crate::spec::Fuse;
use crate::store::Published;

impl Bench<'_> {
    /// How the job's partitions are made together, if they may be.
    pub(super) fn fuse(&self) -> Option<&Fuse> {
        self.shop.catalog.dataset(self.dataset).job()?.fuse.as_deref()
    }

    /// Makes neighbouring partitions of one slice in one query: all of them, or none, with the same
    /// failure for each. What fails together may still succeed alone.
    pub(super) fn make_together(&self, members: &[Member]) -> Vec<Result<Published, Failure>> {
        let make = || self.make_all(members);
        let made = catch_unwind(AssertUnwindSafe(make))
            .unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
        match made {
            Ok(published) => published.into_iter().map(Ok).collect(),
            Err(failure) => {
                // It says little about each of them, so it is final for none.
                let failure = Failure { is_final: false, ..failure };
                members.iter().map(|_| Err(failure.clone())).collect()
            }
        }
    }

    fn make_all(&self, members: &[Member]) -> Result<Vec<Published>, Failure> {
        let began = Instant::now();
        let mut members: Vec<(usize, &Member)> = members.iter().enumerate().collect();
        members.sort_by_key(|(_, member)| member.ordinal);
        let (Some((_, first)), Some((_, last))) = (members.first(), members.last()) else {
            return Ok(Vec::new());
        };
        let spec = self.shop.catalog.dataset(self.dataset);
        let inputs = union(members.iter().map(|(_, member)| *member));
        let window = spec.scheme.time().map(|axis| Window {
            start: axis.window(first.ordinal).start,
            end: axis.window(last.ordinal).end,
        });
        let mut rejected = (0, Vec::new());
        let frames = self.frames(&inputs, window, &mut rejected)?;
        if 0 < rejected.0 {
            let message = "some rows could not be read; alone, each partition counts its own";
            return Err(Failure::new("TM0501", message));
        }
        let scheme = Arc::new(spec.scheme.clone());
        let cx = Context::new(spec.name.as_str(), scheme, key(first), first.attempt as u32)
            .up_to(last.ordinal);
        let mut plan = self.plan(cx, frames)?;
        let ordinals: Vec<i64> = members.iter().map(|(_, member)| member.ordinal).collect();
        let cut = self.cut(&mut plan, &ordinals)?;
        let paths = members.iter().map(|(_, member)| self.path(member, (first, last)));
        let paths: Vec<Path> = paths.map(|path| Path::from(format!("{path}.parquet"))).collect();
        let (shop, runtime) = (self.shop, self.runtime);
        let staged =
            write::stage_split(plan, (&cut, &paths), &shop.lake, runtime, &self.stop.flag)?;
        let seconds = began.elapsed().as_secs_f64() / members.len() as f64;
        let kept = self
            .hold_to_pins(&inputs)
            .and_then(|()| staged.iter().try_for_each(|staged| gate(shop, self.dataset, staged)));
        kept.inspect_err(|_| self.forget(&paths))?;
        let mut published = Vec::new();
        for ((at, member), staged) in members.iter().zip(staged) {
            let made = Made { staged, rejected: 0, rejects_path: None, seconds };
            published.push((*at, self.publish(member, made)?));
        }
        published.sort_by_key(|(at, _)| *at);
        Ok(published.into_iter().map(|(_, published)| published).collect())
    }

    /// How the rows of a plan are told apart by these windows.
    pub(super) fn cut(&self, plan: &mut LazyFrame, ordinals: &[i64]) -> Result<Cut, Failure> {
        let spec = self.shop.catalog.dataset(self.dataset);
        let failed = |why: String| Failure::new("TM0401", why);
        let schema = plan.collect_schema();
        let schema = schema.map_err(|error| failed(format!("could not run the plan: {error}")))?;
        let column = self.fuse().map_or("", Fuse::column);
        let cut = schema.get(column).zip(spec.scheme.time());
        cut.and_then(|(kind, axis)| Cut::new(column, kind, axis, ordinals)).ok_or_else(|| {
            failed(format!("column `{column}` does not tell its partitions apart")).for_good()
        })
    }

    /// Removes what was written and will not be named; what stays is found by the sweeper.
    fn forget(&self, paths: &[Path]) {
        for path in paths {
            let _ = self.runtime.block_on(self.shop.lake.store().delete(path));
        }
    }
}

#[cfg(test)]
mod tests;

/// What any of them reads, each version once, in the order of the windows.
fn union<'a>(members: impl Iterator<Item = &'a Member>) -> Vec<Vec<Pinned>> {
    let mut inputs: Vec<(BTreeSet<i64>, Vec<Pinned>)> = Vec::new();
    for member in members {
        inputs.resize_with(inputs.len().max(member.inputs.len()), Default::default);
        for ((seen, all), pins) in inputs.iter_mut().zip(&member.inputs) {
            all.extend(pins.iter().filter(|pin| seen.insert(pin.materialization)).cloned());
        }
    }
    inputs.into_iter().map(|(_, pins)| pins).collect()
}
