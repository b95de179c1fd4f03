//! Dates and times: of `chrono` and `jiff` (features of these names) on one side, Elixir's structs and Erlang's tuples on the
//! other.
//!
//! | Elixir | `chrono` | `jiff` |
//! |---|---|---|
//! | `%Date{}` | `NaiveDate` | `civil::Date` |
//! | `%Time{}` | `NaiveTime` | `civil::Time` |
//! | `%NaiveDateTime{}` | `NaiveDateTime` | `civil::DateTime` |
//! | `%DateTime{}`, written in UTC | `DateTime<Utc>` | `Timestamp` |
//! | `%DateTime{}` with its offset, its time zone | `DateTime<FixedOffset>` | `ZonedDateTime` |
//!
//! Elixir counts microseconds: what is finer is cut off. All that stand for a `%DateTime{}` are read from one of any time zone, but a
//! `ZonedDateTime` only from one that jiff knows, with an offset that it has then. An offset without a time zone is `+02:00` as zone
//! and abbreviation. Where a struct is read, Erlang's tuples do as well (`calendar:date()`, `time()`, `datetime()`; as a moment,
//! in UTC); [`Tuples`] writes them.
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;

use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Word};
use dala_ir::term::{TermWriter, view};

use super::{ConvertError, Source};
use crate::message::StableLayout;

/// `calendar: Calendar.ISO`, the only one that is known here.
#[derive(Clone, Copy)]
struct Iso;

const ISO: dala_ir::abi::shape::AtomName = dala_ir::atom_name!("Elixir.Calendar.ISO");

impl StableLayout for Iso {
    const FIELD: FieldType = Atom::FIELD;

    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(ISO.atom())
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        match source.word().as_atom() {
            Some(atom) if atom == ISO.atom() => Ok(Iso),
            _ => Err(source.misfit("the calendar `Calendar.ISO`")),
        }
    }
}

#[derive(crate::Term)]
#[term(module = "Elixir.Date")]
struct Date {
    calendar: Iso,
    year: i32,
    month: u8,
    day: u8,
}

#[derive(crate::Term)]
#[term(module = "Elixir.Time")]
struct Time {
    calendar: Iso,
    hour: u8,
    minute: u8,
    second: u8,
    microsecond: (u32, u8),
}

#[derive(crate::Term)]
#[term(module = "Elixir.NaiveDateTime")]
struct NaiveDateTime {
    calendar: Iso,
    year: i32,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    microsecond: (u32, u8),
}

#[derive(crate::Term)]
#[term(module = "Elixir.DateTime")]
struct DateTime {
    calendar: Iso,
    year: i32,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    microsecond: (u32, u8),
    time_zone: String,
    zone_abbr: String,
    utc_offset: i32,
    std_offset: i32,
}

/// Year, month, day: Erlang's `calendar:date()`.
type Ymd = (i32, u8, u8);

/// Hour, minute, second: Erlang's `calendar:time()`.
type Hms = (u8, u8, u8);

/// What a struct of Elixir's says of a time, before anybody looked whether there is such.
#[derive(Clone, Copy)]
struct Clock {
    hms: Hms,
    microsecond: u32,
}

impl Clock {
    /// Microseconds as Elixir has them, with how many digits are meant.
    fn fraction(self) -> (u32, u8) {
        (self.microsecond, if self.microsecond == 0 { 0 } else { 6 })
    }
}

/// What the conversions need of a crate's dates and times; [`civil!`] makes the rest of it.
trait Calendar {
    /// A day.
    type Date;
    /// A time of a day.
    type Time;
    /// Both.
    type DateTime;

    fn ymd(date: &Self::Date) -> Ymd;
    fn clock(time: &Self::Time) -> Clock;
    /// None of a day that there is not.
    fn date(ymd: Ymd) -> Option<Self::Date>;
    /// None of a time that there is not.
    fn time(clock: Clock) -> Option<Self::Time>;
    fn join(date: Self::Date, time: Self::Time) -> Self::DateTime;
    fn split(both: &Self::DateTime) -> (Self::Date, Self::Time);
}

/// A moment, as a crate has it.
trait Moment: Sized {
    /// The crate.
    type Calendar: Calendar;

    /// The date and the time there, and the place.
    fn local(&self) -> (<Self::Calendar as Calendar>::DateTime, Zone);
    /// The moment that it is there.
    ///
    /// # Errors
    /// What was expected instead.
    fn of_local(local: <Self::Calendar as Calendar>::DateTime, zone: &Zone) -> Result<Self, &'static str>;
}

