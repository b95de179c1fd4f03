//! References as fields of messages and as replies: pids, in memory and in Erlang.

use super::{Actor, ActorRef};
use crate::message::{ConvertError, Source, StableLayout};
use dala_ir::abi::shape::{ActorField, FieldType};
use dala_ir::abi::{Pid, Word};
use dala_ir::term::TermWriter;

impl<A: Actor> StableLayout for ActorRef<A> {
    const FIELD: FieldType = FieldType::Actor(ActorField { name: A::NAME, protocol: A::protocol });

    #[inline]
    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::pid(self.pid())
    }

    /// The pid of a live actor of this type; another pid does not convert.
    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        let pid = Pid::read_term(source)?;
        ActorRef::of_pid(pid).ok_or_else(|| source.misfit(format!("the pid of a live {}", A::NAME)))
    }
}
