//! Dates and seconds since 1970, in the proleptic Gregorian calendar; local time by the machine's time zone file.

use std::sync::OnceLock;

/// First second of year 0.
pub(crate) const MIN_SECONDS: i64 = -62_167_219_200;
/// Last second of year 9999.
pub(crate) const MAX_SECONDS: i64 = 253_402_300_799;

const DAY: i64 = 86_400;

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime {
    /// Year, month, day.
    pub(crate) date: [i64; 3],
    /// Hour, minute, second.
    pub(crate) clock: [i64; 3],
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl DateTime {
    /// Whether there is such a day and time; years 0 to 9999.
    pub(crate) fn is_valid(&self) -> bool {
        let ([year, month, day], [hour, minute, second]) = (self.date, self.clock);
        (0..10_000).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_of_month(year, month)).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
    }

    /// Seconds since 1970, taken as universal time.
    pub(crate) fn to_seconds(self) -> i64 {
        let ([year, month, day], [hour, minute, second]) = (self.date, self.clock);
        // Years that begin in March end with the leap day.
        let (shifted, from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let era = shifted.div_euclid(400);
        let of_era = shifted.rem_euclid(400);
        let day_of_year = (153 * from_march + 2) / 5 + day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468;
        days * DAY + hour * 3600 + minute * 60 + second
    }
}

/// Universal time of seconds since 1970.
pub(crate) fn from_seconds(seconds: i64) -> DateTime {
    let days = seconds.div_euclid(DAY) + 719_468;
    let of_day = seconds.rem_euclid(DAY);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    DateTime { date: [year, month, day], clock: [of_day / 3600, of_day / 60 % 60, of_day % 60] }
}

/// A time zone: when its offset from universal time changes, and to what.
#[derive(Debug, Default)]
struct Zone {
    /// From this second on: the offset in seconds, and whether it is daylight saving time. Ascending.
    changes: Vec<(i64, i64, bool)>,
    /// What holds before the first change.
    first: i64,
}

impl Zone {
    /// Offset at `seconds` (universal).
    fn offset(&self, seconds: i64) -> i64 {
        match self.changes.partition_point(|change| change.0 <= seconds) {
            0 => self.first,
            after => self.changes[after - 1].1,
        }
    }

    /// Reads a time zone file (RFC 8536).
    fn parse(bytes: &[u8]) -> Option<Zone> {
        let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk::<4>()?) as usize);
        if bytes.get(..4)? != b"TZif" {
            return None;
        }
        let counts = |header: usize| -> Option<[usize; 6]> {
            let mut counts = [0; 6];
            for (place, count) in counts.iter_mut().enumerate() {
                *count = number(header + 20 + 4 * place)?;
            }
            Some(counts)
        };
        // Counts: UT indicators, standard indicators, leap seconds, transitions, types, characters.
        let mut header = 0;
        let mut width = 4;
        if *bytes.get(4)? >= b'2' {
            let [ut, standard, leap, transitions, types, characters] = counts(0)?;
            header = 44 + transitions * 5 + types * 6 + characters + leap * 8 + standard + ut;
            width = 8;
        }
        let [_, _, _, transitions, types, _] = counts(header)?;
        let times = header + 44;
        let indices = times + transitions * width;
        let kinds = indices + transitions;
        let kind = |index: usize| -> Option<(i64, bool)> {
            let at = kinds + index * 6;
            Some((i64::from(number(at)? as u32 as i32), *bytes.get(at + 4)? != 0))
        };
        let mut zone = Zone { changes: Vec::new(), first: if types > 0 { kind(0)?.0 } else { 0 } };
        for place in 0..transitions {
            let at = times + place * width;
            let time = if width == 8 {
                i64::from_be_bytes(*bytes.get(at..)?.first_chunk::<8>()?)
            } else {
                i64::from(number(at)? as u32 as i32)
            };
            let (offset, is_daylight) = kind(usize::from(*bytes.get(indices + place)?))?;
            zone.changes.push((time, offset, is_daylight));
        }
        Some(zone)
    }
}

/// The machine's zone: `TZ` if it names a zone file, else `/etc/localtime`, else universal time. Rules for years
/// behind the file's last change are not applied; its last offset goes on.
fn zone() -> &'static Zone {
    static ZONE: OnceLock<Zone> = OnceLock::new();
    ZONE.get_or_init(|| {
        let path = match std::env::var("TZ") {
            Ok(name) if name.is_empty() => return Zone::default(),
            Ok(name) => match name.strip_prefix(':').unwrap_or(&name) {
                path if path.starts_with('/') => path.to_owned(),
                name => format!("/usr/share/zoneinfo/{name}"),
            },
            Err(_) => "/etc/localtime".to_owned(),
        };
        std::fs::read(path).ok().and_then(|bytes| Zone::parse(&bytes)).unwrap_or_default()
    })
}

/// Local time of seconds since 1970.
pub(crate) fn local_from_seconds(seconds: i64) -> DateTime {
    from_seconds(seconds + zone().offset(seconds))
}

/// Seconds since 1970 of a local time. Where it is there twice, `daylight` says which is meant.
pub(crate) fn seconds_of_local(time: DateTime, daylight: Option<bool>) -> i64 {
    let zone = zone();
    let taken = time.to_seconds();
    let mut offsets: Vec<(i64, bool)> = vec![(zone.offset(taken), false)];
    offsets.extend(
        zone.changes
            .iter()
            .filter(|change| (change.0 - taken).abs() < 400 * DAY)
            .map(|&(_, offset, is_daylight)| (offset, is_daylight)),
    );
    let fits = |&&(offset, _): &&(i64, bool)| zone.offset(taken - offset) == offset;
    let wanted = daylight.unwrap_or(false);
    offsets
        .iter()
        .filter(fits)
        .find(|&&(_, is_daylight)| is_daylight == wanted)
        .or_else(|| offsets.iter().find(fits))
        .map_or(taken - offsets[0].0, |&(offset, _)| taken - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_seconds_agree_over_the_whole_range() {
        for seconds in [MIN_SECONDS, -1, 0, 951_782_400, 1_709_164_800, MAX_SECONDS] {
            let time = from_seconds(seconds);
            assert!(time.is_valid(), "{time:?}");
            assert_eq!(time.to_seconds(), seconds);
        }
        assert_eq!(from_seconds(951_782_400).date, [2000, 2, 29]);
        assert_eq!(from_seconds(MIN_SECONDS).date, [0, 1, 1]);
    }

    #[test]
    fn no_thirtieth_of_february() {
        assert!(!DateTime { date: [2024, 2, 30], clock: [0, 0, 0] }.is_valid());
        assert!(DateTime { date: [2024, 2, 29], clock: [0, 0, 0] }.is_valid());
        assert!(!DateTime { date: [1900, 2, 29], clock: [0, 0, 0] }.is_valid());
    }

    #[test]
    fn damaged_zone_files_are_no_zones() {
        assert!(Zone::parse(b"").is_none());
        assert!(Zone::parse(b"TZif2 and no more").is_none());
    }
}
