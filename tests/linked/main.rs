//! A program in Rust with its modules linked into it, which runs `numbers:main/0`. Built by the test `cli_linked`, with an
//! object file that has the modules.

use std::error::Error;
use std::sync::{Arc, mpsc};

use dala::Runtime;
use dala_beam::otp::boot;
use dala_beam::process::{Ended, Entry, System, SystemOptions};
use dala_ir::abi::{Atom, Word};
use dala_ir::interp::JitMode;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let options = SystemOptions {
        bundle: Some(Arc::new(dala_beam::include_modules!()?)),
        jit: JitMode::Off,
        ..SystemOptions::default()
    };
    let system = System::new(runtime.handle().clone(), options);
    let leader = boot::start(&system, &[])?;
    let (sender, ended) = mpsc::channel();
    let main = Entry::Function(Atom::new("numbers"), Atom::new("main"), Word::NIL);
    system.start_process(main, Some(leader), Some(sender)).map_err(|_| "cannot start a process")?;
    match ended.recv()? {
        Ended::Value(_) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}