/// What was expected where a date and time are outside of what the crate has.
const SOME_MOMENT: &str = "a moment that there is";

/// What a `%DateTime{}` says of its time zone.
#[derive(Debug)]
struct Zone {
    name: String,
    abbreviation: String,
    /// Seconds ahead of UTC, outside of daylight saving time.
    base: i32,
    /// Seconds that daylight saving time adds.
    saving: i32,
}

impl Zone {
    fn utc() -> Zone {
        Zone { name: "Etc/UTC".to_owned(), abbreviation: "UTC".to_owned(), base: 0, saving: 0 }
    }

    /// So many seconds ahead, wherever that is.
    fn ahead(seconds: i32) -> Zone {
        if seconds == 0 {
            return Zone::utc();
        }
        let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
        let mut name = format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60);
        if !size.is_multiple_of(60) {
            name += &format!(":{:02}", size % 60);
        }
        Zone { abbreviation: name.clone(), name, base: seconds, saving: 0 }
    }

    /// Seconds ahead of UTC.
    fn offset(&self) -> i64 {
        i64::from(self.base) + i64::from(self.saving)
    }

    /// Whether it is an offset alone, and no place.
    fn is_offset(&self) -> bool {
        self.name.starts_with(['+', '-'])
    }
}

/// Whether the term is a tuple: Erlang's form.
fn is_tuple(source: Source<'_>) -> bool {
    view::tuple_elements(source.word()).is_some()
}

fn date_of<C: Calendar>(ymd: Ymd, source: Source<'_>) -> Result<C::Date, ConvertError> {
    C::date(ymd).ok_or_else(|| source.misfit("a day that there is"))
}

fn time_of<C: Calendar>(clock: Clock, source: Source<'_>) -> Result<C::Time, ConvertError> {
    C::time(clock).ok_or_else(|| source.misfit("a time that there is"))
}

fn parts<C: Calendar>(both: &C::DateTime) -> (Ymd, Clock) {
    let (date, time) = C::split(both);
    (C::ymd(&date), C::clock(&time))
}

fn write_date<C: Calendar>(date: &C::Date, writer: &mut dyn TermWriter) -> Word {
    let (year, month, day) = C::ymd(date);
    Date { calendar: Iso, year, month, day }.write_term(writer)
}

fn read_date<C: Calendar>(source: Source<'_>) -> Result<C::Date, ConvertError> {
    if is_tuple(source) {
        return date_of::<C>(Ymd::read_term(source)?, source);
    }
    let Date { year, month, day, .. } = Date::read_term(source)?;
    date_of::<C>((year, month, day), source)
}

fn write_time<C: Calendar>(time: &C::Time, writer: &mut dyn TermWriter) -> Word {
    let clock = C::clock(time);
    let (hour, minute, second) = clock.hms;
    Time { calendar: Iso, hour, minute, second, microsecond: clock.fraction() }.write_term(writer)
}

fn read_time<C: Calendar>(source: Source<'_>) -> Result<C::Time, ConvertError> {
    if is_tuple(source) {
        return time_of::<C>(Clock { hms: Hms::read_term(source)?, microsecond: 0 }, source);
    }
    let Time { hour, minute, second, microsecond: (microsecond, _), .. } = Time::read_term(source)?;
    time_of::<C>(Clock { hms: (hour, minute, second), microsecond }, source)
}

fn write_naive<C: Calendar>(both: &C::DateTime, writer: &mut dyn TermWriter) -> Word {
    let ((year, month, day), clock) = parts::<C>(both);
    let ((hour, minute, second), microsecond) = (clock.hms, clock.fraction());
    NaiveDateTime { calendar: Iso, year, month, day, hour, minute, second, microsecond }.write_term(writer)
}

fn read_naive<C: Calendar>(source: Source<'_>) -> Result<C::DateTime, ConvertError> {
    let (ymd, clock) = if is_tuple(source) {
        let (ymd, hms) = <(Ymd, Hms)>::read_term(source)?;
        (ymd, Clock { hms, microsecond: 0 })
    } else {
        let read = NaiveDateTime::read_term(source)?;
        let clock = Clock { hms: (read.hour, read.minute, read.second), microsecond: read.microsecond.0 };
        ((read.year, read.month, read.day), clock)
    };
    Ok(C::join(date_of::<C>(ymd, source)?, time_of::<C>(clock, source)?))
}

