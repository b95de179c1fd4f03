//! Of the crate `jiff`: civil dates and times, timestamps, and moments in time zones.
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::{Calendar, Clock, Hms, Moment, SOME_MOMENT, Ymd, Zone, civil, in_tuple};

pub(super) struct Jiff;

civil!(Jiff { Date, Time, DateTime } Timestamp, ZonedDateTime);

impl Calendar for Jiff {
    type Date = Date;
    type Time = Time;
    type DateTime = DateTime;

    fn ymd(date: &Date) -> Ymd {
        (date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    }

    fn clock(time: &Time) -> Clock {
        let hms = (time.hour().unsigned_abs(), time.minute().unsigned_abs(), time.second().unsigned_abs());
        Clock { hms, microsecond: time.subsec_nanosecond().unsigned_abs() / 1000 }
    }

    fn date((year, month, day): Ymd) -> Option<Date> {
        Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
    }

    fn time(clock: Clock) -> Option<Time> {
        let (hour, minute, second) = clock.hms;
        let nanoseconds = i32::try_from(clock.microsecond.checked_mul(1000)?).ok()?;
        Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, nanoseconds).ok()
    }

    fn join(date: Date, time: Time) -> DateTime {
        date.to_datetime(time)
    }

    fn split(both: &DateTime) -> (Date, Time) {
        (both.date(), both.time())
    }
}

/// What is a moment, in whatever zone.
trait AsTimestamp {
    fn as_timestamp(&self) -> Timestamp;
}

impl AsTimestamp for Timestamp {
    fn as_timestamp(&self) -> Timestamp {
        *self
    }
}

impl AsTimestamp for ZonedDateTime {
    fn as_timestamp(&self) -> Timestamp {
        self.timestamp()
    }
}

fn in_utc(moment: &impl AsTimestamp) -> DateTime {
    TimeZone::UTC.to_datetime(moment.as_timestamp())
}

impl Moment for Timestamp {
    type Calendar = Jiff;

    fn local(&self) -> (DateTime, Zone) {
        (in_utc(self), Zone::utc())
    }

    fn of_local(local: DateTime, zone: &Zone) -> Result<Timestamp, &'static str> {
        let civil = local.checked_sub(SignedDuration::from_secs(zone.offset())).map_err(|_| SOME_MOMENT)?;
        TimeZone::UTC.to_timestamp(civil).map_err(|_| SOME_MOMENT)
    }
}

impl Moment for ZonedDateTime {
    type Calendar = Jiff;

    fn local(&self) -> (DateTime, Zone) {
        (self.datetime(), zone_of(self))
    }

    fn of_local(local: DateTime, zone: &Zone) -> Result<ZonedDateTime, &'static str> {
        let seconds = i32::try_from(zone.offset()).ok();
        let offset = seconds.and_then(|seconds| Offset::from_seconds(seconds).ok());
        let offset = offset.ok_or("an offset of about a day at most")?;
        let known = match zone.name.as_str() {
            "Etc/UTC" => TimeZone::UTC,
            _ if zone.is_offset() => TimeZone::fixed(offset),
            name => TimeZone::get(name).map_err(|_| "a time zone that `jiff` knows")?,
        };
        let zoned = Timestamp::of_local(local, zone)?.to_zoned_datetime(known);
        match zoned.offset() == offset {
            true => Ok(zoned),
            false => Err("an offset that the time zone has then"),
        }
    }
}

/// Elixir tells how much of the offset is daylight saving time, and jiff only whether some is: the rest is the offset before
/// it began.
fn zone_of(zoned: &ZonedDateTime) -> Zone {
    let (zone, moment) = (zoned.time_zone(), zoned.timestamp());
    let Some(name) = zone.iana_name().filter(|&name| name != "UTC") else {
        return Zone::ahead(zoned.offset().seconds());
    };
    let info = zone.to_offset_info(moment);
    let total = info.offset().seconds();
    let base = match info.dst().is_dst() {
        false => total,
        // A change from one kind of it to another is rare: a few steps back are enough.
        true => {
            let standard = zone.preceding(moment).take(8).find(|change| !change.dst().is_dst());
            standard.map_or(total, |change| change.offset().seconds())
        }
    };
    Zone { name: name.to_owned(), abbreviation: info.abbreviation().to_owned(), base, saving: total - base }
}
