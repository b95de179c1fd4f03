//! Register code: what the interpreter runs, and where it lies.
//!
//! A module's code is one array of 64-bit words. An instruction is a word `op:8 | length:8 | a:16 | b:16 | c:16`
//! (lowest bits first) and further words as its op says; the constants it uses stand at its end. An operand is 16
//! bits: an x register, a word of the frame counted from `sp` (`FRAME`), or a constant counted in words from the
//! instruction (`INLINE`). Jump offsets count words from the instruction. Length 0 means: 32 bits in the low half of
//! the next word.
//!
//! The word before a function's first instruction holds its arity (low half) and its number. The word before each
//! return address holds the frame's words (low 16 bits) and the offset of the handler from the return address (high
//! half, 0 for none), so unwinding needs no table. Everything else that is known of a place in the code (source
//! position; frame and handler where an instruction raises) is in the module's `Row`s.

#![expect(unsafe_code, reason = "taking code out of reach is a promise that nothing runs it")]

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use super::export::{CodeAddress, FunEntry};
use crate::abi::Atom;

/// Bit of an operand that counts from `sp`.
pub(super) const FRAME: u16 = 0x8000;
/// Bit of an operand that counts from the instruction.
pub(super) const INLINE: u16 = 0x4000;
/// Low bits of an operand.
pub(super) const INDEX: u16 = 0x3fff;

/// Number of x registers.
pub(super) const X_COUNT: usize = 4096;
/// Number of float registers.
pub(super) const F_COUNT: usize = 1024;
/// Scratch register for cyclic moves.
pub(super) const X_SCRATCH: u16 = X_COUNT as u16 - 1;
/// Where class, reason and trace lie when a handler begins.
pub(super) const X_EXCEPTION: u16 = X_COUNT as u16 - 4;
/// x registers that values may have.
pub(super) const X_LIMIT: u16 = X_EXCEPTION;

/// Words of a frame before its slots.
pub(super) const FRAME_HEAD: usize = 2;
/// Source of a slot that starts empty, in [`Opcode::Open`].
pub(super) const NO_SOURCE: u16 = 0xffff;

macro_rules! opcodes {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// Operation of an instruction. In the docs `d` is an operand that is written, `r` one that is read, `rel` a jump
        /// offset in the high half of the first word, `w1` the second word; `fail` is a jump offset in the low half of
        /// `w1`, 0 where the op raises instead.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Opcode { $($(#[doc = $doc])* $name,)* }
    };
}

