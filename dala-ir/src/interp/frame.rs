//! Frames: suspending and resuming, raising and unwinding, walking for stack traces.
//!
//! While a function with an open frame runs, `sp[0]` is free for the return address of its next call, and its slots
//! follow. A function without an open frame runs with `sp` at its caller's frame, whose `sp[0]` is where to return to.
//! The frame at the bottom returns to a fixed instruction that ends the process.
//!
//! A suspended process has a resume record on top of its frames: where to go on, marked as a `Resume`, the number of
//! x registers, and these registers. So everything that a process must keep lies on its stack.

#![expect(unsafe_code, reason = "reads and writes the stack of an actor's block")]

use std::sync::atomic::{AtomicUsize, Ordering};

use super::code::{self, CallSite, Callee, CodeModule, FRAME_HEAD, X_EXCEPTION};
use super::host::Host;
use super::machine::{Machine, Outcome};
use super::outcome::{CallTarget, Class, Exception, TailCall};
use super::trace;
use crate::abi::{ActorContext, Atom, Word, atoms};

/// Most frames in a stack trace (OTP: `backtrace_depth`), of all actors of the program.
static TRACE_FRAMES: AtomicUsize = AtomicUsize::new(8);

/// The most that can be asked for.
const MAX_TRACE_FRAMES: usize = 64;

/// Most frames that a stack trace shows.
pub fn trace_frames() -> usize {
    TRACE_FRAMES.load(Ordering::Relaxed)
}

/// Sets [`trace_frames`] for all actors, at most to 64; returns what it was.
pub fn set_trace_frames(frames: usize) -> usize {
    TRACE_FRAMES.swap(frames.min(MAX_TRACE_FRAMES), Ordering::Relaxed)
}

/// An exception, and what raised it.
#[derive(Debug)]
pub(super) struct Raise {
    pub(super) exception: Exception,
    pub(super) origin: Origin,
}

/// What raised an exception. Functions are module, name and arity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// The running function's own code.
    Code,
    /// A built-in function.
    Builtin(Atom, Atom, u32),
    /// The call of a function that does not exist.
    Undefined(Atom, Atom, u32),
    /// The call of a fun that is none, or takes another number of arguments.
    BadFun,
}

impl Raise {
    /// An exception of the running function itself.
    pub(super) fn by_code(exception: Exception) -> Raise {
        Raise { exception, origin: Origin::Code }
    }

    /// An error of the running function itself.
    pub(super) fn error(reason: Word) -> Raise {
        Raise::by_code(Exception::new(Class::Error, reason))
    }

    /// An exception of built-in function `module:function/arity`.
    pub(super) fn of(exception: Exception, module: Atom, function: Atom, arity: u32) -> Raise {
        Raise { exception, origin: Origin::Builtin(module, function, arity) }
    }

    /// The function without code that the trace begins with.
    pub(super) fn shown_builtin(&self) -> Option<(Atom, Atom, u32)> {
        match self.origin {
            Origin::Builtin(module, function, arity) | Origin::Undefined(module, function, arity) => {
                self.exception.is_builtin_frame.then_some((module, function, arity))
            }
            Origin::Code | Origin::BadFun => None,
        }
    }

    /// Whether a tail call of a built-in function has dropped its caller's frame.
    fn has_dropped(&self, callee: Callee) -> bool {
        match callee {
            Callee::Fixed => false,
            Callee::Fun => true,
            // `erlang:error/1` and its like are asked for the place.
            Callee::Names => self.exception.is_builtin_frame,
        }
    }

    /// How often the trace shows the function whose call at `site` raised, as OTP's machine code does. A tail call has
    /// dropped its frame already when it comes to a function that it was given as a value, or to one that does not
    /// exist; any other call of what turns out to be no fun has pushed its return address, and is shown once more.
    fn times_shown(&self, site: Option<CallSite>) -> usize {
        let Some(site) = site else { return 1 };
        match self.origin {
            // `apply/3` looks at the names before it calls.
            Origin::Builtin(module, function, 3) if module == atoms::ERLANG && function.text() == "apply" => {
                1
            }
            Origin::Builtin(..) if site.is_tail && self.has_dropped(site.callee) => 0,
            Origin::Undefined(..) if site.is_tail => 0,
            Origin::BadFun if !site.is_tail => 2,
            Origin::Code | Origin::Builtin(..) | Origin::Undefined(..) | Origin::BadFun => 1,
        }
    }
}

