//! Dates and times of `chrono` and `jiff` as terms: there and back, and real Elixir sees what a person would write there.
use std::fmt::Write as _;
use std::process::Command;

use dala::message::convert::Tuples;
use dala::message::{ConvertError, Source};
use dala::{Atom, StableLayout, Term};
use dala_ir::term::{OwnedTerm, Style, print};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

fn term(value: &impl StableLayout) -> OwnedTerm {
    OwnedTerm::build(|writer| value.write_term(writer))
}

fn read<T: StableLayout>(value: &impl StableLayout) -> Result<T, ConvertError> {
    T::read_term(Source::new(term(value).root()))
}

const DAY: u64 = 86_400_000_000;

/// With and without daylight saving time, on both sides of Greenwich, and one that changed by less than an hour.
const ZONES: &[&str] =
    &["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Monrovia"];

/// Days from the year -9999 to 9999, and microseconds of a day, whole seconds among them.
fn moments() -> impl Strategy<Value = (i32, u32, u64)> {
    let microseconds = prop_oneof![0..DAY, (0..DAY / 1_000_000).prop_map(|second| second * 1_000_000)];
    (-9999..=9999_i32, 1..=365_u32, microseconds)
}

/// A value, and what Elixir's source has for it.
struct Written {
    term: OwnedTerm,
    source: String,
}

fn clock(microseconds: u64) -> String {
    let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest > 0 {
        let _ = write!(text, ".{rest:06}");
    }
    text
}

fn day(year: i32, month: u32, day: u32) -> String {
    format!("{}{:04}-{month:02}-{day:02}", if year < 0 { "-" } else { "" }, year.abs())
}

mod by_chrono {
    pub(super) use chrono::{
        DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
    };

    pub(super) fn of((year, ordinal, microseconds): (i32, u32, u64)) -> NaiveDateTime {
        let date = NaiveDate::from_yo_opt(year, ordinal).expect("each year has 365 days");
        let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000 * 1000);
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds as u32, rest as u32);
        date.and_time(time.expect("it is of a day"))
    }
}

mod by_jiff {
    pub(super) use jiff::civil::{Date, DateTime, Time};
    pub(super) use jiff::tz::{Offset, TimeZone};
    pub(super) use jiff::{Timestamp, ZonedDateTime};

    pub(super) fn of((year, ordinal, microseconds): (i32, u32, u64)) -> DateTime {
        let (month, day) = (ordinal % 12 + 1, ordinal % 28 + 1);
        let date = Date::new(year as i16, month as i8, day as i8).expect("each month has 28 days");
        let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000 * 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let time = Time::new(hour as i8, minute as i8, second as i8, rest as i32);
        date.to_datetime(time.expect("it is of a day"))
    }

    /// Nothing at the ends of what there is.
    pub(super) fn moment(civil: DateTime) -> Option<Timestamp> {
        TimeZone::UTC.to_timestamp(civil).ok()
    }
}

