//! Machine code that outlives the OS process: what was hot once is compiled when the module is loaded again.
//!
//! The JIT's code for a module that somebody keeps is made of the *object code* that the module was linked from, as that
//! made ahead of time is ([`ahead`](super::ahead)). What is only known where it runs, words that linking fills in and addresses of
//! the runtime's functions, are constants in it that each OS process writes. What is kept of a module is the machine code of
//! its hot functions; each run adds those that it found.

use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ahead::MachineCode;
use super::code::CodeModule;
use super::object::Object;

/// Machine code of some functions of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCode {
    /// Of the runtime that it was made by, see `jit/kept.rs`.
    pub(super) layout: [u32; 16],
    pub(super) machine: MachineCode,
    /// Places of eight bytes in it, and what is to be written there.
    pub(super) constants: Vec<(u32, Constant)>,
}

/// What is only known where machine code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Constant {
    /// The word of register code at an offset.
    Word(u32),
    /// The address of the stub at this place, in bytes, of the table of stubs.
    Stub(u32),
}

/// Keeps machine code of one module.
pub trait Keeper: Debug + RefUnwindSafe + Send + Sync + UnwindSafe {
    /// The object code that the module was linked from; `None` when that cannot be had any more, and nothing is kept then.
    fn object(&self) -> Option<Object>;

    /// What is kept.
    fn kept(&self) -> Option<KeptCode>;

    /// Keeps this instead.
    fn keep(&self, code: &KeptCode);
}

impl CodeModule {
    /// Gives it the machine code that is kept, and keeps what is going to be made. Nothing where there is no JIT.
    ///
    /// # Safety
    /// The keeper's object is what the module was linked from, and what it has kept was given to it for that, by a build from
    /// the same sources.
    #[expect(unsafe_code, reason = "takes machine code that somebody has kept")]
    pub unsafe fn keep_machine_code(self: &Arc<CodeModule>, keeper: Box<dyn Keeper>) {
        #[cfg(dala_jit)]
        // SAFETY: as the caller says.
        unsafe {
            super::jit::keep(self, keeper);
        }
        #[cfg(not(dala_jit))]
        drop(keeper);
    }
}

/// Gives all machine code that was made so far to whoever keeps it: for the end of a program. While a program runs this
/// is done when nothing has become hot for a while.
pub fn keep_machine_code() {
    #[cfg(dala_jit)]
    super::jit::keep_all();
}
