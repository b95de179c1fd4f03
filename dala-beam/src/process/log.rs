//! The runtime's own events in OTP's log.

use std::sync::atomic::Ordering;

use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, TermWriter, map};

use super::{System, message};
use crate::bif;
use crate::bif::arguments::named;

impl System {
    /// Logs an error that concerns process `about`, as OTP's emulator does: `format` with the arguments that `arguments` makes.
    /// Returns false when nobody logs.
    pub(super) fn log_error(
        &self,
        format: &str,
        about: Pid,
        group_leader: Word,
        arguments: impl FnOnce(&mut Fragment) -> Vec<Word>,
    ) -> bool {
        let logger = self.builtins.system_logger.load(Ordering::Acquire);
        if logger == 0 {
            return false;
        }
        let mut scratch = Fragment::new();
        let name = |text: &str| Word::atom(Atom::new(text));
        let format = scratch.charlist(format);
        let arguments = arguments(&mut scratch);
        let arguments = scratch.list(&arguments, Word::NIL);
        let micros = bif::erlang::time::wall_time(self).div_euclid(1000);
        let time = scratch.integer(micros);
        let origin = [(name("tag"), name("error")), (name("emulator"), name("true"))];
        let origin = map::from_pairs(&mut scratch, &origin);
        let facts = [
            (name("pid"), Word::pid(about)),
            (name("gl"), group_leader),
            (name("time"), time),
            (name("error_logger"), origin),
        ];
        let facts = map::from_pairs(&mut scratch, &facts);
        let event = scratch.tuple(&[name("log"), name("error"), format, arguments, facts]);
        // A logger that is gone logs nothing.
        dala::actor::process::send(Pid::from_bits(logger), message::node_of(event)).is_ok()
    }

    /// Logs a text of the runtime about an actor.
    pub(crate) fn log_text(&self, about: Pid, text: &str) {
        let leader = self.whereis(named!("user")).unwrap_or(dala::pid::NOBODY);
        let arguments = |scratch: &mut Fragment| vec![scratch.binary(text.as_bytes())];
        if !self.log_error("~ts~n", about, Word::pid(leader), arguments) {
            self.report(&format!("{text}\n"));
        }
    }
}
