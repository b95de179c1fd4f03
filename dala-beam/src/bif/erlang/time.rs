//! Clocks and dates, all read from the clock of the process's runtime. Native units are nanoseconds; the time offset never
//! changes (no time warp).

use std::time::UNIX_EPOCH;

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;

use crate::bif::Answer;
use crate::bif::arguments::{badarg, named, small, tuple};
use crate::bif::calendar::{self, DateTime};
use crate::process::{Process, System};

/// Nanoseconds since the runtime started. OTP's counts from a large negative number; programs may assume neither.
pub(crate) fn monotonic(system: &System) -> i64 {
    i64::try_from(system.runtime.now().since(system.start).as_nanos()).unwrap_or(i64::MAX)
}

/// Nanoseconds from monotonic time to system time.
fn offset(system: &System) -> i64 {
    *system.builtins.time_offset.get_or_init(|| wall_time(system).saturating_sub(monotonic(system)))
}

/// Nanoseconds since 1970 by the clock of the day: what OTP calls OS system time.
pub(crate) fn wall_time(system: &System) -> i64 {
    match system.runtime.wall_time().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

/// Seconds since 1970.
fn seconds_since_1970(system: &System) -> i64 {
    wall_time(system).div_euclid(1_000_000_000)
}

/// Parts per second of a time unit argument.
fn parts(unit: Word) -> Result<i64, Exception> {
    if let Some(parts) = unit.as_small() {
        return if parts > 0 { Ok(parts) } else { badarg() };
    }
    match unit.as_atom().ok_or(Exception::badarg())?.text() {
        "second" | "seconds" => Ok(1),
        "millisecond" | "milli_seconds" => Ok(1000),
        "microsecond" | "micro_seconds" => Ok(1_000_000),
        "nanosecond" | "nano_seconds" | "native" | "perf_counter" => Ok(1_000_000_000),
        _ => badarg(),
    }
}

/// `nanos` in `unit`, rounded down.
pub(crate) fn in_unit(p: &mut Process, nanos: i64, unit: Word) -> Answer {
    let parts = parts(unit)?;
    Ok(p.heap.integer_i128((i128::from(nanos) * i128::from(parts)).div_euclid(1_000_000_000)))
}

/// `monotonic_time()`.
pub(crate) fn monotonic_time_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let now = monotonic(&p.system);
    Ok(p.heap.integer(now))
}

/// `monotonic_time(Unit)`.
pub(crate) fn monotonic_time_1(p: &mut Process, [unit]: [Word; 1]) -> Answer {
    let now = monotonic(&p.system);
    in_unit(p, now, unit)
}

/// `system_time()`.
pub(crate) fn system_time_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let now = monotonic(&p.system) + offset(&p.system);
    Ok(p.heap.integer(now))
}

/// `system_time(Unit)`.
pub(crate) fn system_time_1(p: &mut Process, [unit]: [Word; 1]) -> Answer {
    let now = monotonic(&p.system) + offset(&p.system);
    in_unit(p, now, unit)
}

/// `time_offset()`.
pub(crate) fn time_offset_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let offset = offset(&p.system);
    Ok(p.heap.integer(offset))
}

/// `time_offset(Unit)`.
pub(crate) fn time_offset_1(p: &mut Process, [unit]: [Word; 1]) -> Answer {
    let offset = offset(&p.system);
    in_unit(p, offset, unit)
}

/// `erts_internal:time_unit()`: parts per second of native time.
pub(crate) fn time_unit(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::small_int(1_000_000_000))
}

/// `timestamp()`.
pub(crate) fn timestamp(p: &mut Process, []: [Word; 0]) -> Answer {
    let now = (monotonic(&p.system) + offset(&p.system)) / 1000;
    Ok(triple(p, now))
}

/// What `now()` tells, written elsewhere.
pub(crate) fn now_in(system: &System, writer: &mut impl TermWriter) -> Word {
    writer.tuple(&triple_parts(unique_micros(system)).map(Word::small_int))
}

/// A moment of monotonic time as `timestamp()` tells it.
pub(crate) fn timestamp_of(p: &mut Process, moment: i64) -> Word {
    let micros = (moment + offset(&p.system)) / 1000;
    triple(p, micros)
}

/// `now()`: as `timestamp()`, but each is later than the one before.
pub(crate) fn now(p: &mut Process, []: [Word; 0]) -> Answer {
    let micros = unique_micros(&p.system);
    Ok(triple(p, micros))
}

/// Microseconds since 1970, later than all that were given before.
fn unique_micros(system: &System) -> i64 {
    use std::sync::atomic::{AtomicI64, Ordering};
    static LAST: AtomicI64 = AtomicI64::new(0);
    let micros = (monotonic(system) + offset(system)) / 1000;
    let last = LAST.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(micros.max(last + 1)));
    micros.max(last.unwrap_or(0) + 1)
}

