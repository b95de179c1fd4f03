//! Why an actor ended.

use super::limit::OverLimit;
use crate::region::ArenaFull;
use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::{self, NoMemory, OwnedTerm, Style, TermWriter, print};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::Location;
use std::sync::Arc;

/// Why an actor ended, or is told to end.
///
/// Erlang reference manual, "Processes", section "Error handling": a linked actor that does not trap exits ends too
/// unless the reason is [`Normal`](ExitReason::Normal); [`Kill`](ExitReason::Kill) cannot be trapped and shows as
/// [`Killed`](ExitReason::Killed) to others. Cloning costs at most a reference count.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExitReason {
    /// The work is done (`normal`).
    Normal,
    /// Told to by the supervisor or the runtime (`shutdown`).
    Shutdown,
    /// As `Shutdown`, with more to say (`{shutdown, Term}`).
    ShutdownWith(OwnedTerm),
    /// The untrappable signal (`kill`), as it is sent.
    Kill,
    /// Ended by [`Kill`](ExitReason::Kill) (`killed`), as others see it.
    Killed,
    /// There was no such actor (`noproc`).
    NoProc,
    /// A handler panicked.
    Panic(Arc<PanicReason>),
    /// It held more memory than it may: see [`MemoryLimit`](crate::MemoryLimit).
    OverLimit(OverLimit),
    /// Anything else a native actor says; in Erlang a binary.
    Custom(Arc<str>),
    /// Any other Erlang term.
    Term(OwnedTerm),
}

/// What a panic said and where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PanicReason {
    /// The panic's message, or a note that it had none.
    pub message: String,
    /// File, line and column, when the panic hook could note them.
    pub place: Option<String>,
    /// The type of the message that was being handled, if one was.
    pub handling: Option<&'static str>,
    /// The stack, where `RUST_BACKTRACE` asks for it. Part of no exit reason that others see as a term.
    pub stack: Option<String>,
}

impl PanicReason {
    /// The file and the line of the place.
    pub fn file_and_line(&self) -> Option<(&str, u32)> {
        let mut parts = self.place.as_deref()?.rsplitn(3, ':').skip(1);
        let line = parts.next()?.parse().ok()?;
        Some((parts.next()?, line))
    }
}

impl ExitReason {
    /// A reason in words.
    pub fn custom(reason: impl Into<Arc<str>>) -> ExitReason {
        ExitReason::Custom(reason.into())
    }

    /// Whether nothing went wrong: `normal`, `shutdown` or `{shutdown, _}` (as OTP's `transient` children mean it).
    pub fn is_orderly(&self) -> bool {
        matches!(self, ExitReason::Normal | ExitReason::Shutdown | ExitReason::ShutdownWith(_))
    }

    /// The reason as a term: atoms as in OTP, a panic as `{panic, Message, Place}`, a limit as `{over_limit, bytes, 1024}`, a
    /// custom text as a binary.
    pub fn write(&self, writer: &mut dyn TermWriter) -> Word {
        match self {
            ExitReason::Normal => Word::atom(atoms::NORMAL),
            ExitReason::Shutdown => Word::atom(atoms::SHUTDOWN),
            ExitReason::ShutdownWith(with) => {
                let with = with.copy_to(writer);
                writer.tuple(&[Word::atom(atoms::SHUTDOWN), with])
            }
            ExitReason::Kill => Word::atom(atoms::KILL),
            ExitReason::Killed => Word::atom(atoms::KILLED),
            ExitReason::NoProc => Word::atom(atoms::NOPROC),
            ExitReason::Panic(panic) => {
                let message = writer.binary(panic.message.as_bytes());
                let place = match &panic.place {
                    Some(place) => writer.binary(place.as_bytes()),
                    None => Word::atom(atoms::UNDEFINED),
                };
                writer.tuple(&[Word::atom(atoms::PANIC), message, place])
            }
            ExitReason::OverLimit(over) => {
                let (what, limit) = match *over {
                    OverLimit::Bytes(limit) => ("bytes", limit),
                    OverLimit::Messages(limit) => ("messages", limit),
                };
                let limit = writer.unsigned(limit);
                writer.tuple(&[Word::atom(Atom::new("over_limit")), Word::atom(Atom::new(what)), limit])
            }
            ExitReason::Custom(reason) => writer.binary(reason.as_bytes()),
            ExitReason::Term(term) => term.copy_to(writer),
        }
    }

