//! Types of other crates, by their `serde` implementations.

mod read;
mod write;

use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::TermWriter;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ConvertError, Source};
use crate::message::StableLayout;

/// A value of a type that has serde's traits and not ours, as a term (feature `serde`).
///
/// For types of other crates. [`#[derive(dala::Term)]`](macro@crate::Term) says more precisely what a type of one's own looks
/// like, and is several times as fast.
///
/// | serde | Erlang |
/// |---|---|
/// | integers, `char`; floats; booleans | as Dala's own |
/// | strings, bytes | binary |
/// | `None`; `Some(value)` | `nil`; the value |
/// | `()`; a unit struct | `ok`; the atom of its name |
/// | sequence; tuple, tuple struct | list; tuple |
/// | newtype struct | what is in it |
/// | map | map |
/// | struct | map with atoms as keys |
/// | unit variant; newtype or tuple variant; struct variant | its name as an atom; `{name, value, ..}`; `{name, #{field => value}}` |
///
/// Names are those that serde knows. What is written as a map of strings (`#[serde(flatten)]`) has binaries for keys. Reading takes
/// atoms for strings too, and makes no atoms.
///
/// ```
/// use dala::message::convert::{Serde, text_of};
///
/// // Of a crate that knows nothing of Dala.
/// #[derive(serde::Serialize, serde::Deserialize)]
/// enum Shape {
///     Point,
///     Circle { radius: f64 },
/// }
///
/// #[dala::message]
/// struct Draw {
///     shape: Serde<Shape>,
/// }
///
/// assert_eq!(text_of(&Serde(Shape::Point)), "'Point'");
/// assert_eq!(text_of(&Serde(Shape::Circle { radius: 1.5 })), "{'Circle',#{radius => 1.5}}");
/// # let _ = |draw: Draw| draw.shape.0;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serde<T>(pub T);

impl<T: Serialize + DeserializeOwned + 'static> StableLayout for Serde<T> {
    const FIELD: FieldType = FieldType::Term;

    /// # Panics
    /// When the type's `Serialize` fails.
    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        let written = self.0.serialize(write::Writer(writer));
        written.unwrap_or_else(|problem| panic!("{} cannot be a term: {problem}", std::any::type_name::<T>()))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        T::deserialize(read::Reader(source)).map(Serde).map_err(|problem| problem.at(source.word()))
    }
}

impl<T> From<T> for Serde<T> {
    fn from(value: T) -> Serde<T> {
        Serde(value)
    }
}

/// Why serde has no value.
#[derive(Debug)]
enum Problem {
    Convert(ConvertError),
    /// What the type's own code says.
    Text(String),
}

impl Problem {
    /// As the error of reading `word`.
    #[cold]
    fn at(self, word: Word) -> ConvertError {
        match self {
            Problem::Convert(error) => error,
            Problem::Text(text) => ConvertError::misfit(format!("what serde can read ({text})"), word),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Problem::Convert(error) => error.fmt(f),
            Problem::Text(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Problem {}

impl From<ConvertError> for Problem {
    fn from(error: ConvertError) -> Problem {
        Problem::Convert(error)
    }
}

impl serde::de::Error for Problem {
    fn custom<T: std::fmt::Display>(text: T) -> Problem {
        Problem::Text(text.to_string())
    }
}

impl serde::ser::Error for Problem {
    fn custom<T: std::fmt::Display>(text: T) -> Problem {
        Problem::Text(text.to_string())
    }
}