/// A code address or return word as the stack holds it.
#[inline]
pub(super) fn word_of(bits: u64) -> Word {
    debug_assert!(bits & 1 == 0);
    // SAFETY: even words are small integers.
    unsafe { Word::from_bits(bits) }
}

#[inline]
pub(super) fn pc_of(word: Word) -> *const u64 {
    std::ptr::with_exposed_provenance(word.to_bits() as usize)
}

/// Bit of a resume record's first word: code begins at multiples of 8, so no frame's first word has it.
const RECORD: u64 = 2;
/// Bit beside it: the process goes on at a receive.
const RECEIVE: u64 = 4;

/// Where a suspended process goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resume(u64);

impl Resume {
    /// At the instruction at `pc`.
    pub(super) fn at(pc: *const u64) -> Resume {
        Resume(pc.expose_provenance() as u64 | RECORD)
    }

    /// At the `RecvNext` at `pc`.
    pub(super) fn receive(pc: *const u64) -> Resume {
        Resume(Resume::at(pc).0 | RECEIVE)
    }

    /// What `first` says, the word on top of a stack, if it begins a resume record.
    #[inline]
    pub(super) fn of(first: Word) -> Option<Resume> {
        let bits = first.to_bits();
        (bits & RECORD != 0).then_some(Resume(bits))
    }

    #[inline]
    pub(super) fn pc(self) -> *const u64 {
        pc_of(word_of(self.0 & !(RECORD | RECEIVE)))
    }

    #[inline]
    pub(super) fn is_receive(self) -> bool {
        self.0 & RECEIVE != 0
    }
}

fn resume_pc(first: Word) -> Option<*const u64> {
    Resume::of(first).map(Resume::pc)
}

fn pc_word(pc: *const u64) -> Word {
    word_of(pc.expose_provenance() as u64)
}

/// Pushes a resume record: `registers` are `x0..`.
///
/// # Errors
/// With the exit reason, when the heap has reached its limit.
pub(super) fn suspend(machine: &mut dyn Host, at: Resume, registers: &mut [Word]) -> Result<(), Word> {
    let words = registers.len() + 2;
    if machine.context().free_words() < words {
        machine.collect(words, registers)?;
    }
    let context = machine.context();
    // SAFETY: `words` words are free below `sp`.
    unsafe {
        let sp = context.sp.sub(words);
        sp.write(word_of(at.0));
        sp.add(1).write(Word::small_int(registers.len() as i64));
        sp.add(2).copy_from_nonoverlapping(registers.as_ptr(), registers.len());
        context.sp = sp;
    }
    Ok(())
}

/// Prepares a process that has not run, or is to run something else: drops all frames, then pushes the bottom frame and
/// the call it begins with.
///
/// # Errors
/// With the exit reason, when the heap has reached its limit or there are more than 255 arguments.
pub fn start<M: Machine>(machine: &mut M, call: &TailCall) -> Result<(), Word> {
    restart(machine, call)
}

/// As [`start`].
pub(super) fn restart(machine: &mut dyn Host, call: &TailCall) -> Result<(), Word> {
    if call.args.len() > 255 {
        return Err(Word::atom(crate::abi::atoms::SYSTEM_LIMIT));
    }
    let mut registers: smallvec::SmallVec<[Word; 8]> = smallvec::SmallVec::new();
    let pc = match call.target {
        CallTarget::Function(module, function) => {
            registers.extend([Word::atom(module), Word::atom(function)]);
            code::start_function_pc()
        }
        CallTarget::Fun(fun) => {
            registers.push(fun);
            code::start_fun_pc()
        }
    };
    registers.extend_from_slice(&call.args);
    let context = machine.context();
    context.sp = context.top;
    let words = registers.len() + 2 + FRAME_HEAD;
    if machine.context().free_words() < words {
        machine.collect(words, &mut registers)?;
    }
    let context = machine.context();
    // SAFETY: `words` words are free below `sp`.
    unsafe {
        let sp = context.sp.sub(FRAME_HEAD);
        sp.write(pc_word(code::done_pc()));
        context.sp = sp;
    }
    suspend(machine, Resume::at(pc), &mut registers)
}

