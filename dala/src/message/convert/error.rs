//! Why a term is not a value of a type.

use std::borrow::Cow;

use dala_ir::abi::Word;
use dala_ir::term::{TermView, view};

/// A term does not convert: what was expected, what was found, and where in the term.
///
/// ```text
/// deposit.items[2].price: expected an integer from 0 to 255, found the integer 300
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConvertError(Box<Parts>);

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    expected: Cow<'static, str>,
    found: String,
    /// From the inside out, the order in which they are met.
    path: Vec<Step>,
}

/// One step into a term.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Into the field of a message.
    Field(&'static str),
    /// Into an element of a list or tuple, from 0.
    Index(usize),
    /// To a key of a map.
    Key,
    /// To the value of this key of a map, described.
    Value(String),
}

/// Most characters of a text that an error shows.
const SHOWN_CHARS: usize = 40;

impl ConvertError {
    /// `expected` was expected (a phrase with its article), and `found` is what stood there.
    #[cold]
    pub fn misfit(expected: impl Into<Cow<'static, str>>, found: Word) -> ConvertError {
        ConvertError(Box::new(Parts { expected: expected.into(), found: describe(found), path: Vec::new() }))
    }

    #[cold]
    pub(super) fn too_deep() -> ConvertError {
        ConvertError(Box::new(Parts {
            expected: format!("a term nested at most {} deep", super::MAX_DEPTH).into(),
            found: "a deeper one".to_owned(),
            path: Vec::new(),
        }))
    }

    /// The same error, met inside `step`.
    #[cold]
    #[must_use]
    pub fn inside(mut self, step: Step) -> ConvertError {
        self.0.path.push(step);
        self
    }

    /// What would have converted.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What stood there instead.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The way to the place, from the outermost term.
    pub fn path(&self) -> impl Iterator<Item = &Step> {
        self.0.path.iter().rev()
    }
}

impl std::fmt::Display for ConvertError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, step) in self.path().enumerate() {
            match step {
                Step::Field(name) if position == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key => f.write_str(" key")?,
                Step::Value(key) => write!(f, " value of {key}")?,
            }
        }
        let separator = if self.0.path.is_empty() { "" } else { ": " };
        write!(f, "{separator}expected {}, found {}", self.0.expected, self.0.found)
    }
}

impl std::fmt::Debug for ConvertError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConvertError({self})")
    }
}

impl std::error::Error for ConvertError {}

/// A term in words, short whatever its size.
pub(super) fn describe(word: Word) -> String {
    match word.view() {
        TermView::Small(value) => format!("the integer {value}"),
        TermView::Big(big) => {
            format!("a{} integer of {} bits", if big.negative { " negative" } else { "n" }, bits(big.limbs))
        }
        TermView::Float(value) => format!("the float {value:?}"),
        TermView::Atom(atom) => format!("the atom `{}`", shortened(atom.text())),
        TermView::Pid(pid) => format!("the pid {pid}"),
        TermView::ExternalPid(pid) => format!("a pid of node `{}`", shortened(pid.node.text())),
        TermView::Port(_) | TermView::ExternalPort(_) => "a port".to_owned(),
        TermView::Reference(_) | TermView::ExternalReference(_) => "a reference".to_owned(),
        TermView::Fun(_) | TermView::ExportFun(_) => "a fun".to_owned(),
        TermView::Nil => "the empty list".to_owned(),
        TermView::Cons(..) => "a list".to_owned(),
        TermView::Tuple(elements) => match elements.first().and_then(|first| first.as_atom()) {
            Some(name) => format!(
                "the tuple `{{{}{}}}`",
                shortened(name.text()),
                ", _".repeat((elements.len() - 1).min(12))
            ),
            None => format!("a tuple of {}", elements.len()),
        },
        TermView::Map(map) => {
            match map.get(Word::atom(super::data::STRUCT.atom())).and_then(|module| module.as_atom()) {
                Some(module) => {
                    let name = module.text();
                    format!("the struct `%{}{{}}`", shortened(name.strip_prefix("Elixir.").unwrap_or(name)))
                }
                None => format!("a map of {} keys", map.len()),
            }
        }
        TermView::Bits(bits) => match view::bytes(word).map(std::str::from_utf8) {
            Some(Ok(text)) => format!("the binary \"{}\"", shortened(text).escape_debug()),
            _ if bits.is_binary() => format!("a binary of {} bytes that is no text", bits.bit_len / 8),
            _ => format!("a bitstring of {} bits", bits.bit_len),
        },
        TermView::Hidden => "no term".to_owned(),
    }
}

fn bits(limbs: &[u64]) -> u64 {
    limbs.last().map_or(0, |last| limbs.len() as u64 * 64 - u64::from(last.leading_zeros()))
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]).into(),
        None => text.into(),
    }
}