proptest! {
    #[test]
    fn they_go_there_and_back(moment in moments()) {
        let naive = by_chrono::of(moment);
        prop_assert_eq!(read(&naive), Ok(naive));
        prop_assert_eq!(read(&naive.date()), Ok(naive.date()));
        prop_assert_eq!(read(&naive.time()), Ok(naive.time()));
        prop_assert_eq!(read(&naive.and_utc()), Ok(naive.and_utc()));
        let civil = by_jiff::of(moment);
        prop_assert_eq!(read(&civil), Ok(civil));
        prop_assert_eq!(read(&civil.date()), Ok(civil.date()));
        prop_assert_eq!(read(&civil.time()), Ok(civil.time()));
        if let Some(moment) = by_jiff::moment(civil) {
            prop_assert_eq!(read(&moment), Ok(moment));
        }
    }

    #[test]
    fn moments_keep_their_offset_or_time_zone(moment in moments(), offset in -50_000..=50_000_i32, zone in 0..ZONES.len()) {
        use by_chrono::{FixedOffset, TimeZone as _};
        let there = FixedOffset::east_opt(offset).unwrap().from_utc_datetime(&by_chrono::of(moment));
        let same: by_chrono::DateTime<FixedOffset> = read(&there).unwrap();
        prop_assert_eq!((same, same.offset()), (there, there.offset()));
        let Some(utc) = by_jiff::moment(by_jiff::of(moment)) else { return Ok(()) };
        let fixed = utc.to_zoned_datetime(by_jiff::TimeZone::fixed(by_jiff::Offset::from_seconds(offset).unwrap()));
        let in_zone = utc.in_tz(ZONES[zone]).unwrap();
        for there in [fixed, in_zone] {
            let same: by_jiff::ZonedDateTime = read(&there).unwrap();
            prop_assert_eq!((same.time_zone(), same.offset()), (there.time_zone(), there.offset()));
            prop_assert_eq!(&same, &there);
            prop_assert_eq!(read(&there), Ok(there.timestamp()));
            // What has no database of time zones sees the offset.
            let other: by_chrono::DateTime<FixedOffset> = read(&there).unwrap();
            prop_assert_eq!(other.timestamp_micros(), there.timestamp().as_microsecond());
            prop_assert_eq!(other.offset().local_minus_utc(), there.offset().seconds());
        }
    }

    #[test]
    fn both_crates_and_erlangs_tuples_agree(moment in moments()) {
        use by_chrono::Datelike as _;
        let civil = by_jiff::of(moment);
        let naive: by_chrono::NaiveDateTime = read(&civil).unwrap();
        let same: by_jiff::DateTime = read(&naive).unwrap();
        prop_assert_eq!(same, civil);
        let second = moment.2 / 1_000_000;
        let hms = ((second / 3600) as u8, (second / 60 % 60) as u8, (second % 60) as u8);
        let ymd = (naive.year(), naive.month() as u8, naive.day() as u8);
        for tuples in [term(&Tuples(naive)), term(&Tuples(civil)), term(&Tuples(naive.and_utc()))] {
            let tuples = tuples.root();
            prop_assert_eq!(<((i32, u8, u8), (u8, u8, u8))>::read_term(Source::new(tuples)), Ok((ymd, hms)));
            let whole: Tuples<by_chrono::NaiveDateTime> = StableLayout::read_term(Source::new(tuples)).unwrap();
            prop_assert_eq!(print(term(&whole).root(), Style::Plain).to_string(), print(tuples, Style::Plain).to_string());
        }
        prop_assert_eq!(read::<by_jiff::Date>(&Tuples(naive.date())), Ok(civil.date()));
        prop_assert_eq!(read::<(u8, u8, u8)>(&Tuples(civil.time())), Ok(hms));
    }
}

/// Elixir's source for a moment in a time zone: local time, zone, abbreviation, offset and what is added to it.
fn literal_of(text: &str) -> String {
    let [local, zone, abbreviation, base, saving] = text.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{text}")
    };
    format!(
        "(~N[{local}] |> Map.from_struct() |> Map.merge(%{{__struct__: DateTime, time_zone: {zone:?}, \
         zone_abbr: {abbreviation:?}, utc_offset: {base}, std_offset: {saving}}}))"
    )
}

/// What real Elixir compares: each line has a term of ours, in Erlang's syntax, and Elixir's source for it.
const COMPARE: &str = r##"
[file] = System.argv()
lines = file |> File.read!() |> String.split("\n", trim: true)

for line <- lines do
  [text, source] = String.split(line, "\t")
  {:ok, tokens, _} = :erl_scan.string(String.to_charlist(text <> "."))
  {:ok, ours} = :erl_parse.parse_term(tokens)
  {value, _} = Code.eval_string(source)
  unless ours === value, do: IO.puts("#{inspect(ours)} is not #{source}")
end

IO.puts("compared #{length(lines)}")
"##;

