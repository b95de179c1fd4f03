//! Messages to native actors.

use super::EncodeError;
use super::emit::{FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use crate::interp::code::X_SCRATCH;
use crate::interp::opcode::Opcode;
use crate::ir::{Constant, Immediate, InstData};

impl FunctionEmitter<'_, '_> {
    /// See [`Opcode::ActorSend`].
    pub(super) fn actor_send(
        &mut self,
        inst: &InstData,
        (fail, handler): (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Message(id) = inst.immediate else { return Ok(()) };
        let (name, id) = {
            let message = &self.module.messages[id.index()];
            (message.name, message.id)
        };
        let count = inst.args.len();
        let mut ins = Ins::long(Opcode::ActorSend, 4 + count.div_ceil(4)).word(3, id);
        let tag = Place::Constant(Constant::Atom(name));
        let fields: Vec<Place> = inst.args[1..].iter().map(|&field| self.place(field)).collect();
        ins.pack(4, std::iter::once(tag).chain(fields))?;
        let (to, destination) = (ins.operand(Place::X(X_SCRATCH))?, ins.operand(self.place(inst.args[0]))?);
        let count = u16::try_from(count).map_err(|_| EncodeError::TooLong)?;
        self.finish(ins.a(to).b(destination).c(count), inst, Some(2), fail, handler)
    }
}