/// Return addresses of the frames from `frame` on, the bottom frame's not among them.
///
/// # Safety
/// `frame` is the head of a frame of a stack as the module docs say, and the stack does not change meanwhile.
pub(super) unsafe fn return_addresses(frame: *const Word) -> impl Iterator<Item = (*const Word, *const u64)> {
    let mut frame = frame;
    std::iter::from_fn(move || {
        // SAFETY: a frame has its head, and the word before a return address holds the frame's size.
        unsafe {
            let pc = pc_of(*frame);
            if pc == code::done_pc() {
                return None;
            }
            let this = frame;
            frame = frame.add((*pc.sub(1) & 0xffff) as usize);
            Some((this, pc))
        }
    })
}

/// Code addresses, as a trace has them.
pub type Addresses = smallvec::SmallVec<[Word; 8]>;

/// At most `room` code addresses for the trace of an exception, innermost first: the instruction at `pc`, which raised it, so
/// many times, then the frames. Repeated frames of a recursion count once, as in OTP.
///
/// # Safety
/// As [`return_addresses`], of `caller`.
unsafe fn traced_addresses(pc: *const u64, times: usize, room: usize, caller: *const Word) -> Addresses {
    let mut pcs: Addresses = smallvec::smallvec![pc_word(pc.wrapping_add(1)); times.min(room)];
    // SAFETY: as the caller says.
    unsafe { push_callers(caller, room, &mut pcs) };
    pcs
}

/// Adds the return addresses from `frame` on, until there are `room`. Repeated frames of a recursion count once, as in OTP.
///
/// # Safety
/// As [`return_addresses`].
unsafe fn push_callers(frame: *const Word, room: usize, pcs: &mut Addresses) {
    let mut former = None;
    // SAFETY: as the caller says.
    for (_, address) in unsafe { return_addresses(frame) } {
        if pcs.len() >= room {
            break;
        }
        if address != code::traced_return_pc() && former.replace(address) != Some(address) {
            pcs.push(pc_word(address));
        }
    }
}

/// Finds the handler of an exception that the instruction at `pc` raised: puts class, reason and trace into their
/// registers, drops the frames above the handler's, and gives its address. Without a handler the process is done.
///
/// # Safety
/// The context is that of the moment when `pc` raised; `x` are the x registers.
pub(super) unsafe fn raise(
    machine: &mut dyn Host,
    pc: *const u64,
    raise: Raise,
    x: *mut Word,
) -> Result<*const u64, Outcome> {
    // Its row, how it calls, and its handler.
    let found = code::with_module(pc as usize as u64, |module| {
        let row = module.row_at(pc).copied()?;
        let handler = (row.handler != 0).then(|| module.pc(row.handler));
        Some((row, module.call_site(pc), handler))
    });
    let found = found.flatten();
    let own_frame = found.map_or(0, |(row, ..)| usize::from(row.frame));
    let sp = machine.context().sp;
    // SAFETY: the row tells how far the caller's frame is.
    let caller = unsafe { sp.add(own_frame) };
    let class = raise.exception.class;
    let reason = raise.exception.reason;
    let trace = match raise.exception.trace.filter(|trace| trace::is_raw(*trace)) {
        Some(trace) => trace::with_class(machine.heap(), trace, class),
        None => {
            // The function that raised is shown in any case; a built-in one comes before the code.
            let room = trace_frames().max(1) - usize::from(raise.shown_builtin().is_some());
            let shown = found.map_or(0, |(_, site, _)| raise.times_shown(site));
            // A list that was passed to `raise/3` is the trace: nobody looks at the stack. The compiler passes an empty one for
            // throws whose traces nobody sees, so that unwinding many of them looks at each frame once.
            let pcs = match raise.exception.trace {
                Some(_) => Addresses::new(),
                // SAFETY: `caller` is the head of a frame.
                None => unsafe { traced_addresses(pc, shown, room, caller) },
            };
            trace::make(machine.heap(), &raise, &pcs)
        }
    };
    let land = |handler: *const u64| {
        // SAFETY: the exception's registers are among the x registers.
        unsafe {
            let place = x.add(usize::from(X_EXCEPTION));
            place.write(Word::atom(class.atom()));
            place.add(1).write(reason);
            place.add(2).write(trace);
        }
        handler
    };
    if let Some((.., Some(handler))) = found {
        return Ok(land(handler));
    }
    // SAFETY: as above.
    for (frame, address) in unsafe { return_addresses(caller) } {
        // SAFETY: the word before a return address is its frame word.
        let offset = unsafe { (*address.sub(1) >> 32) as u32 as i32 };
        if offset != 0 {
            machine.context().sp = frame.cast_mut();
            return Ok(land(address.wrapping_offset(offset as isize)));
        }
    }
    let context = machine.context();
    context.sp = context.top;
    Err(Outcome::Raised { class, reason, trace })
}

