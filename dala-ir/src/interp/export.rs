//! Entries through which code is reached by name or by fun. Entries never move and are never freed.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::outcome::BifIndex;
use crate::abi::{Atom, ExportHead, FunHead};

/// Address of a function's entry in linked code. Only the linker makes them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeAddress(u64);

impl CodeAddress {
    pub(super) fn new(pc: *const u64) -> CodeAddress {
        CodeAddress(pc.expose_provenance() as u64)
    }

    /// The address, to be looked up or shown.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    pub(super) fn pc(self) -> *const u64 {
        std::ptr::with_exposed_provenance(self.0 as usize)
    }
}

impl std::fmt::Debug for CodeAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CodeAddress({:#x})", self.0)
    }
}

/// What stands behind an export entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing: the function does not exist, or its module is not loaded.
    Undefined,
    /// Code.
    Code(CodeAddress),
    /// A built-in function.
    Bif(BifIndex),
}

/// `M:F/A`, however it is implemented at the moment. External funs point here.
#[derive(Debug)]
#[repr(C)]
pub struct ExportEntry {
    head: ExportHead,
    /// 0, a code address (its low 3 bits are 0), or a built-in function's number above a 1.
    target: AtomicU64,
}

impl ExportEntry {
    /// Where the target stands, for machine code.
    #[cfg(dala_jit)]
    pub(super) const TARGET: usize = std::mem::offset_of!(ExportEntry, target);

    /// A new entry with nothing behind it. It is leaked: entries live for ever, as atoms do.
    pub fn leak(module: Atom, function: Atom, arity: u32) -> &'static ExportEntry {
        let head = ExportHead { module, function, arity };
        Box::leak(Box::new(ExportEntry { head, target: AtomicU64::new(0) }))
    }

    /// Its name.
    #[inline]
    pub fn head(&self) -> &ExportHead {
        &self.head
    }

    /// What stands behind it now.
    #[inline]
    pub fn target(&self) -> Target {
        let target = self.target.load(Ordering::Acquire);
        match target {
            0 => Target::Undefined,
            _ if target & 1 == 1 => Target::Bif(BifIndex((target >> 1) as u16)),
            _ => Target::Code(CodeAddress(target)),
        }
    }

    /// Puts something else behind it.
    pub fn set_target(&self, target: Target) {
        let bits = match target {
            Target::Undefined => 0,
            Target::Code(address) => address.0,
            Target::Bif(index) => u64::from(index.0) << 1 | 1,
        };
        self.target.store(bits, Ordering::Release);
    }
}

/// The code behind local funs of one `FunT` row of one module: of a loaded one, or of one that an external term named.
///
/// A call compares its arguments with `takes` and then goes to `code`. That of a fun without code is no call's number of
/// arguments, so those are left to the slow path, which reads the head.
#[derive(Debug)]
#[repr(C)]
pub struct FunEntry {
    head: FunHead,
    /// The head's arity once there is code.
    takes: AtomicU32,
    code: AtomicU64,
}

/// What an entry without code takes.
const NO_CALL: u32 = u32::MAX;

impl FunEntry {
    /// Where the code's address stands, for machine code.
    #[cfg(dala_jit)]
    pub(super) const CODE: usize = std::mem::offset_of!(FunEntry, code);

    /// Where stands how many arguments a call must have to go there, for machine code.
    #[cfg(dala_jit)]
    pub(super) const TAKES: usize = std::mem::offset_of!(FunEntry, takes);

    pub(super) fn leak(head: FunHead, code: CodeAddress) -> &'static FunEntry {
        Box::leak(Box::new(FunEntry { head, takes: head.arity.into(), code: code.0.into() }))
    }

    /// An entry of a module that is not loaded. It is leaked: entries live for ever, as atoms do.
    pub fn leak_unloaded(head: FunHead) -> &'static FunEntry {
        Box::leak(Box::new(FunEntry { head, takes: NO_CALL.into(), code: 0.into() }))
    }

    /// Takes over the code of a loaded entry. Says whether it fits: the two take as many arguments and free variables.
    pub fn adopt(&self, loaded: &FunEntry) -> bool {
        let fits = self.is_called_as(&loaded.head);
        if fits {
            self.code.store(loaded.code.load(Ordering::Acquire), Ordering::Release);
            self.takes.store(loaded.takes.load(Ordering::Acquire), Ordering::Release);
        }
        fits
    }

    /// Whether funs that say `other` of themselves may go to this entry's code.
    pub fn is_called_as(&self, other: &FunHead) -> bool {
        (self.head.arity, self.head.free) == (other.arity, other.free)
    }

    /// What the fun is.
    #[inline]
    pub fn head(&self) -> &FunHead {
        &self.head
    }

    /// Entry of the lambda-lifted function; its last arguments are the free variables.
    #[inline]
    pub(super) fn code(&self) -> CodeAddress {
        CodeAddress(self.code.load(Ordering::Relaxed))
    }

    /// Whether a call with so many arguments may go to the code.
    #[inline]
    pub(super) fn takes(&self, arity: usize) -> bool {
        self.takes.load(Ordering::Acquire) as usize == arity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::atoms;

    #[test]
    fn entry_tells_built_ins_from_code() {
        let entry = ExportEntry::leak(atoms::ERLANG, atoms::EXIT, 1);
        assert_eq!(entry.target(), Target::Undefined);
        entry.set_target(Target::Bif(BifIndex(65535)));
        assert_eq!(entry.target(), Target::Bif(BifIndex(65535)));
        let code = [0u64; 1];
        let address = CodeAddress::new(code.as_ptr());
        entry.set_target(Target::Code(address));
        assert_eq!(entry.target(), Target::Code(address));
    }

    #[test]
    fn a_fun_without_code_takes_code_that_fits() {
        let head = FunHead {
            module: atoms::ERLANG,
            function: atoms::EMPTY,
            arity: 1,
            index: 0,
            free: 2,
            old_uniq: 0,
            uniq: [0; 16],
        };
        let code = [0u64; 1];
        let address = CodeAddress::new(code.as_ptr());
        let unloaded = FunEntry::leak_unloaded(head);
        assert!(!unloaded.takes(1));
        assert!(!unloaded.adopt(FunEntry::leak(FunHead { free: 3, ..head }, address)));
        assert!(!unloaded.takes(1));
        assert!(unloaded.adopt(FunEntry::leak(head, address)));
        assert!(unloaded.takes(1));
        assert_eq!(unloaded.code(), address);
    }
}
