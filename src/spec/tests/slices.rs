//! Dimensions other than time, through mappings.

use proptest::prelude::*;

use super::days;
use crate::model::{PartitionKey, PartitionSet, Ranges, Scheme, Slice};
use crate::spec::{DimensionMapping, Extent, Link, Mapping, Partitions, Reads};

const REGIONS: [&str; 3] = ["eu", "us", "a,b/\"c\""];

fn cut(partitions: &Partitions) -> (Scheme, Vec<Slice>) {
    let scheme = partitions.scheme().unwrap();
    let slices = scheme.all_slices(&crate::model::Registered::new());
    (scheme, slices)
}

fn any_cut() -> impl Strategy<Value = (Scheme, Vec<Slice>)> {
    prop::collection::btree_set(prop::sample::select(vec!["region", "origin", "page"]), 0..3)
        .prop_map(|names| {
            let start = days("2024-01-01");
            let all = names.into_iter().fold(start, |cut, name| cut.listed(name, REGIONS));
            cut(&all)
        })
}

fn any_dimension() -> impl Strategy<Value = (&'static str, DimensionMapping)> {
    let mapping = prop_oneof![
        Just(DimensionMapping::All),
        Just(DimensionMapping::Fixed(vec!["eu".to_owned(), "a,b/\"c\"".to_owned()])),
        prop::sample::select(vec!["region", "origin"])
            .prop_map(|name| DimensionMapping::Of(name.to_owned())),
    ];
    (prop::sample::select(vec!["region", "origin", "page"]), mapping)
}

proptest! {
    #[test]
    fn slices_are_affected_by_exactly_what_they_need(
        (output, outputs) in any_cut(),
        (input, inputs) in any_cut(),
        dimensions in prop::collection::vec(any_dimension(), 0..3),
    ) {
        let reads = dimensions
            .into_iter()
            .fold(Reads::from(Mapping::Same), |reads, (name, how)| reads.dimension(name, how));
        let link = Link { reads: &reads, output: &output, input: &input };
        let ordinals = Ranges::from_range(19_723..19_726);
        let of = |slices| Extent { ordinals: &ordinals, slices };
        let one = |slice: &Slice, ordinal| {
            PartitionSet::single(&PartitionKey { slice: slice.clone(), ordinal })
        };
        let joined = link.inputs_joined(&inputs);
        for wanted in &outputs {
            prop_assert_eq!(joined.of(wanted), link.input_slices(wanted, &inputs));
            let needs = link.needs(&one(wanted, 19_724), of(&inputs));
            for read in &inputs {
                let affects = link.affects(&one(read, 19_724), of(&inputs), of(&outputs));
                let has = |set: &PartitionSet, slice: &Slice| {
                    set.contains(&PartitionKey { slice: slice.clone(), ordinal: 19_724 })
                };
                prop_assert_eq!(has(&needs, read), has(&affects, wanted));
            }
        }
    }
}

/// The input slices that one output slice needs, as text.
fn needed(reads: Mapping, how: Option<(&str, DimensionMapping)>, output: &Slice) -> Vec<String> {
    let (to, _) = cut(&days("2024-01-01").listed("region", REGIONS));
    let (from, slices) =
        cut(&days("2024-01-01").listed("region", REGIONS).listed("page", ["x", "y"]));
    let reads = how.into_iter().fold(Reads::from(reads), |r, (name, how)| r.dimension(name, how));
    let link = Link { reads: &reads, output: &to, input: &from };
    let joined = |slice: &Slice| slice.values().join(" ");
    link.input_slices(output, &slices).iter().map(joined).collect()
}

#[test]
fn equal_names_have_equal_values_and_other_dimensions_are_read_whole() {
    let odd = Slice::new(["a,b/\"c\""]);
    assert_eq!(needed(Mapping::Same, None, &odd), ["a,b/\"c\" x", "a,b/\"c\" y"]);
}

#[test]
fn a_dimension_can_be_read_whole_or_fixed() {
    let eu = Slice::new(["eu"]);
    let all = needed(Mapping::Same, Some(("region", DimensionMapping::All)), &eu);
    assert_eq!(all.len(), 6);
    let fixed = DimensionMapping::Fixed(vec!["y".to_owned()]);
    assert_eq!(needed(Mapping::Same, Some(("page", fixed)), &eu), ["eu y"]);
}
