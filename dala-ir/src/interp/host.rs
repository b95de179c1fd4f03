//! The machine behind one pointer type, so that handlers are compiled once, in this crate.

use super::breakpoint::{ReturnTrace, TracedCall, TracedFrame};
use super::export::ExportEntry;
use super::machine::{Machine, WaitFor};
use super::outcome::{BifIndex, BifResult, Exception};
use crate::abi::{ActorContext, Atom, Word};
use crate::term::TermWriter;

macro_rules! hosts {
    ($(fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) $(-> $result:ty)?;)*) => {
        /// A [`Machine`] whose heap is any writer; every `Machine` is one. See there what the methods mean.
        pub(super) trait Host {
            /// [`Machine::heap`]
            fn heap(&mut self) -> &mut dyn TermWriter;
            /// [`Machine::call_bif`]: the value; an answer that is none goes into `other`, and the result is
            /// [`Word::NONE`].
            fn call_bif_for_value(
                &mut self,
                bif: BifIndex,
                args: &[Word],
                other: &mut Option<BifResult>,
            ) -> Word;
            $(
                #[doc = concat!("[`Machine::", stringify!($name), "`]")]
                fn $name(&mut self $(, $argument: $type)*) $(-> $result)?;
            )*
        }

        impl<M: Machine> Host for M {
            fn heap(&mut self) -> &mut dyn TermWriter {
                Machine::heap(self)
            }

            fn call_bif_for_value(
                &mut self,
                bif: BifIndex,
                args: &[Word],
                other: &mut Option<BifResult>,
            ) -> Word {
                match Machine::call_bif(self, bif, args) {
                    BifResult::Value(value) => value,
                    result => {
                        *other = Some(result);
                        Word::NONE
                    }
                }
            }

            $(
                fn $name(&mut self $(, $argument: $type)*) $(-> $result)? {
                    Machine::$name(self $(, $argument)*)
                }
            )*
        }
    };
}

hosts! {
    fn context(&mut self) -> &mut ActorContext;
    fn collect(&mut self, need: usize, live: &mut [Word]) -> Result<(), Word>;
    fn call_bif(&mut self, bif: BifIndex, args: &[Word]) -> BifResult;
    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> &'static ExportEntry;
    fn undefined_function(&mut self, entry: &'static ExportEntry, args: &[Word]) -> BifResult;
    fn undefined_fun(&mut self, module: Atom) -> Option<&'static ExportEntry>;
    fn send(&mut self, destination: Word, message: Word) -> Result<(), Exception>;
    fn send_message(&mut self, destination: Word, id: u64, message: &[Word]) -> bool;
    fn receive_next(&mut self) -> Option<Word>;
    fn receive_accept(&mut self);
    fn receive_skip(&mut self) -> bool;
    fn receive_seek(&mut self, keys: &[Word]);
    fn receive_timed_out(&mut self);
    fn receive_wait(&mut self, time: Word) -> Result<WaitFor, Exception>;
    fn is_timeout_up(&mut self) -> bool;
    fn marker_reserve(&mut self) -> Word;
    fn marker_bind(&mut self, marker: Word, reference: Word);
    fn marker_clear(&mut self, reference: Word);
    fn marker_use(&mut self, reference: Word);
    fn traced_call(&mut self, call: TracedCall, args: &[Word]) -> ReturnTrace;
    fn traced_return(&mut self, frame: TracedFrame, value: Word, to: Option<TracedCall>);
    fn traced_exception(&mut self, frame: TracedFrame, class: Word, reason: Word, to: Option<TracedCall>);
}
