//! Messages that reached nobody: counted always, shown to a hook if there is one.

use super::exit;
use crate::pid::Pid;
use crate::sync::{Arc, AtomicBool, AtomicU64, Mutex, Ordering, lock};

/// Why a message reached nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeadLetterCause {
    /// The receiver ended with the message in its mailbox.
    ReceiverExited,
    /// It is no message of the receiver's protocol; says why.
    NotConverted(String),
    /// Its lane was full and the policy was to drop it.
    Overflow,
}

/// A message that reached nobody.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Whom it was for.
    pub to: Pid,
    /// The message's type, or a rendering of the term.
    pub message: String,
    /// Why it failed.
    pub cause: DeadLetterCause,
}

type Hook = Arc<dyn Fn(&DeadLetter) + Send + Sync>;

/// The count of dead letters of one runtime, and the hook that sees them.
#[derive(Default)]
pub struct DeadLetters {
    count: AtomicU64,
    /// Whether `hooks` has any.
    is_watched: AtomicBool,
    hooks: Mutex<Vec<Hook>>,
}

impl std::fmt::Debug for DeadLetters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeadLetters").field("count", &self.count()).finish_non_exhaustive()
    }
}

impl DeadLetters {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Shows every dead letter from now on to `hook`, on the thread that meets it. Must not block. A panic in it is written to
    /// the standard error, and is nobody's end.
    pub fn add_hook(&self, hook: impl Fn(&DeadLetter) + Send + Sync + 'static) {
        lock(&self.hooks).push(Arc::new(hook));
        self.is_watched.store(true, Ordering::Release);
    }

    /// Counts a dead letter; `make` is called only if somebody looks.
    pub fn record(&self, make: impl FnOnce() -> DeadLetter) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if self.is_watched.load(Ordering::Acquire) {
            let hooks = lock(&self.hooks).clone();
            let letter = make();
            hooks.iter().for_each(|hook| exit::contain("a hook for dead letters", || hook(&letter)));
        }
    }
}
