//! Of the crate `jiff`: civil dates and times, and timestamps.
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::TermWriter;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Clock, Hms, InTuples, Ymd};
use super::{read_date, read_naive, read_time, read_zoned, write_date, write_naive, write_time, write_utc};
use crate::message::StableLayout;
use crate::message::convert::{ConvertError, Source};

fn ymd(date: Date) -> Ymd {
    (date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
}

fn clock(time: Time) -> Clock {
    let hms = (time.hour().unsigned_abs(), time.minute().unsigned_abs(), time.second().unsigned_abs());
    Clock { hms, microsecond: time.subsec_nanosecond().unsigned_abs() / 1000 }
}

fn date((year, month, day): Ymd, source: Source<'_>) -> Result<Date, ConvertError> {
    let date = || Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok();
    date().ok_or_else(|| source.misfit("a day that there is"))
}

fn time(clock: Clock, source: Source<'_>) -> Result<Time, ConvertError> {
    let (hour, minute, second) = clock.hms;
    let time = || {
        let nanoseconds = i32::try_from(clock.microsecond.checked_mul(1000)?).ok()?;
        Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, nanoseconds).ok()
    };
    time().ok_or_else(|| source.misfit("a time that there is"))
}

fn in_utc(moment: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(moment)
}

impl StableLayout for Date {
    const FIELD: FieldType = super::Date::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_date(ymd(*self), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        date(read_date(source)?, source)
    }
}

impl StableLayout for Time {
    const FIELD: FieldType = super::Time::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_time(clock(*self), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        time(read_time(source)?, source)
    }
}

impl StableLayout for DateTime {
    const FIELD: FieldType = super::NaiveDateTime::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_naive(ymd(self.date()), clock(self.time()), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let (ymd, clock) = read_naive(source)?;
        Ok(date(ymd, source)?.to_datetime(time(clock, source)?))
    }
}

impl StableLayout for Timestamp {
    const FIELD: FieldType = super::DateTime::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        let civil = in_utc(*self);
        write_utc(ymd(civil.date()), clock(civil.time()), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let (ymd, clock, ahead) = read_zoned(source)?;
        let local = date(ymd, source)?.to_datetime(time(clock, source)?);
        let moment = || {
            let civil = local.checked_sub(SignedDuration::from_secs(ahead)).ok()?;
            TimeZone::UTC.to_timestamp(civil).ok()
        };
        moment().ok_or_else(|| source.misfit("a moment that there is"))
    }
}

impl InTuples for Date {
    type Tuple = Ymd;

    fn to_tuple(&self) -> Ymd {
        ymd(*self)
    }
}

impl InTuples for Time {
    type Tuple = Hms;

    fn to_tuple(&self) -> Hms {
        clock(*self).hms
    }
}

impl InTuples for DateTime {
    type Tuple = (Ymd, Hms);

    fn to_tuple(&self) -> (Ymd, Hms) {
        (ymd(self.date()), clock(self.time()).hms)
    }
}

impl InTuples for Timestamp {
    type Tuple = (Ymd, Hms);

    fn to_tuple(&self) -> (Ymd, Hms) {
        in_utc(*self).to_tuple()
    }
}
