//! Why a native function has no value.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::{TermWriter, map};

use super::NativeFunction;
use crate::message::{ConvertError, ExitReason};

/// Why a call of a native function has no value; an exception of class `error` in the process that called.
///
/// | | in a module called `Elixir.*` | in others |
/// |---|---|---|
/// | `Argument` | `ArgumentError` | `{badarg, Text}` |
/// | `Failed` | `RuntimeError` | `{failed, Text}` |
/// | `Panicked` | `{panic, Text, Place}` | `{panic, Text, Place}` |
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NativeError {
    /// An argument is of another type.
    #[error("argument {position}: {error}")]
    Argument {
        /// Which one, from 1.
        position: usize,
        /// Why it does not convert.
        error: ConvertError,
    },
    /// The function returned an `Err`; its text.
    #[error("{0}")]
    Failed(String),
    /// The function panicked; other processes and actors do not notice.
    #[error("{0}")]
    Panicked(ExitReason),
}

impl NativeError {
    /// Builds the reason of the exception that a call of `function` raises.
    #[cold]
    pub fn write(&self, function: &NativeFunction, writer: &mut dyn TermWriter) -> Word {
        let (elixir, erlang, text) = match self {
            NativeError::Panicked(reason) => return reason.write(writer),
            NativeError::Argument { .. } => {
                ("Elixir.ArgumentError", atoms::BADARG, format!("{function}: {self}"))
            }
            NativeError::Failed(text) => ("Elixir.RuntimeError", Atom::new("failed"), text.clone()),
        };
        let text = writer.binary(text.as_bytes());
        if !function.module().starts_with("Elixir.") {
            return writer.tuple(&[Word::atom(erlang), text]);
        }
        let key = |name: &str| Word::atom(Atom::new(name));
        let pairs = [
            (key("__struct__"), key(elixir)),
            (key("__exception__"), Word::atom(atoms::TRUE)),
            (key("message"), text),
        ];
        map::from_pairs(writer, &pairs)
    }
}
