//! How fast the interpreter runs: `cargo run --release -p dala-ir --example interp_speed [N]` times `fib(N)`.
//!
//! The counterpart: `erl -noshell -eval` on the same function compiled by `erlc`.

use std::time::Instant;

#[path = "../tests/machine/mod.rs"]
mod machine;

use dala_ir::abi::{Atom, Word};
use dala_ir::interp::{self, CallTarget, Machine, Outcome, Suspend, TailCall, Target};
use dala_ir::text::parse_module;
use machine::TestMachine;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n = std::env::args().nth(1).map_or(Ok(35), |text| text.parse())?;
    let text = include_str!("../tests/filetests/run/fib.dir");
    let module = parse_module(text)?;
    let mut machine = TestMachine::new(1 << 16, false);
    let code = interp::load(&module, &[], [0; 16], |import| {
        machine.export(import.module, import.function, import.arity)
    })?;
    for (name, arity, address) in code.exports() {
        machine.export(module.name, name, arity).set_target(Target::Code(address));
    }
    for _ in 0..5 {
        let begin = Instant::now();
        let call = TailCall {
            target: CallTarget::Function(module.name, Atom::new("fib")),
            args: smallvec::smallvec![Word::small_int(n)],
        };
        interp::start(&mut machine, &call).map_err(|_| "heap limit")?;
        let value = loop {
            machine.refill(4000);
            match interp::run(&mut machine) {
                Suspend::Exited(Outcome::Returned(value)) => break value,
                Suspend::Yielded => {}
                other => return Err(format!("{other:?}").into()),
            }
        };
        println!("fib({n}) = {value:?} in {:.3} s", begin.elapsed().as_secs_f64());
    }
    Ok(())
}
