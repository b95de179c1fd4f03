//! Of the crate `chrono`. A leap second, which Elixir does not have, is written as the last microsecond before it.
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::TermWriter;

use super::{Clock, Hms, InTuples, Ymd};
use super::{read_date, read_naive, read_time, read_zoned, write_date, write_naive, write_time, write_utc};
use crate::message::StableLayout;
use crate::message::convert::{ConvertError, Source};

fn ymd(date: NaiveDate) -> Ymd {
    (date.year(), date.month() as u8, date.day() as u8)
}

fn clock(time: NaiveTime) -> Clock {
    let hms = (time.hour() as u8, time.minute() as u8, time.second() as u8);
    Clock { hms, microsecond: (time.nanosecond() / 1000).min(999_999) }
}

fn date((year, month, day): Ymd, source: Source<'_>) -> Result<NaiveDate, ConvertError> {
    let date = NaiveDate::from_ymd_opt(year, month.into(), day.into());
    date.ok_or_else(|| source.misfit("a day that there is"))
}

fn time(clock: Clock, source: Source<'_>) -> Result<NaiveTime, ConvertError> {
    let (hour, minute, second) = clock.hms;
    let is_fraction = clock.microsecond < 1_000_000;
    let time = NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), clock.microsecond);
    time.filter(|_| is_fraction).ok_or_else(|| source.misfit("a time that there is"))
}

impl StableLayout for NaiveDate {
    const FIELD: FieldType = super::Date::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_date(ymd(*self), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        date(read_date(source)?, source)
    }
}

impl StableLayout for NaiveTime {
    const FIELD: FieldType = super::Time::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_time(clock(*self), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        time(read_time(source)?, source)
    }
}

impl StableLayout for NaiveDateTime {
    const FIELD: FieldType = super::NaiveDateTime::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_naive(ymd(self.date()), clock(self.time()), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let (ymd, clock) = read_naive(source)?;
        Ok(date(ymd, source)?.and_time(time(clock, source)?))
    }
}

impl StableLayout for DateTime<Utc> {
    const FIELD: FieldType = super::DateTime::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        let naive = self.naive_utc();
        write_utc(ymd(naive.date()), clock(naive.time()), writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let (ymd, clock, ahead) = read_zoned(source)?;
        let local = date(ymd, source)?.and_time(time(clock, source)?);
        let moment = TimeDelta::try_seconds(ahead).and_then(|ahead| local.checked_sub_signed(ahead));
        moment.map(|moment| moment.and_utc()).ok_or_else(|| source.misfit("a moment that there is"))
    }
}

impl InTuples for NaiveDate {
    type Tuple = Ymd;

    fn to_tuple(&self) -> Ymd {
        ymd(*self)
    }
}

impl InTuples for NaiveTime {
    type Tuple = Hms;

    fn to_tuple(&self) -> Hms {
        clock(*self).hms
    }
}

impl InTuples for NaiveDateTime {
    type Tuple = (Ymd, Hms);

    fn to_tuple(&self) -> (Ymd, Hms) {
        (ymd(self.date()), clock(self.time()).hms)
    }
}

impl InTuples for DateTime<Utc> {
    type Tuple = (Ymd, Hms);

    fn to_tuple(&self) -> (Ymd, Hms) {
        self.naive_utc().to_tuple()
    }
}
