//! Rust code that is no actor, for Erlang code that wants the pid of its caller.

use std::sync::atomic::{AtomicU64, Ordering};

use dala::Handle;
use dala::actor::{Activation, Behaviour, Outcome, SpawnOptions, process};
use dala_ir::abi::Pid;

/// One actor for all threads and futures that call servers without being actors. It is started with the first such call, and
/// again when somebody ended it.
#[derive(Debug, Default)]
pub(crate) struct Outside(AtomicU64);

impl Outside {
    /// Whom a call that is made now is from: the actor that runs on this thread, or the one that stands for all others. It
    /// is nobody when that one cannot be started.
    pub(super) fn caller(&self, runtime: &Handle) -> Pid {
        let running = process::running();
        if running != dala::pid::NOBODY {
            return running;
        }
        let known = self.0.load(Ordering::Acquire);
        let pid = Pid::from_bits(known);
        if known != 0 && process::is_alive(pid) {
            return pid;
        }
        let Ok(spawned) = runtime.spawn_behaviour(Stranger, &SpawnOptions::default()) else {
            return dala::pid::NOBODY;
        };
        let new = spawned.pid;
        match self.0.compare_exchange(known, new.to_bits(), Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => new,
            Err(other) => {
                process::kill(new);
                Pid::from_bits(other)
            }
        }
    }
}

/// Takes what is sent to it, and does nothing.
struct Stranger;

impl Behaviour for Stranger {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        activation.take_in();
        while activation.next_incoming().is_some() {
            if activation.spend() {
                return Outcome::Yielded;
            }
        }
        Outcome::Waiting
    }

    fn name() -> &'static str {
        "Rust code that is no actor"
    }
}
