//! Running one function of a module on the small process, and showing how it ended. Its code is object code that was
//! written and read again.

#![expect(unsafe_code, reason = "object code is read without being verified again")]

use dala_ir::abi::Atom;
use dala_ir::interp::{self, CallTarget, JitMode, Machine, Object, Outcome, Suspend, TailCall, Target};
use dala_ir::ir::{Import, Module};
use dala_ir::term::{OwnedTerm, TermWriter};
use dala_ir::text::print_module;

use crate::machine::TestMachine;

pub(crate) fn show(term: OwnedTerm) -> String {
    let mut module = Module::new(Atom::new("t"));
    module.literals.push(term);
    let text = print_module(&module);
    text.split_once("lit0 = ").unwrap().1.trim_end().to_owned()
}

/// How a function ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Its result or exception, and what it sent.
    pub(crate) shown: String,
    /// The stack trace of its exception.
    pub(crate) trace: String,
}

/// Runs `function(args)` of a module to its end.
pub(crate) fn execute(
    module: &Module,
    messages: &[OwnedTerm],
    function: Atom,
    args: &[OwnedTerm],
    budget: i64,
    stress: bool,
    jit: JitMode,
) -> Ending {
    interp::set_jit_mode(jit);
    let mut machine = TestMachine::new(256, stress);
    let literals: Vec<_> = module.literals.iter().map(OwnedTerm::root).collect();
    let encoded = interp::encode(module).unwrap();
    // SAFETY: the bytes come from `to_bytes`.
    let object = unsafe { Object::from_bytes(&encoded.to_bytes()) }.unwrap();
    assert_eq!(object, encoded);
    let import = |import: &Import| machine.export(import.module, import.function, import.arity);
    let code = object.link(&literals, [0; 16], import).unwrap();
    for (name, arity, address) in code.exports() {
        machine.export(module.name, name, arity).set_target(Target::Code(address));
    }
    machine.mailbox = messages.to_vec();
    let call = TailCall {
        target: CallTarget::Function(module.name, function),
        args: args.iter().map(OwnedTerm::root).collect(),
    };
    interp::start(&mut machine, &call).unwrap();
    for _ in 0..100_000_000u64 {
        machine.refill(budget);
        match interp::run(&mut machine) {
            Suspend::Yielded => {}
            Suspend::Waiting if machine.is_timed_out => {}
            Suspend::Waiting => {
                // Whoever waits for good gets a last message.
                machine.mailbox.push(OwnedTerm::from(Atom::new("last")));
            }
            Suspend::Exited(Outcome::Returned(value)) => {
                let mut shown = show(OwnedTerm::copy_of(value));
                for sent in &machine.sent {
                    shown += &format!(" sent {}", show(sent.clone()));
                }
                return Ending { shown: format!("= {shown}"), trace: String::new() };
            }
            Suspend::Exited(Outcome::Raised { class, reason, trace }) => {
                let list = interp::trace::build_stacktrace(machine.heap(), trace);
                assert!(dala_ir::term::view::list_len(list).is_some());
                let trace = show(OwnedTerm::copy_of(list));
                let pair = machine.heap().tuple(&[dala_ir::abi::Word::atom(class.atom()), reason]);
                return Ending { shown: format!("raises {}", show(OwnedTerm::copy_of(pair))), trace };
            }
            Suspend::Exited(Outcome::Exit(reason)) => {
                let shown = format!("exits {}", show(OwnedTerm::copy_of(reason)));
                return Ending { shown, trace: String::new() };
            }
        }
    }
    panic!("runs for ever");
}