    /// The reason that this term is.
    pub fn from_term(term: Word) -> ExitReason {
        match term.as_atom() {
            Some(atom) => ExitReason::from(atom),
            None => ExitReason::Term(OwnedTerm::copy_of(term)),
        }
    }

    /// A panic that was caught elsewhere is one of the handler that waited for it.
    fn while_handling(self, handling: Option<&'static str>) -> ExitReason {
        match self {
            ExitReason::Panic(panic) if panic.handling.is_none() && handling.is_some() => {
                ExitReason::Panic(Arc::new(PanicReason { handling, ..PanicReason::clone(&panic) }))
            }
            other => other,
        }
    }

    /// As others see it: `kill` becomes `killed`.
    pub(crate) fn seen_by_others(self) -> ExitReason {
        match self {
            ExitReason::Kill => ExitReason::Killed,
            other => other,
        }
    }
}

impl From<Atom> for ExitReason {
    fn from(atom: Atom) -> ExitReason {
        match atom {
            atoms::NORMAL => ExitReason::Normal,
            atoms::SHUTDOWN => ExitReason::Shutdown,
            atoms::KILL => ExitReason::Kill,
            atoms::KILLED => ExitReason::Killed,
            atoms::NOPROC => ExitReason::NoProc,
            other => ExitReason::Term(OwnedTerm::from(other)),
        }
    }
}

impl PartialEq for ExitReason {
    fn eq(&self, other: &ExitReason) -> bool {
        use ExitReason as R;
        match (self, other) {
            (R::Normal, R::Normal) | (R::Shutdown, R::Shutdown) | (R::Kill, R::Kill) => true,
            (R::Killed, R::Killed) | (R::NoProc, R::NoProc) => true,
            (R::Panic(one), R::Panic(two)) => one == two,
            (R::OverLimit(one), R::OverLimit(two)) => one == two,
            (R::Custom(one), R::Custom(two)) => one == two,
            (R::ShutdownWith(one), R::ShutdownWith(two)) | (R::Term(one), R::Term(two)) => {
                term::eq_exact(one.root(), two.root())
            }
            _ => false,
        }
    }
}

/// Longest term of a reason in text: enough for a reason and its stack, too little for a server's whole state.
const SHOWN_BYTES: usize = 2000;

/// Longest where another report has all of it.
const BRIEF_BYTES: usize = 200;

impl ExitReason {
    /// Its text, short: the beginning of a term.
    pub(crate) fn brief(&self) -> impl std::fmt::Display + '_ {
        std::fmt::from_fn(move |f| match self {
            ExitReason::Term(term) => {
                write!(f, "{}", print(term.root(), Style::Readable).limited(BRIEF_BYTES))
            }
            other => write!(f, "{other}"),
        })
    }
}

fn shown(term: &OwnedTerm) -> impl std::fmt::Display {
    print(term.root(), Style::Readable).limited(SHOWN_BYTES)
}

impl std::fmt::Display for ExitReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ExitReason::Normal => f.write_str("normal"),
            ExitReason::Shutdown => f.write_str("shutdown"),
            ExitReason::ShutdownWith(with) => write!(f, "{{shutdown,{}}}", shown(with)),
            ExitReason::Kill => f.write_str("kill"),
            ExitReason::Killed => f.write_str("killed"),
            ExitReason::NoProc => f.write_str("noproc"),
            ExitReason::Panic(panic) => panic.fmt(f),
            ExitReason::OverLimit(over) => over.fmt(f),
            ExitReason::Custom(reason) => f.write_str(reason),
            ExitReason::Term(term) => shown(term).fmt(f),
        }
    }
}

impl std::fmt::Display for PanicReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "panic: {}", self.message)?;
        match &self.place {
            Some(place) => write!(f, " at {place}"),
            None => Ok(()),
        }
    }
}

