//! Sets of kinds of terms.

macro_rules! kinds {
    ($($name:ident = $bit:literal, $text:literal, $doc:literal;)*) => {
        /// A set of kinds of terms.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Kinds(u16);

        impl Kinds {
            $(#[doc = $doc] pub const $name: Kinds = Kinds(1 << $bit);)*
            /// Every kind.
            pub const ANY: Kinds = Kinds(0 $(| 1 << $bit)*);
            /// Each kind with its name in texts.
            pub const NAMES: &'static [(Kinds, &'static str)] = &[$((Kinds::$name, $text)),*];
        }
    };
}

kinds! {
    INTEGER = 0, "integer", "Integers of any size.";
    FLOAT = 1, "float", "Floats.";
    ATOM = 2, "atom", "Atoms.";
    NIL = 3, "nil", "The empty list.";
    CONS = 4, "cons", "Cons cells.";
    TUPLE = 5, "tuple", "Tuples.";
    MAP = 6, "map", "Maps.";
    BITSTRING = 7, "bitstring", "Bitstrings.";
    FUN = 8, "fun", "Funs.";
    PID = 9, "pid", "Process identifiers.";
    REFERENCE = 10, "reference", "References, opaque resources among them.";
    PORT = 11, "port", "Ports.";
    HIDDEN = 12, "hidden", "Match contexts, traces and markers: heap objects that may stand where a term may, but are no term of the program.";
}

impl Kinds {
    /// No kind: the type of what is never reached.
    pub const NONE: Kinds = Kinds(0);
    /// Integers and floats.
    pub const NUMBER: Kinds = Kinds::INTEGER.or(Kinds::FLOAT);
    /// The empty list and cons cells.
    pub const LIST: Kinds = Kinds::NIL.or(Kinds::CONS);

    /// Kinds in either.
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Kinds in both.
    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    /// Kinds in this one only.
    pub const fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all kinds are in `other`.
    pub const fn is_within(self, other: Kinds) -> bool {
        self.without(other).is_empty()
    }

    /// Whether some kind is in both.
    pub const fn meets(self, other: Kinds) -> bool {
        !self.and(other).is_empty()
    }
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Kinds::ANY {
            return f.write_str("any");
        }
        if self.is_empty() {
            return f.write_str("none");
        }
        let mut first = true;
        for &(kind, name) in Kinds::NAMES {
            if self.meets(kind) {
                if !first {
                    f.write_str(" | ")?;
                }
                f.write_str(name)?;
                first = false;
            }
        }
        Ok(())
    }
}
