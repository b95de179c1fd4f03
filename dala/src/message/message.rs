//! What a message is.

use dala_ir::abi::layout::Laid;
use dala_ir::abi::shape::{Description, FieldType, Shape, Shapes};
use dala_ir::abi::{Word, shape};
use dala_ir::term::TermWriter;

use super::convert::{ConvertError, Source};

/// A type that can be sent to an actor. Written by [`#[dala::message]`](macro@crate::message), never by hand: who
/// reads a payload by its [`Shapes`] relies on their being those of the type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "cannot be sent to an actor",
    note = "put `#[dala::message]` on the struct or enum `{Self}`"
)]
pub trait Message: Sized + Send + 'static {
    /// What the macro saw: one entry a shape.
    #[doc(hidden)]
    const DESCRIPTIONS: &'static [Description];
    /// Memory layout, computed from the descriptions.
    #[doc(hidden)]
    const LAID: Laid;

    /// The tuples and atoms that values of this type are in Erlang, and where their fields lie in memory.
    const SHAPES: &'static Shapes;

    /// The shape of this value: that of its variant, if it is an enum.
    fn shape(&self) -> &'static Shape;

    /// Builds the message's term. Costs one tuple and what the fields cost.
    fn to_term(&self, writer: &mut dyn TermWriter) -> Word;

    /// Reads the message from a term.
    ///
    /// # Errors
    /// When the term has none of the [`SHAPES`](Message::SHAPES), or a field does not convert; the error names it.
    fn from_term(source: Source<'_>) -> Result<Self, ConvertError>;

    /// Bytes of memory that the message's fields hold beside themselves.
    #[doc(hidden)]
    fn held_bytes(&self) -> usize {
        0
    }
}

/// A type whose values can be fields of messages, and replies: its representation in memory and in Erlang is fixed.
///
/// Implemented for integers, floats, `bool`, `char`, `()`, [`String`], [`Bytes`](crate::Bytes), [`Vec`], arrays,
/// [`Option`], [`Result`], tuples, [`Box`], `HashMap`, `BTreeMap`, [`Atom`](dala_ir::abi::Atom),
/// [`Pid`](dala_ir::abi::Pid), [`OwnedTerm`](dala_ir::term::OwnedTerm), and more (the table in
/// [`convert`](crate::message::convert)), for every message type, and by [`#[derive(dala::Term)]`](macro@crate::Term) for plain
/// data.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no stable layout",
    label = "neither a field of a message nor a reply can have this type",
    note = "messages and replies are read by actors that were not compiled with this type, Erlang and Elixir \
            processes among them: scalars, `String`, `dala::Bytes`, `Vec`, `Option`, `Result`, tuples, maps, `Atom`, \
            `Pid` and types with `#[dala::message]` or `#[derive(dala::Term)]` have a layout that all of them know",
    note = "`dala::Local<{Self}>` takes any value, between Rust actors only",
    note = "references, raw pointers and shared pointers (`Rc`, `Arc`) have none: send the value itself, or the \
            `Pid` of the actor that owns it"
)]
pub trait StableLayout: Sized + 'static {
    /// The type as others see it.
    const FIELD: FieldType;

    /// Builds the value's term.
    fn write_term(&self, writer: &mut dyn TermWriter) -> Word;

    /// Reads a value from a term.
    ///
    /// # Errors
    /// When the term is not of this type; the error says where it stopped.
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError>;

    /// The value of a field whose key a map or keyword list lacks, if that is no misfit: `None` of an [`Option`].
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    /// Bytes of memory that the value holds beside itself, as far as it knows: what counts for a
    /// [`MemoryLimit`](crate::MemoryLimit) while it waits in a mailbox.
    fn held_bytes(&self) -> usize {
        0
    }
}

/// What a call can return: anything that has a term, since the caller may be an Erlang process.
pub trait Reply: StableLayout + Send {}

#[diagnostic::do_not_recommend]
impl<T: StableLayout + Send> Reply for T {}

/// What the impls of [`Message`] may take for granted of their fields.
///
/// The bounds on those impls are written for every `'a`, though it means nothing: the compiler checks a bound
/// without variables where it stands, and a wrong field would be reported there a second time.
#[doc(hidden)]
pub trait MessageField<'a>: StableLayout + Send {}

#[diagnostic::do_not_recommend]
impl<T: StableLayout + Send> MessageField<'_> for T {}

/// The description of a field called `name` of type `T`.
#[doc(hidden)]
pub const fn field<T: StableLayout>(name: &'static str) -> shape::Field {
    shape::Field {
        name,
        ty: T::FIELD,
        size: size_of::<T>(),
        align: align_of::<T>(),
        write: super::in_place::write_field::<T>,
    }
}
