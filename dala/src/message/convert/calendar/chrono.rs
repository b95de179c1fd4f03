//! Of the crate `chrono`. A leap second, which Elixir does not have, is written as the last microsecond before it.
use chrono::{
    DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Timelike as _, Utc,
};

use super::{Calendar, Clock, Hms, Moment, SOME_MOMENT, Ymd, Zone, civil, in_tuple};

pub(super) struct Chrono;

civil!(Chrono { NaiveDate, NaiveTime, NaiveDateTime } DateTime<Utc>, DateTime<FixedOffset>);

impl Calendar for Chrono {
    type Date = NaiveDate;
    type Time = NaiveTime;
    type DateTime = NaiveDateTime;

    fn ymd(date: &NaiveDate) -> Ymd {
        (date.year(), date.month() as u8, date.day() as u8)
    }

    fn clock(time: &NaiveTime) -> Clock {
        let hms = (time.hour() as u8, time.minute() as u8, time.second() as u8);
        Clock { hms, microsecond: (time.nanosecond() / 1000).min(999_999) }
    }

    fn date((year, month, day): Ymd) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month.into(), day.into())
    }

    fn time(clock: Clock) -> Option<NaiveTime> {
        let (hour, minute, second) = clock.hms;
        // More would be a leap second.
        let is_fraction = clock.microsecond < 1_000_000;
        let time =
            NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), clock.microsecond);
        time.filter(|_| is_fraction)
    }

    fn join(date: NaiveDate, time: NaiveTime) -> NaiveDateTime {
        date.and_time(time)
    }

    fn split(both: &NaiveDateTime) -> (NaiveDate, NaiveTime) {
        (both.date(), both.time())
    }
}

fn in_utc<Z: TimeZone>(moment: &DateTime<Z>) -> NaiveDateTime {
    moment.naive_utc()
}

fn utc_of(local: NaiveDateTime, zone: &Zone) -> Result<NaiveDateTime, &'static str> {
    let ahead = TimeDelta::try_seconds(zone.offset());
    ahead.and_then(|ahead| local.checked_sub_signed(ahead)).ok_or(SOME_MOMENT)
}

impl Moment for DateTime<Utc> {
    type Calendar = Chrono;

    fn local(&self) -> (NaiveDateTime, Zone) {
        (in_utc(self), Zone::utc())
    }

    fn of_local(local: NaiveDateTime, zone: &Zone) -> Result<DateTime<Utc>, &'static str> {
        utc_of(local, zone).map(|utc| utc.and_utc())
    }
}

impl Moment for DateTime<FixedOffset> {
    type Calendar = Chrono;

    fn local(&self) -> (NaiveDateTime, Zone) {
        let ahead = self.offset().local_minus_utc();
        // Not by `naive_local`, which has no time beyond the last day of all.
        match in_utc(self).checked_add_signed(TimeDelta::seconds(ahead.into())) {
            Some(local) => (local, Zone::ahead(ahead)),
            None => (in_utc(self), Zone::utc()),
        }
    }

    fn of_local(local: NaiveDateTime, zone: &Zone) -> Result<DateTime<FixedOffset>, &'static str> {
        let offset = i32::try_from(zone.offset()).ok().and_then(FixedOffset::east_opt);
        let offset = offset.ok_or("an offset of less than a day")?;
        Ok(offset.from_utc_datetime(&utc_of(local, zone)?))
    }
}
