//! Entries through which code is reached by name or by fun. Entries never move and are never freed.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::code::{self, CodeModule};
use super::opcode::Opcode;
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
    /// What calls go to: 0, a code address (its low 3 bits are 0), or a built-in function's number above a 1.
    target: AtomicU64,
    /// What calls went to before `target` became the trampoline.
    behind: AtomicU64,
    /// Made with the first breakpoint.
    trampoline: OnceLock<&'static Trampoline>,
}

/// What calls of an entry with a breakpoint go to: a function's entry, as code has it, of one instruction.
#[derive(Debug)]
#[repr(C, align(8))]
struct Trampoline {
    /// Empty: machine code leaves at its call.
    cell: u64,
    arity: u64,
    call: u64,
    entry: u64,
}

fn target_of(bits: u64) -> Target {
    match bits {
        0 => Target::Undefined,
        _ if bits & 1 == 1 => Target::Bif(BifIndex((bits >> 1) as u16)),
        _ => Target::Code(CodeAddress(bits)),
    }
}

impl ExportEntry {
    /// Where the target stands, for machine code.
    #[cfg(dala_codegen)]
    pub(super) const TARGET: usize = std::mem::offset_of!(ExportEntry, target);

    /// A new entry with nothing behind it. It is leaked: entries live for ever, as atoms do.
    pub fn leak(module: Atom, function: Atom, arity: u32) -> &'static ExportEntry {
        let head = ExportHead { module, function, arity };
        Box::leak(Box::new(ExportEntry {
            head,
            target: AtomicU64::new(0),
            behind: AtomicU64::new(0),
            trampoline: OnceLock::new(),
        }))
    }

    /// Its name.
    #[inline]
    pub fn head(&self) -> &ExportHead {
        &self.head
    }

    /// What calls go to now.
    #[inline]
    pub(super) fn callee(&self) -> Target {
        target_of(self.target.load(Ordering::Acquire))
    }

    /// What stands behind it now, whether it has a breakpoint or not.
    pub fn target(&self) -> Target {
        let bits = self.target.load(Ordering::Acquire);
        target_of(if self.is_trampoline(bits) { self.behind.load(Ordering::Acquire) } else { bits })
    }

    fn is_trampoline(&self, bits: u64) -> bool {
        self.trampoline.get().is_some_and(|trampoline| trampoline.address() == bits)
    }

    /// Whether calls of it are traced.
    pub fn has_breakpoint(&self) -> bool {
        self.is_trampoline(self.target.load(Ordering::Acquire))
    }

    /// Has calls of it traced, if there is something to call. Whoever does so sets no target meanwhile.
    pub fn set_breakpoint(&'static self) -> bool {
        let bits = self.target.load(Ordering::Acquire);
        if bits == 0 || self.is_trampoline(bits) {
            return bits != 0;
        }
        self.behind.store(bits, Ordering::Release);
        let trampoline = self.trampoline.get_or_init(|| Trampoline::leak(self));
        self.target.store(trampoline.address(), Ordering::Release);
        true
    }

    /// Ends that.
    pub fn clear_breakpoint(&self) {
        if self.has_breakpoint() {
            self.target.store(self.behind.load(Ordering::Acquire), Ordering::Release);
        }
    }

    /// Puts something else behind it. A breakpoint is gone then.
    pub fn set_target(&self, target: Target) {
        let bits = match target {
            Target::Undefined => 0,
            Target::Code(address) => address.0,
            Target::Bif(index) => u64::from(index.0) << 1 | 1,
        };
        self.target.store(bits, Ordering::Release);
    }
}

impl Trampoline {
    fn leak(entry: &'static ExportEntry) -> &'static Trampoline {
        let arity = entry.head.arity;
        Box::leak(Box::new(Trampoline {
            cell: 0,
            arity: u64::from(arity),
            call: code::word(Opcode::CallTraced, 2, 0, arity as u16, 0),
            entry: std::ptr::from_ref(entry).expose_provenance() as u64,
        }))
    }

    fn address(&self) -> u64 {
        CodeAddress::new(&raw const self.call).0
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
    #[cfg(dala_codegen)]
    pub(super) const CODE: usize = std::mem::offset_of!(FunEntry, code);

    /// Where stands how many arguments a call must have to go there, for machine code.
    #[cfg(dala_codegen)]
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

    /// Whether its code lies in this module.
    pub fn is_in(&self, code: &CodeModule) -> bool {
        let address = self.code.load(Ordering::Acquire);
        address != 0 && code.contains(address)
    }

    /// From now on calls do not reach the code; [`FunEntry::restore`] has them do so again.
    pub fn withhold(&self) {
        self.takes.store(NO_CALL, Ordering::Release);
    }

    /// Ends [`FunEntry::withhold`].
    pub fn restore(&self) {
        if self.code.load(Ordering::Acquire) != 0 {
            self.takes.store(self.head.arity, Ordering::Release);
        }
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
        unloaded.withhold();
        assert!(!unloaded.takes(1));
        unloaded.restore();
        assert!(unloaded.takes(1));
    }
}
