//! Reading fields where they lie.

#![expect(unsafe_code, reason = "reads a field at the address that its shape gives")]

use dala_ir::abi::Word;
use dala_ir::abi::shape::Shape;
use dala_ir::term::TermWriter;

use super::{Message, StableLayout};

/// Builds the term of the `T` at `field`: what [`Field::write`](dala_ir::abi::shape::Field::write) holds.
///
/// # Safety
/// `field` points to an initialised, live `T`.
pub(super) unsafe fn write_field<T: StableLayout>(field: *const u8, writer: &mut dyn TermWriter) -> Word {
    // SAFETY: the caller says that a live `T` lies there.
    let value = unsafe { &*field.cast::<T>() };
    value.write_term(writer)
}

/// Builds the term of field `position` of a message by its shape alone, as code does that was not compiled with the
/// message's type. `None` if the shape has no such field.
pub fn write_field_of<M: Message>(message: &M, position: usize, writer: &mut dyn TermWriter) -> Option<Word> {
    let shape: &'static Shape = message.shape();
    let field = shape.fields().get(position)?;
    let payload = std::ptr::from_ref(message).cast::<u8>();
    // SAFETY: the shapes of `M` are those of its layout (`Message`), so a live field of the type that `write` was
    // made for lies at the offset.
    Some(unsafe { (field.write)(payload.add(field.offset), writer) })
}