#[test]
fn real_elixir_sees_what_a_person_would_write() {
    use by_chrono::Datelike as _;
    let mut runner = TestRunner::deterministic();
    let mut all = Vec::new();
    for _ in 0..50 {
        let moment = moments().new_tree(&mut runner).expect("the strategy makes values").current();
        let naive = by_chrono::of(moment);
        let (date, time) = (day(naive.year(), naive.month(), naive.day()), clock(moment.2));
        all.push(Written { term: term(&naive.date()), source: format!("~D[{date}]") });
        all.push(Written { term: term(&naive.time()), source: format!("~T[{time}]") });
        all.push(Written { term: term(&naive), source: format!("~N[{date} {time}]") });
        all.push(Written { term: term(&naive.and_utc()), source: format!("~U[{date} {time}Z]") });
        let civil = by_jiff::of(moment);
        let date = day(civil.year().into(), civil.month() as u32, civil.day() as u32);
        all.push(Written { term: term(&civil.date()), source: format!("~D[{date}]") });
        all.push(Written { term: term(&civil.time()), source: format!("~T[{time}]") });
        all.push(Written { term: term(&civil), source: format!("~N[{date} {time}]") });
        if let Some(moment) = by_jiff::moment(civil) {
            all.push(Written { term: term(&moment), source: format!("~U[{date} {time}Z]") });
        }
        let tuples = "NaiveDateTime.to_erl";
        let source = format!("{tuples}(~N[{date} {time}])");
        all.push(Written { term: term(&Tuples(civil)), source });
    }
    for (zone, utc, literal) in [
        (
            "Europe/Berlin",
            "2026-06-30T23:30:00.5Z",
            "2026-07-01T01:30:00.500000 Europe/Berlin CEST 3600 3600",
        ),
        ("Europe/Berlin", "2026-01-01T11:00:00Z", "2026-01-01T12:00:00 Europe/Berlin CET 3600 0"),
        (
            "Australia/Lord_Howe",
            "2026-01-01T11:00:00Z",
            "2026-01-01T22:00:00 Australia/Lord_Howe +11 37800 1800",
        ),
        ("Etc/UTC", "2026-01-01T11:00:00Z", "2026-01-01T11:00:00 Etc/UTC UTC 0 0"),
    ] {
        let there = utc.parse::<by_jiff::Timestamp>().unwrap().in_tz(zone).unwrap();
        all.push(Written { term: term(&there), source: literal_of(literal) });
    }
    let there: by_chrono::DateTime<by_chrono::FixedOffset> = "2026-01-01T08:30:00-03:30".parse().unwrap();
    all.push(Written {
        term: term(&there),
        source: literal_of("2026-01-01T08:30:00 -03:30 -03:30 -12600 0"),
    });
    // As Elixir prints it.
    let source = r#"(with {:ok, moment, 0} <- DateTime.from_iso8601("2026-01-01T12:00:00Z"), do: moment)"#;
    let utc: by_chrono::DateTime<by_chrono::FixedOffset> = "2026-01-01T12:00:00+00:00".parse().unwrap();
    all.push(Written { term: term(&utc), source: source.to_owned() });
    let mut text = String::new();
    for Written { term, source } in &all {
        let _ = writeln!(text, "{}\t{source}", print(term.root(), Style::Plain));
    }
    let folder = tempfile::tempdir().unwrap();
    let (file, script) = (folder.path().join("terms"), folder.path().join("compare.exs"));
    std::fs::write(&file, text).unwrap();
    std::fs::write(&script, COMPARE).unwrap();
    let elixir = Command::new("elixir").arg(script).arg(file).output().expect("Elixir is installed");
    let errors = String::from_utf8_lossy(&elixir.stderr);
    assert_eq!(String::from_utf8_lossy(&elixir.stdout), format!("compared {}\n", all.len()), "{errors}");
}

/// Elixir's struct, to write what is odd.
#[derive(Term, Clone)]
#[term(module = "Elixir.DateTime")]
struct Odd {
    calendar: Atom,
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    microsecond: (i64, i64),
    time_zone: String,
    zone_abbr: String,
    utc_offset: i64,
    std_offset: i64,
}