opcodes! {
    /// `rel`
    Jump,
    /// `d a = r b`
    Move,
    /// `d a = r b; d c = r (w1)`: in order.
    Move2,
    /// `f a = f b`
    MoveFloat,
    /// Opens a frame of `a` slots: checks room for it and `b` heap words; `c` masks of live x registers, then the slots'
    /// sources (x register or [`NO_SOURCE`]), four a word. `w1` is the length.
    Open,
    /// Room for `rel` words on the heap; `a` masks of live x registers.
    Gc,
    /// Clears the slots of the mask `w1`, the first being word `a` of the frame.
    Kill,
    /// Returns x0 after dropping `a` words of frame.
    Return,
    /// Returns `r a` after dropping `b` words of frame.
    ReturnValue,
    /// Calls `w1` (code address), after clearing the first 16 slots by mask `a`; `w2` is the frame word.
    Call,
    /// Jumps to function `w1` after dropping `a` words of frame.
    CallTail,
    /// Calls export entry `w1` with `b` arguments; `a`, `w2` as in `Call`.
    CallExt,
    /// As `CallTail`, to export entry `w1` with `b` arguments.
    CallExtTail,
    /// Calls fun `x[b]` with `b` arguments; `a`, `w2` as in `Call`.
    CallFun,
    /// As `CallTail`, to fun `x[b]` with `b` arguments.
    CallFunTail,
    /// Calls `x[b]:x[b+1]` with `b` arguments; `a`, `w2` as in `Call`.
    Apply,
    /// As `CallTail`, to `x[b]:x[b+1]` with `b` arguments.
    ApplyTail,
    /// The process's first function returned.
    Done,
    /// Calls `x0:x1` with the arguments behind, as many as the resume record had.
    StartFunction,
    /// Calls fun `x0` with the arguments behind.
    StartFun,
    /// Tests of `r a`; `rel` where false.
    IsInteger,
    /// See `IsInteger`.
    IsFloat,
    /// See `IsInteger`.
    IsNumber,
    /// See `IsInteger`.
    IsAtom,
    /// See `IsInteger`.
    IsBoolean,
    /// See `IsInteger`.
    IsPid,
    /// See `IsInteger`.
    IsReference,
    /// See `IsInteger`.
    IsPort,
    /// See `IsInteger`.
    IsNil,
    /// See `IsInteger`.
    IsCons,
    /// See `IsInteger`.
    IsList,
    /// See `IsInteger`.
    IsTuple,
    /// See `IsInteger`.
    IsMap,
    /// See `IsInteger`.
    IsBinary,
    /// See `IsInteger`.
    IsBitstring,
    /// See `IsInteger`.
    IsFunction,
    /// See `IsInteger`; of a bool.
    IsTrue,
    /// Test of `r a`, `r b`; `fail`.
    IsFunctionArity,
    /// Whether `r a` is a tuple; arity in the high half of `w1`; `fail`.
    HasArity,
    /// As `HasArity`, and the tag atom's word in `w2`.
    IsTagged,
    /// Compares `r a` and `r b`; `fail` where false.
    EqExact,
    /// See `EqExact`.
    NeExact,
    /// See `EqExact`.
    Eq,
    /// See `EqExact`.
    Ne,
    /// See `EqExact`.
    Lt,
    /// See `EqExact`.
    Ge,
    /// Compares `r a` with the small word `w2`; `fail` where false.
    LtSmall,
    /// See `LtSmall`.
    GeSmall,
    /// Whether `r a` is the word `w2`; `fail` where not.
    EqWord,
    /// See `EqWord`.
    NeWord,
    /// Whether map `r a` has key `r b`; `fail`.
    MapHasKey,
    /// Jump table on small `r a`: `w1` length, `w2` lowest value, `w3` count and (high) default; offsets, two a word.
    SwitchTable,
    /// Search of the word `r a`: `w1` length, `w2` count and (high) default; keys ascending, then offsets, two a word.
    SwitchWords,
    /// By the arity of tuple `r a`: `w1` length, `w2` count and (high) default; arity and (high) offset, ascending.
    SwitchArity,
    /// `d a =` atom of bool `r b`
    BoolTerm,
    /// `d a = hd(r b)`
    Head,
    /// `d a = tl(r b)`
    Tail,
    /// `d a = hd(r b), d c = tl(r b)`
    HeadTail,
    /// `d a = element c of r b`
    TupleGet,
    /// `d a = element w1 of r b`
    TupleGetFar,
    /// Element `w1` of tuple `r b` becomes `r a`.
    TupleSet,
    /// `d a = [r b | r c]`
    Cons,
    /// `d a =` tuple of `c` operands, four a word from `w2`; `w1` length.
    Tuple,
    /// `d a =` tuple `r b` with `c` changes `index, operand` (halves of a word) from `w2`; size in the high half of `w1`.
    TupleUpdate,
    /// `d a =` fun with entry `w2` and `c` free variables, four a word from `w3`.
    MakeFun,
    /// `f a =` float of `r b`
    Unbox,
    /// `d a =` box of `f b`
    Box,
    /// `f a =` number `r b`; `fail`
    ToFloat,
    /// `f a = f b + f c`; `fail`
    FAdd,
    /// See `FAdd`.
    FSub,
    /// See `FAdd`.
    FMul,
    /// See `FAdd`.
    FDiv,
    /// `f a = -f b`
    FNeg,
    /// `d a = r b + r c`; `fail`
    Add,
    /// See `Add`.
    Sub,
    /// `d a = r b + w2` (small word); `fail`
    AddSmall,
    /// `d a = r b - w2` (small word); `fail`
    SubSmall,
    /// See `Add`.
    Mul,
    /// See `Add`.
    IntDiv,
    /// See `Add`.
    IntRem,
    /// See `Add`.
    Divide,
    /// See `Add`.
    BitAnd,
    /// See `Add`.
    BitOr,
    /// See `Add`.
    BitXor,
    /// See `Add`.
    ShiftLeft,
    /// See `Add`.
    ShiftRight,
    /// `d a = -r b`; `fail`
    Negate,
    /// `d a = bnot r b`; `fail`
    BitNot,
    /// `d a =` value of key `r c` in map `r b`; `fail`
    MapGet,
    /// `d a =` map `r b` with `c` pairs of operands, four operands a word from `w3`; `w1` length; `fail` in `w2`.
    MapPut,
    /// See `MapPut`.
    MapUpdate,
    /// `d a =` built-in function of entry `w3` on `c` operands, four a word from `w4`; `w1` length; `fail` in `w2`.
    Bif,
    /// `d a = r b ! r c`
    Send,
    /// `d a =` current message, or `rel` when there is none. A reduction.
    RecvNext,
    /// Takes the current message.
    RecvAccept,
    /// Goes past the current message.
    RecvSkip,
    /// The `after` part begins.
    RecvTimedOut,
    /// Waits; goes on at `rel`.
    Wait,
    /// Waits for `r a`: `fail` is where the time is up; behind it stands its `Woken`.
    WaitTimeout,
    /// Goes to `rel` when the timeout is up, else to `w1`.
    Woken,
    /// `d a =` marker
    MarkerReserve,
    /// Ties marker `r a` to `r b`.
    MarkerBind,
    /// Drops the marker of `r a`.
    MarkerClear,
    /// Uses the marker of `r a`.
    MarkerUse,
    /// Raises error `{c, r a}`; `c` is an atom's index.
    RaiseValue,
    /// Raises `if_clause`.
    IfClause,
    /// Raises `function_clause` with `c` operands as arguments, four a word from `w2`.
    FunctionClause,
    /// Raises again: trace `r a`, reason `r b`.
    Reraise,
    /// `erlang:raise/3`: class `r a`, reason `r b`, trace `r c`; when the class is none, `d w1` becomes `badarg`.
    RawRaise,
    /// `d a =` list of trace `r b`
    BuildStacktrace,
    /// `d a =` what `catch` gives for class `r b`, reason `r c`, trace `r w1`
    CatchValue,
    /// `d a =` context of `r b`; `fail`
    BsStart,
    /// `d a =` context of `r b`, which may be one
    BsContext,
    /// `d a =` integer of context `r b`, size `r c`; `fail`; segment in `w2`: unit, (bit 16) signed, (17) little.
    BsGetInteger,
    /// See `BsGetInteger`.
    BsGetFloat,
    /// See `BsGetInteger`.
    BsGetBinary,
    /// `d a =` rest of context `r b` in units of `w2`; `fail`
    BsGetRest,
    /// `d a =` rest of context `r b`, not taken
    BsTail,
    /// Skips in context `r b`, size `r c`; `fail`; segment as `BsGetInteger`.
    BsSkip,
    /// Skips the rest of context `r b`; `fail`; unit in `w2`.
    BsSkipRest,
    /// Whether context `r a` has exactly `w2` bits left; `fail`.
    BsTestTail,
    /// Whether context `r a` has a multiple of `w2` bits left; `fail`.
    BsTestUnit,
    /// Whether context `r a` has `w2` bits left at least; `fail`.
    BsTestSize,
    /// Takes the bits packed from `w3` from context `r a`; `w1` length; `fail` in `w2`, number of bits above it.
    BsMatchString,
    /// `d a =` code point of context `r b`; `fail`; `w2`: bits of a unit (8, 16, 32), (bit 17) little.
    BsGetUtf,
    /// As `BsGetUtf`, without a result.
    BsSkipUtf,
    /// `d a =` position of context `r b`
    BsPosition,
    /// Position of context `r a` becomes `r b`.
    BsSetPosition,
    /// `d a =` bitstring of `c` segments; `w1` length; `fail` in `w2`; then two words a segment.
    BsCreate,
    /// `d a =` bytes of code point `r b` in UTF-8; `fail`
    BsUtf8Size,
    /// `d a =` bytes of code point `r b` in UTF-16; `fail`
    BsUtf16Size,
}