thread_local! {
    static LAST_HANDLED: std::cell::Cell<Option<&'static str>> = const { std::cell::Cell::new(None) };
    static LAST_PANIC: std::cell::RefCell<Option<Caught>> = const { std::cell::RefCell::new(None) };
    static IN_ACTOR: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    static NOTED: std::cell::RefCell<Option<Vec<Arc<PanicReason>>>> = const { std::cell::RefCell::new(None) };
}

/// What the hook knows of a panic.
struct Caught {
    place: Option<String>,
    stack: Option<String>,
}

/// While it lives, a message of type M is handled: a panic says so. It costs nothing, since only unwinding drops it: who
/// comes to the end forgets it ([`Handling::end`]).
#[must_use]
pub(crate) struct Handling<M>(std::marker::PhantomData<fn(M)>);

impl<M> Handling<M> {
    #[inline(always)]
    pub(crate) fn begins() -> Handling<M> {
        Handling(std::marker::PhantomData)
    }

    #[inline(always)]
    pub(crate) fn end(self) {
        std::mem::forget(self);
    }
}

impl<M> Drop for Handling<M> {
    #[cold]
    fn drop(&mut self) {
        LAST_HANDLED.with(|handled| handled.set(Some(std::any::type_name::<M>())));
    }
}

/// From now on a panic on this thread is an actor's: the panic hook notes its place and prints nothing, since whoever
/// watches the actor learns the reason.
pub(crate) fn catch_on_this_thread() {
    install_hook();
    IN_ACTOR.with(|flag| flag.set(true));
}

/// Runs `activation`; a panic in it becomes an exit reason with its message and, on a thread that called
/// [`catch_on_this_thread`], its place.
#[inline(always)]
pub(crate) fn catch<R>(activation: impl FnOnce() -> R) -> Result<R, ExitReason> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(activation)).map_err(reason_of)
}

/// As [`catch`] on a thread that is not ours, whose other panics are its own.
pub(crate) fn catch_here<R>(work: impl FnOnce() -> R) -> Result<R, ExitReason> {
    install_hook();
    let before = IN_ACTOR.with(|flag| flag.replace(true));
    let done = catch(work);
    IN_ACTOR.with(|flag| flag.set(before));
    done
}

/// Runs code of users that is no actor's: a hook, a destructor. A panic in it goes to the standard error and no further.
pub(crate) fn contain(what: &str, work: impl FnOnce()) {
    if let Err(reason) = catch_here(work) {
        super::report::on_standard_error(&format_args!("dala: {what}: {reason}"));
    }
}

/// Panics here with what was caught elsewhere: an actor ends with that very reason, others print it.
pub(crate) fn raise_again(reason: ExitReason) -> ! {
    if IN_ACTOR.with(std::cell::Cell::get) {
        std::panic::resume_unwind(Box::new(reason));
    }
    panic!("{reason}")
}

/// While it lives, panics that become exit reasons on this thread are noted.
#[must_use]
pub(crate) struct NotesPanics(std::marker::PhantomData<*const ()>);

/// Notes panics on this thread, for [`take_noted_panics`].
pub(crate) fn note_panics() -> NotesPanics {
    NOTED.with(|noted| *noted.borrow_mut() = Some(Vec::new()));
    NotesPanics(std::marker::PhantomData)
}

impl Drop for NotesPanics {
    fn drop(&mut self) {
        NOTED.with(|noted| *noted.borrow_mut() = None);
    }
}

/// What was noted since the last time.
pub(crate) fn take_noted_panics() -> Vec<Arc<PanicReason>> {
    NOTED.with(|noted| noted.borrow_mut().as_mut().map(std::mem::take).unwrap_or_default())
}

#[cold]
fn reason_of(payload: Box<dyn std::any::Any + Send>) -> ExitReason {
    let handling = LAST_HANDLED.with(std::cell::Cell::take);
    let payload = match payload.downcast::<ExitReason>() {
        Ok(reason) => return reason.while_handling(handling),
        Err(other) => other,
    };
    if let Some(full) = payload.downcast_ref::<ArenaFull>() {
        return ExitReason::OverLimit(OverLimit::Bytes(full.limit));
    }
    let message = if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(error) = payload.downcast_ref::<NoMemory>() {
        error.to_string()
    } else {
        "(no text)".to_owned()
    };
    let caught = LAST_PANIC.with(|caught| caught.borrow_mut().take());
    let Caught { place, stack } = caught.unwrap_or(Caught { place: None, stack: None });
    let panic = Arc::new(PanicReason { message, place, handling, stack });
    NOTED.with(|noted| noted.borrow_mut().as_mut().map(|noted| noted.push(panic.clone())));
    ExitReason::Panic(panic)
}

