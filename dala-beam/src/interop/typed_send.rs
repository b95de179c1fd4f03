//! Messages to native actors of code that knows what they take.

use dala::actor::{Protocol, process as actor};
use dala_ir::abi::Word;
use dala_ir::term::transient::with_tuple;

use crate::process::Process;

impl Process {
    /// Sends a message of this logical id, its name and fields, to a native actor: what [`send_to`](Process::send_to) does with its
    /// tuple. False, with nothing done, when the destination is none that takes it, when a field does not convert, and when
    /// somebody is told of what this process sends or says what it may.
    pub(crate) fn send_message(&mut self, to: Word, id: u64, message: &[Word]) -> bool {
        if self.is_traced() || self.confined.is_some() {
            return false;
        }
        let name = || to.as_atom().and_then(|name| self.system.whereis(name));
        let Some(pid) = to.as_pid().or_else(name) else { return false };
        let protocol = actor::protocol_of(pid).and_then(|protocol| protocol.downcast_ref::<Protocol>());
        let Some(entry) = protocol.and_then(|protocol| protocol.taking(id)) else { return false };
        let converted = match message {
            [name] => entry.convert(*name),
            elements => with_tuple(elements, |tuple| entry.convert(tuple)),
        };
        let Ok(mut node) = converted else { return false };
        self.charge(4);
        node.set_sender(self.pid);
        // Lost, as any message to one that has ended.
        drop(actor::send(pid, node));
        true
    }
}
