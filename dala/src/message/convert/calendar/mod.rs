//! Dates and times: of `chrono` and `jiff` (features of these names) on one side, Elixir's structs and Erlang's tuples on the
//! other.
//!
//! | Elixir | `chrono` | `jiff` |
//! |---|---|---|
//! | `%Date{}` | `NaiveDate` | `civil::Date` |
//! | `%Time{}` | `NaiveTime` | `civil::Time` |
//! | `%NaiveDateTime{}` | `NaiveDateTime` | `civil::DateTime` |
//! | `%DateTime{}` | `DateTime<Utc>` | `Timestamp` |
//!
//! Elixir counts microseconds: what is finer is cut off. A moment is written in UTC, and read from a `%DateTime{}` of any time
//! zone. Where a struct is read, Erlang's tuples do as well (`calendar:date()`, `time()`, `datetime()`; as a moment, in UTC);
//! [`Tuples`] writes them.
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

/// Whether the term is a tuple: Erlang's form.
fn is_tuple(source: Source<'_>) -> bool {
    view::tuple_elements(source.word()).is_some()
}

fn write_date((year, month, day): Ymd, writer: &mut dyn TermWriter) -> Word {
    Date { calendar: Iso, year, month, day }.write_term(writer)
}

fn read_date(source: Source<'_>) -> Result<Ymd, ConvertError> {
    if is_tuple(source) {
        return Ymd::read_term(source);
    }
    let Date { year, month, day, .. } = Date::read_term(source)?;
    Ok((year, month, day))
}

fn write_time(clock: Clock, writer: &mut dyn TermWriter) -> Word {
    let (hour, minute, second) = clock.hms;
    Time { calendar: Iso, hour, minute, second, microsecond: clock.fraction() }.write_term(writer)
}

fn read_time(source: Source<'_>) -> Result<Clock, ConvertError> {
    if is_tuple(source) {
        return Ok(Clock { hms: Hms::read_term(source)?, microsecond: 0 });
    }
    let Time { hour, minute, second, microsecond: (microsecond, _), .. } = Time::read_term(source)?;
    Ok(Clock { hms: (hour, minute, second), microsecond })
}

fn write_naive((year, month, day): Ymd, clock: Clock, writer: &mut dyn TermWriter) -> Word {
    let (hour, minute, second) = clock.hms;
    let microsecond = clock.fraction();
    NaiveDateTime { calendar: Iso, year, month, day, hour, minute, second, microsecond }.write_term(writer)
}

fn read_naive(source: Source<'_>) -> Result<(Ymd, Clock), ConvertError> {
    if is_tuple(source) {
        let (date, hms) = <(Ymd, Hms)>::read_term(source)?;
        return Ok((date, Clock { hms, microsecond: 0 }));
    }
    let read = NaiveDateTime::read_term(source)?;
    let clock = Clock { hms: (read.hour, read.minute, read.second), microsecond: read.microsecond.0 };
    Ok(((read.year, read.month, read.day), clock))
}

fn write_utc((year, month, day): Ymd, clock: Clock, writer: &mut dyn TermWriter) -> Word {
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
        time_zone: "Etc/UTC".to_owned(),
        zone_abbr: "UTC".to_owned(),
        utc_offset: 0,
        std_offset: 0,
    };
    written.write_term(writer)
}

/// A date and time, and how many seconds they are ahead of UTC.
fn read_zoned(source: Source<'_>) -> Result<(Ymd, Clock, i64), ConvertError> {
    if is_tuple(source) {
        let (date, clock) = read_naive(source)?;
        return Ok((date, clock, 0));
    }
    let read = DateTime::read_term(source)?;
    let clock = Clock { hms: (read.hour, read.minute, read.second), microsecond: read.microsecond.0 };
    let ahead = i64::from(read.utc_offset) + i64::from(read.std_offset);
    Ok(((read.year, read.month, read.day), clock, ahead))
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
