//! Values of Rust that Erlang processes have references to.

use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::TermWriter;
use dala_ir::term::resource::Resource;

use super::convert::{ConvertError, Source};
use super::message::StableLayout;

/// A shared value of Rust: a reference in Erlang, which processes keep, compare and send to each other, and can do nothing
/// else with. Cloning and sending it, from Rust or Erlang, shares the value; it is dropped when no actor and no process has
/// it any more: a process that ends, or forgets it and collects its garbage, gives it back.
///
/// One allocation; a copy costs one counter.
///
/// ```
/// use std::sync::Mutex;
/// use dala::Opaque;
///
/// type Counter = Opaque<Mutex<u64>>;
///
/// /// `Counters.new()` and `Counters.next(counter)` in Elixir.
/// #[dala::native(module = "Elixir.Counters")]
/// fn new() -> Counter {
///     Opaque::new(Mutex::new(0))
/// }
///
/// #[dala::native(module = "Elixir.Counters")]
/// fn next(counter: Counter) -> Result<u64, String> {
///     let mut count = counter.lock().map_err(|error| error.to_string())?;
///     *count += 1;
///     Ok(*count)
/// }
/// ```
#[derive(Debug)]
pub struct Opaque<T>(Resource<T>);

impl<T: Send + Sync + 'static> Opaque<T> {
    /// Shares a value.
    pub fn new(value: T) -> Opaque<T> {
        Opaque(Resource::new(value))
    }

    /// As [`Opaque::new`], of a value that keeps so many bytes alive: processes with garbage that refers to it collect it
    /// as soon as they would if those were binaries.
    pub fn keeping(value: T, bytes: usize) -> Opaque<T> {
        Opaque(Resource::keeping(value, bytes))
    }
}

impl<T> Clone for Opaque<T> {
    fn clone(&self) -> Opaque<T> {
        Opaque(self.0.clone())
    }
}

impl<T> std::ops::Deref for Opaque<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> StableLayout for Opaque<T> {
    const FIELD: FieldType = FieldType::Opaque(std::any::type_name::<T>);

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        self.0.clone().write(writer)
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let what = || format!("a reference to a {}", std::any::type_name::<T>());
        Resource::of_term(source.word()).map(Opaque).ok_or_else(|| source.misfit(what()))
    }
}
