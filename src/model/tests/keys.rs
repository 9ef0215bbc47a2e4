//! Names, slices and the text that describes a partition.

use std::sync::Arc;

use proptest::prelude::*;

use crate::model::{
    Axis, Dimension, DimensionValues, Grain, Name, PartitionKey, Registered, Scheme, Slice,
    TimeAxis,
};

fn by(names: [&str; 2]) -> Scheme {
    let dimensions = names
        .map(|name| Dimension { name: name.to_owned(), values: DimensionValues::Dynamic })
        .to_vec();
    Scheme { axis: Axis::Single, dimensions }
}

fn described(scheme: &Scheme, values: [&str; 2]) -> String {
    scheme.describe(&PartitionKey { slice: Slice::new(values), ordinal: 0 })
}

#[test]
fn any_text_works_as_a_value() {
    let scheme = by(["region", "page"]);
    for (values, expected) in [
        (["eu", "home"], "all region=eu page=home"),
        (["a,b", "/x/y"], r#"all region="a,b" page="/x/y""#),
        (["say \"hi\"", "it's"], r#"all region="say \"hi\"" page="it's""#),
        (["Köln", "東京"], "all region=Köln page=東京"),
        (["", " "], r#"all region="" page=" ""#),
        (["eu page=home", "a\nb"], r#"all region="eu page=home" page="a\nb""#),
    ] {
        assert_eq!(described(&scheme, values), expected);
    }
}

proptest! {
    #[test]
    fn different_partitions_have_different_texts(
        left in (".{0,6}", ".{0,6}"),
        right in (".{0,6}", ".{0,6}"),
    ) {
        let scheme = by(["a", "b"]);
        let text = |(a, b): &(String, String)| described(&scheme, [a, b]);
        prop_assert_eq!(text(&left) == text(&right), left == right);
    }

    #[test]
    fn slices_are_the_product_of_all_values(
        first in prop::collection::btree_set("[a-z,/]{1,3}", 0..5),
        second in prop::collection::btree_set("[a-z,/]{1,3}", 0..5),
    ) {
        let mut scheme = by(["a", "b"]);
        let listed: Vec<Arc<str>> = first.iter().map(|value| value.as_str().into()).collect();
        scheme.dimensions[0].values = DimensionValues::Listed(listed);
        let values: Vec<Arc<str>> = second.iter().map(|value| value.as_str().into()).collect();
        let registered = Registered::from([("b".to_owned(), values)]);
        let slices = scheme.all_slices(&registered);
        let expected: Vec<Slice> = first
            .iter()
            .flat_map(|a| second.iter().map(move |b| Slice::new([a.as_str(), b.as_str()])))
            .collect();
        prop_assert_eq!(slices, expected);
    }

    #[test]
    fn a_name_is_lowercase_words(text in "\\PC{0,70}") {
        let mut letters = text.bytes();
        let begins = letters.next().is_some_and(|first| first.is_ascii_lowercase());
        let goes_on = letters.all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let is_name = begins && goes_on && text.len() <= 63;
        prop_assert_eq!(text.parse::<Name>().is_ok(), is_name);
    }
}

proptest! {
    #[test]
    fn a_key_is_read_as_it_was_written(values in (".{0,6}", ".{0,6}"), ordinal in 0_i64..20_000) {
        let slice = Slice::new([values.0, values.1]);
        let timeless = by(["region", "page"]);
        let key = PartitionKey { slice, ordinal: 0 };
        prop_assert_eq!(timeless.parse_key(&timeless.key(&key)), Ok(key.clone()));
        let days = TimeAxis::new(Grain::Days, "Pacific/Apia", "1970-01-01", None, false).unwrap();
        let daily = Scheme { axis: Axis::Time(days), ..timeless };
        let key = PartitionKey { ordinal, ..key };
        prop_assert_eq!(daily.parse_key(&daily.key(&key)), Ok(key));
    }
}

#[test]
fn a_key_names_one_partition_and_all_its_dimensions() {
    let days = TimeAxis::new(Grain::Days, "UTC", "1970-01-01", None, false).unwrap();
    let daily = Scheme { axis: Axis::Time(days), ..by(["region", "page"]) };
    let text = daily.key(&PartitionKey { slice: Slice::new(["a/b", "100%"]), ordinal: 19_723 });
    assert_eq!(text, "2024-01-01/a%2Fb/100%25");
    for wrong in ["2024-01-01", "2024-01-01/a", "2024-01/a/b", "2024-01-01/a/b/c", "", "all"] {
        assert!(daily.parse_key(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Scheme::SINGLE.key(&PartitionKey::time(0)), "all");
    assert_eq!(Scheme::SINGLE.parse_key("all"), Ok(PartitionKey::time(0)));
    assert!(Scheme::SINGLE.parse_key("2024").is_err());
}