fn write_moment<M: Moment>(moment: &M, writer: &mut dyn TermWriter) -> Word {
    let (local, zone) = moment.local();
    let ((year, month, day), clock) = parts::<M::Calendar>(&local);
    let (hour, minute, second) = clock.hms;
    let written = DateTime {
        calendar: Iso,
        year,
        month,
        day,
        hour,
        minute,
        second,
        microsecond: clock.fraction(),
        time_zone: zone.name,
        zone_abbr: zone.abbreviation,
        utc_offset: zone.base,
        std_offset: zone.saving,
    };
    written.write_term(writer)
}

fn read_moment<M: Moment>(source: Source<'_>) -> Result<M, ConvertError> {
    let (local, zone) = if is_tuple(source) {
        (read_naive::<M::Calendar>(source)?, Zone::utc())
    } else {
        let read = DateTime::read_term(source)?;
        let clock = Clock { hms: (read.hour, read.minute, read.second), microsecond: read.microsecond.0 };
        let date = date_of::<M::Calendar>((read.year, read.month, read.day), source)?;
        let zone = Zone {
            name: read.time_zone,
            abbreviation: read.zone_abbr,
            base: read.utc_offset,
            saving: read.std_offset,
        };
        (M::Calendar::join(date, time_of::<M::Calendar>(clock, source)?), zone)
    };
    M::of_local(local, &zone).map_err(|expected| source.misfit(expected))
}

/// Makes messages of the dates, times and moments of a [`Calendar`].
macro_rules! civil {
    ($calendar:ty { $date:ty, $time:ty, $both:ty } $($moment:ty),*) => {
        $crate::message::convert::calendar::civil!(@ $date, Date, Ymd, <$calendar>,
            write_date, read_date, |date| <$calendar>::ymd(date));
        $crate::message::convert::calendar::civil!(@ $time, Time, Hms, <$calendar>,
            write_time, read_time, |time| <$calendar>::clock(time).hms);
        $crate::message::convert::calendar::civil!(@ $both, NaiveDateTime, (Ymd, Hms), <$calendar>,
            write_naive, read_naive, |both| in_tuple(super::parts::<$calendar>(both)));
        $($crate::message::convert::calendar::civil!(@ $moment, DateTime, (Ymd, Hms), <$moment>,
            write_moment, read_moment, |moment| in_tuple(super::parts::<$calendar>(&in_utc(moment))));)*
    };
    (@ $type:ty, $structure:ident, $tuple:ty, <$by:ty>, $write:ident, $read:ident, |$value:ident| $to_tuple:expr) => {
        impl $crate::message::StableLayout for $type {
            const FIELD: dala_ir::abi::shape::FieldType = super::$structure::FIELD;

            fn write_term(&self, writer: &mut dyn dala_ir::term::TermWriter) -> dala_ir::abi::Word {
                super::$write::<$by>(self, writer)
            }

            fn read_term(
                source: $crate::message::convert::Source<'_>,
            ) -> Result<Self, $crate::message::convert::ConvertError> {
                super::$read::<$by>(source)
            }
        }

        impl super::InTuples for $type {
            type Tuple = $tuple;

            fn to_tuple(&self) -> $tuple {
                let $value = self;
                $to_tuple
            }
        }
    };
}
use civil;

/// Erlang's `calendar:datetime()`.
fn in_tuple((ymd, clock): (Ymd, Clock)) -> (Ymd, Hms) {
    (ymd, clock.hms)
}

/// A date or a time that Erlang code shall get as one of its tuples: `{2026, 11, 30}`, `{23, 59, 58}`, `{{2026, 11, 30}, {23, 59,
/// 58}}`. They have no fractions of a second, which are cut off. It is read as what is in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tuples<T>(pub T);

/// A date or time that Erlang has a tuple for. Sealed by its type.
#[doc(hidden)]
pub trait InTuples: StableLayout {
    /// The tuple.
    type Tuple: StableLayout;

    /// The value as the tuple.
    fn to_tuple(&self) -> Self::Tuple;
}

#[diagnostic::do_not_recommend]
impl<T: InTuples> StableLayout for Tuples<T> {
    const FIELD: FieldType = T::Tuple::FIELD;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        self.0.to_tuple().write_term(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        T::read_term(source).map(Tuples)
    }
}
