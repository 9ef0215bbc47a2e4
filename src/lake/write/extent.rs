//! The smallest and the largest value of a column, in as few looks at each as there are.

use polars::prelude::*;

/// The smallest and the largest value; NaN is left out, unless there is nothing else.
pub(super) type Extent = (AnyValue<'static>, AnyValue<'static>);

/// The extent of a column that has values.
pub(super) fn extent(series: &Series) -> PolarsResult<Extent> {
    if let DataType::String = series.dtype()
        && let Some((least, greatest)) = texts(series.str()?)
    {
        return Ok((owned(least), owned(greatest)));
    }
    let kind = series.dtype();
    // Whole numbers of up to 64 bits are searched many at a time, for as long as none is missing.
    let is_fast = kind.is_temporal()
        || (kind.is_integer() && !matches!(kind, DataType::Int128 | DataType::UInt128));
    if is_fast
        && series.null_count() == 0
        && let (Some(least), Some(greatest)) = (series.arg_min(), series.arg_max())
    {
        return Ok((series.get(least)?.into_static(), series.get(greatest)?.into_static()));
    }
    Ok((series.min_reduce()?.into_value(), series.max_reduce()?.into_value()))
}

/// The first and the last text in the order of bytes.
fn texts(values: &StringChunked) -> Option<(&str, &str)> {
    let mut found: Option<Texts<'_>> = None;
    let chunks = values.downcast_iter();
    match values.null_count() {
        0 => chunks.flat_map(|chunk| chunk.values_iter()).for_each(|text| widen(&mut found, text)),
        _ => chunks.flatten().flatten().for_each(|text| widen(&mut found, text)),
    }
    found.map(|found| (found.least.1, found.greatest.1))
}

/// Texts with their first bytes as a number, which mostly tells which comes first.
struct Texts<'a> {
    least: (u64, &'a str),
    greatest: (u64, &'a str),
}

fn widen<'a>(found: &mut Option<Texts<'a>>, text: &'a str) {
    let text = (head(text.as_bytes()), text);
    match found {
        None => *found = Some(Texts { least: text, greatest: text }),
        Some(found) if text < found.least => found.least = text,
        Some(found) if found.greatest < text => found.greatest = text,
        Some(_) => (),
    }
}

/// The first bytes as a number of the same order; what is shorter comes first, or ties.
fn head(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let mut first = [0; 8];
            first[..text.len()].copy_from_slice(text);
            u64::from_be_bytes(first)
        }
    }
}

fn owned(text: &str) -> AnyValue<'static> {
    AnyValue::StringOwned(text.into())
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::extent;

    #[test]
    fn texts_are_ordered_by_all_their_bytes() {
        let words = ["page/1b", "page/1", "page/10", "page/1\0", "page/1234567", "page/12345678"];
        let extent = extent(&Series::new("text".into(), words)).unwrap();
        assert_eq!(extent, (AnyValue::String("page/1"), AnyValue::String("page/1b")));
        let with_null = Series::new("text".into(), [None, Some("b"), Some("a"), None]);
        let extent = super::extent(&with_null).unwrap();
        assert_eq!(extent, (AnyValue::String("a"), AnyValue::String("b")));
    }
}
