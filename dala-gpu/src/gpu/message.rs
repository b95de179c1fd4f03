//! Tensors on a GPU in messages: they move between native actors, and Erlang processes have a handle, as of those on the
//! host (`region/message.rs`).
use std::sync::Arc;

use dala::StableLayout;
use dala::message::{ConvertError, Source};
use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::TermWriter;

use super::Device;
use crate::region::message::{Held, held_in, write_handle};
use crate::{Element, Tensor};

impl<T: Element> StableLayout for Tensor<T, Device> {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, writer: &mut dyn TermWriter) -> Word {
        write_handle(writer, T::DTYPE, self.shape(), Held::Elsewhere(Arc::new(self.clone())))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let misfit = || source.misfit(format!("a tensor of {} on a GPU", T::DTYPE.name()));
        match held_in(&source)? {
            Some(Held::Elsewhere(held)) => held.downcast_ref::<Self>().cloned().ok_or_else(misfit),
            Some(Held::Host(_)) | None => Err(misfit()),
        }
    }
}