/// Of a stack in text the frames between the panic's own and the [`catch`] around the handler.
fn handler_part(stack: &str) -> String {
    let mut frames: Vec<String> = Vec::new();
    for line in stack.lines() {
        match frames.last_mut() {
            // `at FILE:LINE:COLUMN` belongs to the frame before it.
            Some(frame) if line.trim_start().starts_with("at ") => *frame = format!("{frame}\n{line}"),
            _ => frames.push(line.to_owned()),
        }
    }
    let is_panic = |frame: &String| {
        ["panic_fmt", "begin_unwind", "panic_display"].iter().any(|part| frame.contains(part))
    };
    let first = frames.iter().rposition(is_panic).map_or(0, |last| last + 1);
    let is_catch = |frame: &String| frame.contains("catch_unwind") || frame.contains("actor::run::activate");
    let length = frames[first..].iter().position(is_catch).unwrap_or(frames.len() - first);
    frames[first..first + length].join("\n")
}

/// Notes the place of panics inside actors; leaves all others to the hook that was there.
pub(crate) fn install_hook() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if ONCE.is_completed() {
        return;
    }
    ONCE.call_once(|| {
        let former = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if IN_ACTOR.with(std::cell::Cell::get) {
                let place = info.location().map(Location::to_string);
                let stack = Backtrace::capture();
                let stack = matches!(stack.status(), BacktraceStatus::Captured)
                    .then(|| handler_part(&stack.to_string()));
                LAST_PANIC.with(|caught| *caught.borrow_mut() = Some(Caught { place, stack }));
            } else {
                former(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_reason_with_message_and_place() {
        catch_on_this_thread();
        let reason = catch(|| panic!("out of {}", "tea")).expect_err("it panics");
        let ExitReason::Panic(panic) = &reason else { unreachable!("{reason}") };
        assert_eq!(panic.message, "out of tea");
        let place = panic.place.clone();
        IN_ACTOR.with(|flag| flag.set(false));
        assert!(place.as_ref().is_some_and(|place| place.contains("exit.rs")), "{place:?}");
        let (file, line) = panic.file_and_line().expect("there is a place");
        assert!(file.ends_with("exit.rs") && line > 0, "{file}:{line}");
    }

    #[test]
    fn a_stack_is_shown_from_the_panic_to_the_runtime() {
        let stack = "   0: capture\n  1: rust_begin_unwind\n             at /std/panicking.rs:1:2\n   2: core::panicking::panic_fmt\n  \
             3: price\n             at src/shop.rs:3:4\n   4: handle\n   5: call_once<(), dala::actor::run::activate::{closure}>\n   6: main";
        assert_eq!(handler_part(stack), "  3: price\n             at src/shop.rs:3:4\n   4: handle");
        assert_eq!(handler_part("   0: strange"), "   0: strange");
        assert_eq!(handler_part(""), "");
    }

    #[test]
    fn reasons_read_as_erlang_writes_them() {
        let lost = OwnedTerm::build(|scratch| {
            let peer = scratch.binary(b"peer");
            scratch.tuple(&[Word::atom(Atom::new("lost")), peer, Word::small_int(7)])
        });
        assert_eq!(ExitReason::Term(lost.clone()).to_string(), "{lost,<<\"peer\">>,7}");
        assert_eq!(ExitReason::ShutdownWith(lost).to_string(), "{shutdown,{lost,<<\"peer\">>,7}}");
        assert_eq!(ExitReason::from(Atom::new("oops")).to_string(), "oops");
        let long = OwnedTerm::build(|scratch| scratch.binary(&[b'x'; 100_000]));
        let text = ExitReason::Term(long).to_string();
        assert!(text.len() < 2100 && text.ends_with("..."), "{}", text.len());
    }
}