/// The function that a suspended process is to call when it goes on, where it was suspended in a call that is made again
/// (`erlang:hibernate/3`).
pub fn pending_call<M: Machine>(machine: &mut M) -> Option<(Atom, Atom, u32)> {
    let context = machine.context();
    if context.sp == context.top {
        return None;
    }
    // SAFETY: the stack is not empty, so a frame's head or a resume record lies at `sp`; a record that calls a function has
    // its names first.
    unsafe {
        let record = context.sp.cast_const();
        let is_call = |pc| pc == code::start_function_pc() || pc == code::start_behind_pc();
        if !resume_pc(*record).is_some_and(is_call) {
            return None;
        }
        let count = (*record.add(1)).as_small()?;
        let arity = u32::try_from(count.checked_sub(2)?).ok()?;
        Some(((*record.add(2)).as_atom()?, (*record.add(3)).as_atom()?, arity))
    }
}

/// What a process calls first, and with what, as long as it has not run.
pub fn starting_call<M: Machine>(machine: &mut M) -> Option<(CallTarget, Vec<Word>)> {
    let context = machine.context();
    if context.sp == context.top {
        return None;
    }
    // SAFETY: a process that has not run has a resume record on its stack, with what is called first.
    unsafe {
        let record = context.sp.cast_const();
        let pc = resume_pc(*record)?;
        if pc != code::start_function_pc() && pc != code::start_fun_pc() {
            return None;
        }
        let registers = std::slice::from_raw_parts(record.add(2), (*record.add(1)).as_small()? as usize);
        if pc == code::start_fun_pc() {
            let (&fun, args) = registers.split_first()?;
            return Some((CallTarget::Fun(fun), args.to_vec()));
        }
        let (&[module, function], args) = registers.split_first_chunk::<2>()?;
        Some((CallTarget::Function(module.as_atom()?, function.as_atom()?), args.to_vec()))
    }
}

/// Return addresses of a process, innermost first, for `process_info(current_stacktrace)`: of one that is suspended,
/// or, while a built-in function of its own runs, of one that is running.
pub fn return_address_words<M: Machine>(machine: &mut M, limit: usize) -> Addresses {
    let mut pcs = Addresses::new();
    let Some((resumed, frame)) = top(machine.context()) else { return pcs };
    pcs.extend(resumed.filter(|_| limit > 0).map(|pc| pc_word(pc.wrapping_add(1))));
    // SAFETY: `frame` is the head of a frame.
    unsafe { push_callers(frame, limit, &mut pcs) };
    pcs
}

/// Whether a process goes on in this code, at once or when functions that it has called return: of one that is suspended, or,
/// while a built-in function of its own runs, of one that is running. Of what its data leads to, funs say, nothing is said.
pub fn runs_in<M: Machine>(machine: &mut M, code: &CodeModule) -> bool {
    let Some((resumed, frame)) = top(machine.context()) else { return false };
    let is_in = |pc: *const u64| code.contains(pc as usize as u64);
    // SAFETY: `frame` is the head of a frame.
    resumed.is_some_and(is_in) || unsafe { return_addresses(frame) }.any(|(_, pc)| is_in(pc))
}

/// Where the process goes on that has this context, if it is suspended in a function of some module, and the head of its first
/// frame that has a return address; `None` of one that runs nothing.
fn top(context: &ActorContext) -> Option<(Option<*const u64>, *const Word)> {
    if context.sp == context.top {
        return None;
    }
    // SAFETY: the stack holds frames, with a resume record on top when the process is suspended.
    unsafe {
        let frame = context.sp.cast_const();
        let Some(pc) = resume_pc(*frame) else { return Some((None, frame)) };
        let count = (*frame.add(1)).as_small().unwrap_or(0);
        let frame = frame.add(2 + count as usize);
        let Some(module) = code::find(pc as usize as u64) else { return Some((None, frame)) };
        // Its own frame, if open, holds no return address: it calls nothing.
        Some((Some(pc), frame.add(module.suspended_frame(pc))))
    }
}
