//! Programs that Dala does not run as OTP does yet: `tests/diff/PENDING`.
//!
//! A line is `program: reason`, or `program@mode: reason` for one that fails only with a budget of one reduction
//! (`budget`) or under GC stress (`gc`). The list stays true by itself: a program on it that agrees with OTP fails the
//! suite until its line is gone. Only where a `?` stands before the colon, for a program that agrees at times, is
//! Dala not asked.
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::Path;

/// How `dala` is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As users run it.
    Plain,
    /// `DALA_REDUCTIONS` is set.
    Budget,
    /// `DALA_GC_STRESS` is set.
    Gc,
}

impl Mode {
    /// The mode that the environment asks for.
    pub fn from_env() -> Mode {
        match (env::var_os("DALA_REDUCTIONS"), env::var_os("DALA_GC_STRESS")) {
            (Some(_), _) => Mode::Budget,
            (None, Some(_)) => Mode::Gc,
            (None, None) => Mode::Plain,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Mode::Plain => "",
            Mode::Budget => "@budget",
            Mode::Gc => "@gc",
        }
    }
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    reasons: BTreeMap<String, String>,
}

impl Pending {
    /// Reads the list; no file is an empty list.
    ///
    /// # Errors
    /// When a line has no reason, or names no program.
    pub fn read(path: &Path, programs: &[&str]) -> io::Result<Pending> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut reasons = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (key, reason) = match line.split_once(':') {
                Some((key, reason)) if !reason.trim().is_empty() => (key.trim(), reason.trim()),
                _ => return Err(io::Error::other(format!("PENDING: no reason given: {line}"))),
            };
            let name = key.split(['@', '?']).next().unwrap_or(key);
            if !programs.contains(&name) {
                return Err(io::Error::other(format!("PENDING: there is no program {name}")));
            }
            reasons.insert(key.to_owned(), reason.to_owned());
        }
        Ok(Pending { reasons })
    }

    /// Why the program is expected to fail in a mode, and whether that is to be checked in this mode.
    pub fn reason(&self, program: &str, mode: Mode) -> Option<(&str, bool)> {
        let find = |key: String| self.reasons.get(&key).map(String::as_str);
        let suffix = mode.suffix();
        find(program.to_owned())
            .map(|reason| (reason, mode == Mode::Plain))
            .or_else(|| find(format!("{program}{suffix}")).map(|reason| (reason, true)))
            .or_else(|| find(format!("{program}?")).map(|reason| (reason, false)))
            .or_else(|| find(format!("{program}{suffix}?")).map(|reason| (reason, false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_a_program_a_mode_and_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("PENDING");
        fs::write(&path, "# comment\na: lacks re\nb@gc: too slow\nb@budget?: a race\n").unwrap();
        let pending = Pending::read(&path, &["a", "b"]).unwrap();
        assert_eq!(pending.reason("a", Mode::Plain), Some(("lacks re", true)));
        assert_eq!(pending.reason("a", Mode::Budget), Some(("lacks re", false)));
        assert_eq!(pending.reason("b", Mode::Plain), None);
        assert_eq!(pending.reason("b", Mode::Gc), Some(("too slow", true)));
        assert_eq!(pending.reason("b", Mode::Budget), Some(("a race", false)));
        assert!(Pending::read(&path, &["a"]).is_err());
    }
}