/// What is known of an instruction that may raise or call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Offset of the instruction in words.
    pub(super) offset: u32,
    /// Words of the open frame, 0 when none is open.
    pub(super) frame: u16,
    /// Offset of the handler in words, 0 for none.
    pub(super) handler: u32,
    /// File and line; line 0 for none.
    pub(super) file: u32,
    pub(super) line: u32,
}

/// A function of linked code.
#[derive(Clone, Copy, Debug)]
pub(super) struct FunctionInfo {
    /// Name.
    pub(super) name: Atom,
    /// Arity.
    pub(super) arity: u32,
    /// Offset of the first instruction in words.
    pub(super) entry: u32,
}

/// A module's linked code.
#[derive(Debug)]
pub struct CodeModule {
    pub(super) name: Atom,
    pub(super) words: Box<[u64]>,
    pub(super) functions: Box<[FunctionInfo]>,
    pub(super) rows: Box<[Row]>,
    pub(super) exports: Box<[(Atom, u32, u32)]>,
    pub(super) on_load: Option<u32>,
    pub(super) funs: Box<[&'static FunEntry]>,
    pub(super) files: Box<[String]>,
}

/// A place in the code, for stack traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Arity.
    pub arity: u32,
    /// File and line, where known.
    pub line: Option<(&'a str, u32)>,
}

impl CodeModule {
    /// Its name.
    pub fn name(&self) -> Atom {
        self.name
    }

    /// Exported functions: name, arity, entry.
    pub fn exports(&self) -> impl Iterator<Item = (Atom, u32, CodeAddress)> + '_ {
        self.exports.iter().map(|&(name, arity, function)| (name, arity, self.entry(function)))
    }

    /// The exported function.
    pub fn export(&self, name: Atom, arity: u32) -> Option<CodeAddress> {
        self.exports().find(|&(n, a, _)| (n, a) == (name, arity)).map(|(_, _, address)| address)
    }

