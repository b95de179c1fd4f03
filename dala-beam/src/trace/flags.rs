//! What of a process is traced: the flags of `erlang:trace/3`.

use dala_ir::abi::Word;

use crate::bif::arguments::named;

/// A set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TraceFlags(u32);

macro_rules! flags {
    ($($(#[doc = $doc:literal])* $name:ident = $bit:literal $text:literal;)*) => {
        impl TraceFlags {
            $($(#[doc = $doc])* pub(crate) const $name: TraceFlags = TraceFlags(1 << $bit);)*

            /// All that `all` stands for.
            pub(crate) const ALL: TraceFlags = TraceFlags($(1 << $bit)|*);

            /// The flag of this name.
            pub(crate) fn named(word: Word) -> Option<TraceFlags> {
                let name = word.as_atom()?;
                // `running` without ports, which are never traced here.
                if name == named!("running_procs") {
                    return Some(TraceFlags::RUNNING);
                }
                $(if name == named!($text) {
                    return Some(TraceFlags::$name);
                })*
                None
            }

            /// Its names, in the order that `trace_info/2` has.
            pub(crate) fn words(self) -> Vec<Word> {
                let mut words = Vec::new();
                $(if self.has(TraceFlags::$name) {
                    words.push(Word::atom(named!($text)));
                })*
                words.reverse();
                words
            }
        }
    };
}

flags! {
    /// Messages begin with `trace_ts` and end with the time of day. Of several kinds of times the first here is shown.
    TIMESTAMP = 0 "timestamp";
    /// As `TIMESTAMP`, with monotonic time and a number that no other has.
    STRICT_MONOTONIC_TIMESTAMP = 1 "strict_monotonic_timestamp";
    /// As `TIMESTAMP`, with monotonic time.
    MONOTONIC_TIMESTAMP = 2 "monotonic_timestamp";
    /// Messages that it sends.
    SEND = 3 "send";
    /// Messages that it gets.
    RECEIVE = 4 "receive";
    /// Who it spawns is traced likewise.
    SET_ON_SPAWN = 5 "set_on_spawn";
    /// Calls, as trace patterns say.
    CALL = 6 "call";
    /// Spawning, links, names, its end.
    PROCS = 7 "procs";
    /// Who it spawns next is traced likewise.
    SET_ON_FIRST_SPAWN = 8 "set_on_first_spawn";
    /// Who it links to is traced likewise.
    SET_ON_LINK = 9 "set_on_link";
    /// Who it links to next is traced likewise.
    SET_ON_FIRST_LINK = 10 "set_on_first_link";
    /// When it runs.
    RUNNING = 11 "running";
    /// When it runs while it ends.
    EXITING = 12 "exiting";
    /// Collections of its heap.
    GARBAGE_COLLECTION = 13 "garbage_collection";
    /// Calls are told of with the arity, not the arguments.
    ARITY = 14 "arity";
    /// Where traced calls return to.
    RETURN_TO = 15 "return_to";
    /// Calls are not told of.
    SILENT = 16 "silent";
}

impl TraceFlags {
    /// Any.
    pub(crate) const ANY: TraceFlags = TraceFlags::ALL;
    /// None.
    pub(crate) const NONE: TraceFlags = TraceFlags(0);
    /// Whether any flag of `other` is among them.
    #[inline]
    pub(crate) const fn has(self, other: TraceFlags) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none.
    #[inline]
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// With those of `other`.
    pub(crate) const fn with(self, other: TraceFlags) -> TraceFlags {
        TraceFlags(self.0 | other.0)
    }

    /// Without those of `other`.
    pub(crate) const fn without(self, other: TraceFlags) -> TraceFlags {
        TraceFlags(self.0 & !other.0)
    }
}
