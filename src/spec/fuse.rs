//! Neighbouring partitions that one query may make.

use std::fmt;

use super::{Contract, InputSpec, Type};
use crate::model::{Grain, Scheme, words};

/// That neighbouring partitions may be computed in one query, and which column tells them apart.
///
/// The job's code is called once for all of them: the context's window spans them, each input holds
/// what any of them reads, and every row of the result must say in `column` which partition it
/// belongs to. What a partition gets must be what it would get alone: count per day, not in all.
///
/// ```
/// use tidemill::prelude::*;
///
/// let fuse = Fuse::by("day").up_to(366).up_to_bytes(1 << 30);
/// assert_eq!(fuse.partitions_max(), 366);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fuse {
    column: String,
    partitions_max: usize,
    bytes_max: Option<u64>,
}

/// How many partitions one query makes when nothing else is said.
const PARTITIONS_MAX: usize = 100;
/// More in one commit would keep others waiting.
const PARTITIONS_LIMIT: usize = 1000;

impl Fuse {
    /// Tells partitions apart by a column of the result: a date in the time zone of the partitions,
    /// a time (in UTC where it has no zone), or the number of the partition.
    #[must_use]
    pub fn by(column: &str) -> Self {
        Self { column: column.to_owned(), partitions_max: PARTITIONS_MAX, bytes_max: None }
    }

    /// At most so many partitions in one query; 100 when nothing is said.
    #[must_use]
    pub const fn up_to(mut self, partitions: usize) -> Self {
        self.partitions_max = partitions;
        self
    }

    /// At most so many partitions that what they read has no more than so many bytes.
    #[must_use]
    pub const fn up_to_bytes(mut self, bytes: u64) -> Self {
        self.bytes_max = Some(bytes);
        self
    }

    /// The column that tells partitions apart.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The most partitions in one query.
    #[must_use]
    pub const fn partitions_max(&self) -> usize {
        self.partitions_max
    }

    /// The most bytes that one query reads, if there is such a limit.
    #[must_use]
    pub const fn bytes_max(&self) -> Option<u64> {
        self.bytes_max
    }

    /// How many of these candidates, given by window and bytes read in the order of windows, one
    /// query makes: the first always, and then neighbours for as long as the limits allow.
    #[must_use]
    pub fn take(&self, candidates: &[(i64, u64)]) -> usize {
        let Some((first, _)) = candidates.first() else { return 0 };
        let mut bytes = 0_u64;
        let fits = candidates.iter().zip(*first..).take(self.partitions_max).take_while(
            |((ordinal, size), expected)| {
                bytes = bytes.saturating_add(*size);
                ordinal == expected && self.bytes_max.is_none_or(|most| bytes <= most)
            },
        );
        fits.count().max(1)
    }

    /// What is wrong with it for a job of this cut, these inputs and this contract.
    pub(super) fn fault(
        &self,
        scheme: &Scheme,
        inputs: &[InputSpec],
        contract: Option<&Contract>,
    ) -> Option<String> {
        if !(2..=PARTITIONS_LIMIT).contains(&self.partitions_max) {
            let most = self.partitions_max;
            return Some(format!("it fuses up to {most} partitions; say 2 to {PARTITIONS_LIMIT}"));
        }
        let Some(axis) = scheme.time() else {
            return Some("only partitions of time have neighbours to fuse".to_owned());
        };
        if inputs.iter().any(|input| input.is_self) {
            let why = "it reads itself, so each partition has to wait for the one before";
            return Some(format!("its partitions cannot be fused: {why}"));
        }
        let column = &self.column;
        let held = match contract {
            None => return None,
            Some(contract) => contract.columns().iter().find(|held| held.name == *column),
        };
        let is_short = matches!(axis.grain(), Grain::Minutes(_) | Grain::Cron(_));
        match held.map(|held| &held.kind) {
            None => Some(format!("the contract has no `{column}` to tell partitions apart by")),
            Some(Type::Date) if is_short => Some(format!(
                "`{column}` is a date, too coarse to tell windows shorter than a day apart"
            )),
            Some(kind) if !tells_apart(kind) => {
                Some(format!("`{column}` is {kind}: a date, a time or a whole number is needed"))
            }
            Some(_) => None,
        }
    }
}

impl fmt::Display for Fuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "up to {} neighbours in one query, told apart by `{}`",
            self.partitions_max, self.column
        )?;
        match self.bytes_max {
            Some(bytes) => write!(f, ", while they read at most {}", words::bytes(bytes)),
            None => Ok(()),
        }
    }
}

fn tells_apart(kind: &Type) -> bool {
    matches!(
        kind,
        Type::Date
            | Type::Datetime
            | Type::Instant
            | Type::Int8
            | Type::Int16
            | Type::Int32
            | Type::Int64
            | Type::UInt8
            | Type::UInt16
            | Type::UInt32
            | Type::UInt64
    )
}

#[cfg(test)]
mod tests {
    use super::Fuse;

    #[test]
    fn neighbours_are_taken_up_to_a_gap_a_number_or_a_size() {
        let days = |ordinals: &[i64]| ordinals.iter().map(|day| (*day, 10)).collect::<Vec<_>>();
        let fuse = Fuse::by("day").up_to(3);
        assert_eq!(fuse.take(&days(&[])), 0);
        assert_eq!(fuse.take(&days(&[7])), 1);
        assert_eq!(fuse.take(&days(&[7, 9, 10])), 1);
        assert_eq!(fuse.take(&days(&[7, 8, 10])), 2);
        assert_eq!(fuse.take(&days(&[7, 8, 9, 10])), 3);
        assert_eq!(fuse.clone().up_to_bytes(25).take(&days(&[7, 8, 9])), 2);
        assert_eq!(fuse.up_to_bytes(5).take(&days(&[7, 8, 9])), 1);
    }
}
