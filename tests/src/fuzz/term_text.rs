//! Terms in Erlang syntax, as on the command line.

use dala_beam::otp::read_term::read_term;
use dala_ir::term::{Fragment, Style, eq_exact, print};

use super::external::{self, show};
use super::{Sources, Verdict};

/// A text is refused at one of its characters, or is a term that reads back from how it is printed.
pub(super) fn check(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else { return Verdict::Refused };
    let mut writer = Fragment::new();
    let term = match read_term(text, &mut writer) {
        Ok(term) => term,
        Err(error) => {
            assert!((1..=text.chars().count() + 1).contains(&error.at), "{error}");
            assert!(!error.problem.is_empty());
            return Verdict::Refused;
        }
    };
    for style in [Style::Plain, Style::Readable] {
        let printed = print(term, style).to_string();
        let back = read_term(&printed, &mut writer).unwrap_or_else(|error| panic!("{printed}: {error}"));
        assert!(eq_exact(term, back), "{printed} reads back as {}", show(back));
    }
    Verdict::Accepted
}

/// Literals of modules, printed, and what only people write.
pub(super) fn seeds(sources: &Sources) -> Vec<Vec<u8>> {
    let mut writer = Fragment::new();
    let mut seeds: Vec<Vec<u8>> =
        ["16#fF", "$a", "$\\n", "[1,2|x] .", "#{a=>1, b => <<1,\"two\">>} % why\n", "'a b'", "-1.5e-3"]
            .map(|text| text.as_bytes().to_vec())
            .into();
    for external in external::seeds(sources) {
        if let Ok(decoded) = external::decode_all(&external, &mut writer, false) {
            seeds.push(show(decoded.term).into_bytes());
        }
    }
    seeds.retain(|seed| seed.len() < 500 && check(seed) == Verdict::Accepted);
    external::thinned(seeds, 800)
}
