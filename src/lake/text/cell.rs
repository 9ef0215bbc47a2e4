//! One value: text in, a value of the declared type out, or nothing.

use std::borrow::Cow;

use polars::prelude::AnyValue;

use super::{nested, time};
use crate::spec::Type;

/// Digits of the widest decimal.
const PRECISION: u32 = 38;

/// A value on its way into a column; the variant follows from the declared type.
#[derive(Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Boolean(bool),
    /// Signed integers and small unsigned ones; days and microseconds of dates and times.
    Int(i64),
    UInt(u64),
    Float(f64),
    /// The digits of a decimal without its point.
    Decimal(i128),
    Text(Cow<'a, str>),
    Nested(AnyValue<'static>),
}

/// Converts text to a declared type, or gives nothing if the text says something else.
///
/// Spaces around a value that is not a string are ignored. Nothing is rounded: an integer may be
/// written `17850.0` or `1e3` because its value is whole, and a decimal may have more digits than
/// its scale only if they are zeros. Lists and structs are JSON.
pub(super) fn convert<'a>(kind: &Type, text: Cow<'a, str>) -> Option<Cell<'a>> {
    if *kind == Type::String {
        return Some(Cell::Text(text));
    }
    let text = text.trim_ascii();
    match kind {
        Type::Boolean => boolean(text).map(Cell::Boolean),
        Type::Int8 => integer(text, i8::MIN.into(), i8::MAX.into()),
        Type::Int16 => integer(text, i16::MIN.into(), i16::MAX.into()),
        Type::Int32 => integer(text, i32::MIN.into(), i32::MAX.into()),
        Type::Int64 => integer(text, i64::MIN, i64::MAX),
        Type::UInt8 => integer(text, 0, u8::MAX.into()),
        Type::UInt16 => integer(text, 0, u16::MAX.into()),
        Type::UInt32 => integer(text, 0, u32::MAX.into()),
        Type::UInt64 => whole(text).and_then(|value| u64::try_from(value).ok()).map(Cell::UInt),
        Type::Float32 => text.parse::<f32>().ok().map(|value| Cell::Float(value.into())),
        Type::Float64 => text.parse().ok().map(Cell::Float),
        Type::Date => time::days(text).map(Cell::Int),
        // Both are microseconds on a clock that shows UTC.
        Type::Datetime | Type::Instant => time::microseconds(text).map(Cell::Int),
        Type::Duration => time::duration(text).map(Cell::Int),
        Type::Decimal(scale) => decimal(text, u32::from(*scale)).map(Cell::Decimal),
        Type::List(_) | Type::Struct(_) => nested::parse(kind, text).map(Cell::Nested),
        Type::String => unreachable!("strings were returned above"),
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text == "1" || text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text == "0" || text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

fn integer(text: &str, least: i64, greatest: i64) -> Option<Cell<'static>> {
    let value = match text.parse() {
        Ok(value) => value,
        Err(_) => i64::try_from(whole(text)?).ok()?,
    };
    (least <= value && value <= greatest).then_some(Cell::Int(value))
}

fn whole(text: &str) -> Option<i128> {
    decimal(text, 0)
}

/// The digits of a number with `scale` decimal places: `-1.5` at scale 2 is -150.
fn decimal(text: &str, scale: u32) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction.trim_end_matches('0')),
        Some(_) => return None,
        None => (digits, ""),
    };
    if whole.is_empty() {
        return None;
    }
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let places = i64::from(scale) + i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
    let value = shift(value, places)?;
    (value < 10_i128.pow(PRECISION)).then_some(if negative { -value } else { value })
}

/// Moves the point to the right, or to the left past zeros only.
fn shift(value: i128, places: i64) -> Option<i128> {
    if value == 0 {
        return Some(0);
    }
    let power = 10_i128.checked_pow(u32::try_from(places.unsigned_abs()).ok()?)?;
    if 0 <= places {
        return value.checked_mul(power);
    }
    (value % power == 0).then(|| value / power)
}

#[cfg(test)]
mod tests {
    use super::{Cell, convert};
    use crate::spec::Type;

    fn cell<'a>(kind: &Type, text: &'a str) -> Option<Cell<'a>> {
        convert(kind, text.into())
    }

    #[test]
    fn an_integer_is_a_whole_number_however_it_is_written() {
        for (text, value) in [("17850", 17_850), ("17850.0", 17_850), ("-3", -3), ("1e3", 1_000)] {
            assert_eq!(cell(&Type::Int64, text), Some(Cell::Int(value)), "{text}");
        }
        assert_eq!(cell(&Type::Int64, "9223372036854775807"), Some(Cell::Int(i64::MAX)));
        for text in ["17850.5", "abc", "", ".", "1.", ".0", "--1", "9223372036854775808", "1e999"] {
            assert_eq!(cell(&Type::Int64, text), None, "{text}");
        }
        assert_eq!(cell(&Type::Int8, "128"), None);
        assert_eq!(cell(&Type::UInt8, "-1"), None);
        assert_eq!(cell(&Type::UInt64, "18446744073709551615"), Some(Cell::UInt(u64::MAX)));
    }

    #[test]
    fn a_decimal_keeps_every_digit_and_is_never_rounded() {
        let exact = "12345678901234567890123456789012345.678";
        let digits = 12_345_678_901_234_567_890_123_456_789_012_345_678;
        assert_eq!(cell(&Type::Decimal(3), exact), Some(Cell::Decimal(digits)));
        assert_eq!(cell(&Type::Decimal(2), "-0.1"), Some(Cell::Decimal(-10)));
        assert_eq!(cell(&Type::Decimal(2), "2.5500"), Some(Cell::Decimal(255)));
        assert_eq!(cell(&Type::Decimal(2), "1.5e-1"), Some(Cell::Decimal(15)));
        assert_eq!(cell(&Type::Decimal(2), "0.125"), None);
        assert_eq!(cell(&Type::Decimal(0), &"9".repeat(39)), None);
    }

    #[test]
    fn a_boolean_is_true_or_false_or_one_or_zero() {
        for (text, value) in [("true", true), ("FALSE", false), ("1", true), (" 0 ", false)] {
            assert_eq!(cell(&Type::Boolean, text), Some(Cell::Boolean(value)), "{text}");
        }
        assert_eq!(cell(&Type::Boolean, "yes"), None);
    }
}