    /// The `-on_load` function, of no arguments.
    pub fn on_load(&self) -> Option<CodeAddress> {
        self.on_load.map(|function| self.entry(function))
    }

    /// What its local funs point to, by row of its fun table.
    pub fn fun_entries(&self) -> impl Iterator<Item = &'static FunEntry> + '_ {
        self.funs.iter().copied()
    }

    /// Bytes of code.
    pub fn code_bytes(&self) -> usize {
        self.words.len() * 8
    }

    /// Names and arities of all its functions.
    pub fn functions(&self) -> impl Iterator<Item = (Atom, u32)> + '_ {
        self.functions.iter().map(|function| (function.name, function.arity))
    }

    fn entry(&self, function: u32) -> CodeAddress {
        CodeAddress::new(&raw const self.words[self.functions[function as usize].entry as usize])
    }

    /// Whether an address lies in its code (a return address of a frame, a fun's code).
    pub fn contains(&self, address: u64) -> bool {
        (address as usize).wrapping_sub(self.words.as_ptr() as usize) <= self.words.len() * 8
    }

    fn offset(&self, pc: *const u64) -> u32 {
        ((pc as usize).wrapping_sub(self.words.as_ptr() as usize) / 8) as u32
    }

    pub(super) fn pc(&self, offset: u32) -> *const u64 {
        &raw const self.words[offset as usize]
    }

    /// The row of the instruction at `pc`.
    pub(super) fn row_at(&self, pc: *const u64) -> Option<&Row> {
        let offset = self.offset(pc);
        let index = self.rows.binary_search_by_key(&offset, |row| row.offset).ok()?;
        Some(&self.rows[index])
    }

    /// The function and position of the instruction before `pc`.
    pub(super) fn place_before(&self, pc: *const u64) -> Option<Place<'_>> {
        let offset = self.offset(pc);
        let index = self.functions.partition_point(|function| function.entry < offset).checked_sub(1)?;
        let function = &self.functions[index];
        let row =
            self.rows.partition_point(|row| row.offset < offset).checked_sub(1).map(|index| self.rows[index]);
        let line = row
            .filter(|row| row.line != 0 && row.offset >= function.entry)
            .and_then(|row| Some((self.files.get(row.file as usize)?.as_str(), row.line)));
        Some(Place { module: self.name, function: function.name, arity: function.arity, line })
    }
}

type Ranges = BTreeMap<usize, Arc<CodeModule>>;

fn ranges() -> &'static RwLock<Ranges> {
    static RANGES: RwLock<Ranges> = RwLock::new(BTreeMap::new());
    &RANGES
}

pub(super) fn register(module: &Arc<CodeModule>) {
    let mut ranges = ranges().write().unwrap_or_else(|poisoned| poisoned.into_inner());
    ranges.insert(module.words.as_ptr() as usize, module.clone());
}

/// The module whose code holds this address.
pub fn find(address: u64) -> Option<Arc<CodeModule>> {
    let ranges = ranges().read().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (_, module) = ranges.range(..=address as usize).next_back()?;
    module.contains(address).then(|| module.clone())
}

/// Takes code out of the table, so that it is freed with its last `Arc`.
///
/// # Safety
/// No frame, fun or export entry leads to the code any more.
pub unsafe fn unload(module: &Arc<CodeModule>) {
    let mut ranges = ranges().write().unwrap_or_else(|poisoned| poisoned.into_inner());
    ranges.remove(&(module.words.as_ptr() as usize));
}

/// Op and fields of a first word.
#[inline]
pub(super) const fn word(op: Opcode, len: u8, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (len as u64) << 8 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

/// Whether the instruction at `pc` is a tail call of a function by name.
///
/// # Safety
/// `pc` points to an instruction.
pub(super) unsafe fn is_tail_call(pc: *const u64) -> bool {
    // SAFETY: as the caller says.
    let op = unsafe { *pc } as u8;
    op == Opcode::CallExtTail as u8 || op == Opcode::ApplyTail as u8
}

/// Fixed code: where the first function of a process returns to, and how it starts.
#[repr(C, align(16))]
struct Stubs {
    done_frame: u64,
    done: u64,
    function: u64,
    fun: u64,
}

static STUBS: Stubs = Stubs {
    done_frame: 0,
    done: word(Opcode::Done, 1, 0, 0, 0),
    function: word(Opcode::StartFunction, 1, 0, 0, 0),
    fun: word(Opcode::StartFun, 1, 0, 0, 0),
};

/// Return address of the bottom frame.
pub(super) fn done_pc() -> *const u64 {
    &raw const STUBS.done
}

/// Where a process goes on that starts by name.
pub(super) fn start_function_pc() -> *const u64 {
    &raw const STUBS.function
}

/// Where a process goes on that starts by fun.
pub(super) fn start_fun_pc() -> *const u64 {
    &raw const STUBS.fun
}
