//! Dates, times and durations from text.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

const DAY_SECONDS: i64 = 86_400;
const DATE_LENGTH: usize = "2010-12-01".len();

/// Days since 1970 of `2010-12-01`.
pub(super) fn days(text: &str) -> Option<i64> {
    Some(instant(date(text)?.at(0, 0, 0, 0))? / (DAY_SECONDS * 1_000_000))
}

/// Microseconds since 1970 of a date, or a date and time.
///
/// Between the two stands a space or a `T`; seconds and their fraction may be left out, and digits
/// past the microsecond are dropped. `Z` or an offset such as `+02:00` is converted to UTC; without
/// one the time is taken as it is.
pub(super) fn microseconds(text: &str) -> Option<i64> {
    let date = date(text.get(..DATE_LENGTH)?)?;
    let Some(clock) = text.get(DATE_LENGTH..).filter(|clock| !clock.is_empty()) else {
        return instant(date.at(0, 0, 0, 0));
    };
    let clock = clock.strip_prefix([' ', 'T', 't'])?;
    let (clock, offset) = match clock.find(['Z', 'z', '+', '-']) {
        Some(place) => (&clock[..place], offset(&clock[place..])?),
        None => (clock, 0),
    };
    let local = instant(date.to_datetime(time(clock)?))?;
    local.checked_sub(offset * 1_000_000)
}

/// Microseconds of an ISO 8601 duration such as `PT1H30M`, or of a bare number of them.
pub(super) fn duration(text: &str) -> Option<i64> {
    if let Ok(microseconds) = text.parse() {
        return Some(microseconds);
    }
    let duration: SignedDuration = text.parse().ok()?;
    i64::try_from(duration.as_micros()).ok()
}

fn instant(local: DateTime) -> Option<i64> {
    Some(Offset::UTC.to_timestamp(local).ok()?.as_microsecond())
}

fn date(text: &str) -> Option<Date> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn time(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(c, f)| (c, Some(f)));
    let (hour, minute, second) = match *clock.as_bytes() {
        [h1, h2, b':', m1, m2, b':', s1, s2] => (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?),
        // A fraction belongs to seconds.
        [h1, h2, b':', m1, m2] if fraction.is_none() => (two(h1, h2)?, two(m1, m2)?, 0),
        _ => return None,
    };
    let nanoseconds = fraction.map_or(Some(0), nanoseconds)?;
    let narrow = |number: i16| i8::try_from(number).ok();
    Time::new(narrow(hour)?, narrow(minute)?, narrow(second)?, nanoseconds).ok()
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    let whole = !fraction.is_empty() && fraction.len() <= 9;
    if !whole || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let microseconds: String = fraction.chars().chain("000000".chars()).take(6).collect();
    microseconds.parse::<i32>().ok().map(|microseconds| microseconds * 1_000)
}

/// Seconds east of UTC of `Z`, `+02`, `+0200` or `+02:00`.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (hours, minutes) = match *text.as_bytes() {
        [_, h1, h2] => (two(h1, h2)?, 0),
        [_, h1, h2, m1, m2] | [_, h1, h2, b':', m1, m2] => (two(h1, h2)?, two(m1, m2)?),
        _ => return None,
    };
    if 24 <= hours || 60 <= minutes {
        return None;
    }
    let seconds = i64::from(hours) * 3_600 + i64::from(minutes) * 60;
    match text.as_bytes().first()? {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<i16> {
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| i16::from(tens - b'0') * 10 + i16::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::{days, duration, microseconds};

    #[test]
    fn a_time_may_be_written_in_the_usual_ways() {
        let noon = Some(1_291_192_200_000_000);
        for text in [
            "2010-12-01 08:30",
            "2010-12-01 08:30:00",
            "2010-12-01T08:30:00.000",
            "2010-12-01T08:30:00Z",
            "2010-12-01 10:30:00+02:00",
            "2010-12-01T03:00:00-0530",
            "2010-12-01T09:30:00+01",
        ] {
            assert_eq!(microseconds(text), noon, "{text}");
        }
        assert_eq!(microseconds("1969-12-31 23:59:59.123456789"), Some(-876_544));
        assert_eq!(microseconds("1970-01-02"), Some(86_400_000_000));
    }

    #[test]
    fn a_time_that_does_not_exist_is_none() {
        for text in [
            "",
            "2010-12-01 ",
            "2010-13-01 00:00:00",
            "2011-02-29 00:00:00",
            "2010-12-01 24:00:00",
            "2010-12-01 08:26:61",
            "2010-12-01 08:26:00+2",
            "2010-12-01 08:26:00+99:00",
            "2010-12-01 08:26:00 UTC",
            "2010-12-01 08.5",
            "2010-12-01 08:26.5",
            "12/1/2010 8:26",
            "2010-12-0é 08:26",
        ] {
            assert_eq!(microseconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_has_no_time_and_may_lie_before_1970() {
        assert_eq!(days("2010-12-01"), Some(14_944));
        assert_eq!(days("1969-12-31"), Some(-1));
        assert_eq!(days("2010-12-01 08:26:00"), None);
    }

    #[test]
    fn a_duration_is_iso_or_microseconds() {
        assert_eq!(duration("PT1H30M"), Some(5_400_000_000));
        assert_eq!(duration("-250"), Some(-250));
        assert_eq!(duration("soon"), None);
    }
}