/// `{MegaSeconds, Seconds, MicroSeconds}` of microseconds since 1970.
pub(crate) fn triple(p: &mut Process, micros: i64) -> Word {
    p.heap.tuple(&triple_parts(micros).map(Word::small_int))
}

fn triple_parts(micros: i64) -> [i64; 3] {
    [micros / 1_000_000_000_000, micros / 1_000_000 % 1_000_000, micros % 1_000_000]
}

fn date_word(p: &mut Process, [year, month, day]: [i64; 3]) -> Word {
    p.heap.tuple(&[year, month, day].map(Word::small_int))
}

fn date_time_word(p: &mut Process, time: DateTime) -> Word {
    let date = date_word(p, time.date);
    let clock = p.heap.tuple(&time.clock.map(Word::small_int));
    p.heap.tuple(&[date, clock])
}

/// `{{Year, Month, Day}, {Hour, Minute, Second}}` of valid values.
fn date_time(word: Word) -> Result<DateTime, Exception> {
    let &[date, clock] = tuple(word)? else { return badarg() };
    let (&[year, month, day], &[hour, minute, second]) = (tuple(date)?, tuple(clock)?) else {
        return badarg();
    };
    let time = DateTime {
        date: [small(year)?, small(month)?, small(day)?],
        clock: [small(hour)?, small(minute)?, small(second)?],
    };
    if time.is_valid() { Ok(time) } else { badarg() }
}

/// `universaltime()`.
pub(crate) fn universaltime(p: &mut Process, []: [Word; 0]) -> Answer {
    let seconds = seconds_since_1970(&p.system);
    Ok(date_time_word(p, calendar::from_seconds(seconds)))
}

/// `localtime()`.
pub(crate) fn localtime(p: &mut Process, []: [Word; 0]) -> Answer {
    let seconds = seconds_since_1970(&p.system);
    Ok(date_time_word(p, calendar::local_from_seconds(seconds)))
}

/// `date()`.
pub(crate) fn date(p: &mut Process, []: [Word; 0]) -> Answer {
    let seconds = seconds_since_1970(&p.system);
    Ok(date_word(p, calendar::local_from_seconds(seconds).date))
}

/// `time()`.
pub(crate) fn time(p: &mut Process, []: [Word; 0]) -> Answer {
    let seconds = seconds_since_1970(&p.system);
    let clock = calendar::local_from_seconds(seconds).clock;
    Ok(p.heap.tuple(&clock.map(Word::small_int)))
}

/// `universaltime_to_localtime(DateTime)`.
pub(crate) fn universaltime_to_localtime(p: &mut Process, [time]: [Word; 1]) -> Answer {
    let seconds = date_time(time)?.to_seconds();
    Ok(date_time_word(p, calendar::local_from_seconds(seconds)))
}

/// `localtime_to_universaltime(DateTime, IsDaylightSaving)`: `true`, `false` or `undefined`.
pub(crate) fn localtime_to_universaltime(p: &mut Process, [time, daylight]: [Word; 2]) -> Answer {
    let daylight = if daylight == Word::atom(named!("undefined")) {
        None
    } else {
        Some(crate::bif::arguments::truth(daylight)?)
    };
    let seconds = calendar::seconds_of_local(date_time(time)?, daylight);
    Ok(date_time_word(p, calendar::from_seconds(seconds)))
}

/// `posixtime_to_universaltime(Seconds)`.
pub(crate) fn posixtime_to_universaltime(p: &mut Process, [seconds]: [Word; 1]) -> Answer {
    let seconds = small(seconds)?;
    if !(calendar::MIN_SECONDS..=calendar::MAX_SECONDS).contains(&seconds) {
        return badarg();
    }
    Ok(date_time_word(p, calendar::from_seconds(seconds)))
}

/// `universaltime_to_posixtime(DateTime)`.
pub(crate) fn universaltime_to_posixtime(p: &mut Process, [time]: [Word; 1]) -> Answer {
    let seconds = date_time(time)?.to_seconds();
    Ok(p.heap.integer(seconds))
}

/// `os:system_time()`.
pub(crate) fn os_system_time_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let now = wall_time(&p.system);
    Ok(p.heap.integer(now))
}

/// `os:system_time(Unit)`.
pub(crate) fn os_system_time_1(p: &mut Process, [unit]: [Word; 1]) -> Answer {
    let now = wall_time(&p.system);
    in_unit(p, now, unit)
}

/// `os:timestamp()`.
pub(crate) fn os_timestamp(p: &mut Process, []: [Word; 0]) -> Answer {
    let micros = wall_time(&p.system) / 1000;
    Ok(triple(p, micros))
}

/// `os:perf_counter()`: nanoseconds.
pub(crate) fn perf_counter(p: &mut Process, []: [Word; 0]) -> Answer {
    monotonic_time_0(p, [])
}
