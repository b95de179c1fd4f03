//! Functions that Rust gives to Erlang and Elixir code.
//!
//! [`#[dala::native]`](macro@crate::native) on a function makes one, and [`natives!`](crate::natives) lists them for whoever
//! runs BEAM code (`dala_beam`: `System::add_natives`). A function that captures something is made by
//! [`NativeFunction::plain`] and its siblings.
//!
//! Arguments and values are converted as fields of messages are. What goes wrong is an exception in the process that
//! called: an argument of another type, an `Err`, a panic ([`NativeError`]).

mod arguments;
mod error;
mod function;

pub use arguments::Arguments;
pub use error::NativeError;
pub use function::{Begin, Body, NativeFunction, Pending, RunPlain, Work};
#[doc(hidden)]
pub use function::{answer, argument, pending, work};

/// A function under [`#[dala::native]`](macro@crate::native): the type of its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no native function",
    note = "put `#[dala::native(module = \"Elixir.Name\")]` on the function"
)]
pub trait Native {
    /// The function, to be added to a system.
    fn function() -> NativeFunction;
}

/// The functions of these names, each under [`#[dala::native]`](macro@crate::native): `natives![hash, text::upcase]`.
#[macro_export]
macro_rules! natives {
    ($($function:path),* $(,)?) => {
        [$(<$function as $crate::native::Native>::function()),*]
    };
}