fn berlin() -> Odd {
    Odd {
        calendar: Atom::new("Elixir.Calendar.ISO"),
        year: 2026,
        month: 7,
        day: 1,
        hour: 1,
        minute: 30,
        second: 0,
        microsecond: (500_000, 3),
        time_zone: "Europe/Berlin".to_owned(),
        zone_abbr: "CEST".to_owned(),
        utc_offset: 3600,
        std_offset: 3600,
    }
}

#[test]
fn a_moment_of_any_time_zone_is_read_as_one_in_utc() {
    let moment: by_chrono::DateTime<by_chrono::Utc> = read(&berlin()).unwrap();
    assert_eq!(moment.to_string(), "2026-06-30 23:30:00.500 UTC");
    let moment: by_jiff::Timestamp = read(&berlin()).unwrap();
    assert_eq!(moment.to_string(), "2026-06-30T23:30:00.5Z");
    let moment: by_jiff::ZonedDateTime = read(&berlin()).unwrap();
    assert_eq!(moment.to_string(), "2026-07-01T01:30:00.5+02:00[Europe/Berlin]");
    let moment: by_chrono::DateTime<by_chrono::FixedOffset> = read(&berlin()).unwrap();
    assert_eq!(moment.to_string(), "2026-07-01 01:30:00.500 +02:00");
    // A zone that is none, and an hour that its time zone has not.
    let mut odd = berlin();
    odd.time_zone = "Europe/Atlantis".to_owned();
    let error = read::<by_jiff::ZonedDateTime>(&odd).unwrap_err().to_string();
    assert!(error.contains("a time zone that `jiff` knows"), "{error}");
    let mut odd = berlin();
    odd.std_offset = 0;
    let error = read::<by_jiff::ZonedDateTime>(&odd).unwrap_err().to_string();
    assert!(error.contains("an offset that the time zone has then"), "{error}");
    odd.utc_offset = 100_000;
    let error = read::<by_chrono::DateTime<by_chrono::FixedOffset>>(&odd).unwrap_err().to_string();
    assert!(error.contains("an offset of less than a day"), "{error}");
}

#[test]
fn what_is_no_day_or_time_is_a_misfit_in_both() {
    let other = |change: &dyn Fn(&mut Odd)| {
        let mut odd = berlin();
        change(&mut odd);
        odd
    };
    for (odd, expected) in [
        (other(&|odd| odd.month = 13), "a day that there is"),
        (other(&|odd| (odd.month, odd.day) = (2, 29)), "a day that there is"),
        (other(&|odd| odd.year = 1 << 30), "a day that there is"),
        (other(&|odd| odd.hour = 24), "a time that there is"),
        (other(&|odd| odd.microsecond = (1_000_000, 6)), "a time that there is"),
        (other(&|odd| odd.calendar = Atom::new("Elixir.Calendar.Coptic")), "Calendar.ISO"),
        (other(&|odd| odd.utc_offset = 1 << 40), "utc_offset"),
        (other(&|odd| odd.day = -1), "day"),
    ] {
        let chrono = read::<by_chrono::DateTime<by_chrono::Utc>>(&odd).unwrap_err().to_string();
        assert!(chrono.contains(expected), "{chrono}");
        let jiff = read::<by_jiff::Timestamp>(&odd).unwrap_err().to_string();
        assert!(jiff.contains(expected), "{jiff}");
    }
    assert!(read::<by_chrono::NaiveDate>(&berlin()).is_err(), "another struct");
    assert!(read::<by_jiff::Date>(&(2026, 2, 29)).is_err());
    // The ends of what each has.
    assert!(read::<by_chrono::NaiveDate>(&by_chrono::NaiveDate::MAX).is_ok());
    assert!(read::<by_jiff::Date>(&by_chrono::NaiveDate::MAX).is_err());
    assert!(read::<by_jiff::Timestamp>(&by_jiff::Timestamp::MAX).is_ok());
}
