//! Values that only Rust has, as fields of messages.

use super::convert::{ConvertError, Source};
use super::message::StableLayout;
use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Word};
use dala_ir::term::TermWriter;

/// Makes any Rust value a field of a message, or a reply, between native actors: a channel, a socket, an `Arc`, a type of
/// another crate. It moves as it is.
///
/// Erlang sees the atom `local` in its place, and cannot send one.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// struct Log;
///
/// #[dala::actor]
/// impl Log {
///     #[message]
///     fn write(&mut self, to: dala::Local<Arc<Mutex<Vec<String>>>>, line: String) {
///         to.lock().unwrap().push(line);
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let lines = Arc::new(Mutex::new(Vec::new()));
///     Log.spawn()?.write(dala::Local(lines.clone()), "hello".to_owned()).await?;
///     assert_eq!(*lines.lock().unwrap(), ["hello"]);
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Local<T>(pub T);

impl<T> Local<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Local<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Local<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Local<T> {
    fn from(value: T) -> Local<T> {
        Local(value)
    }
}

impl<T: 'static> StableLayout for Local<T> {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(Atom::new("local"))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        Err(source.misfit("a value that only Rust actors can send"))
    }
}
