//! Numbers that name the parts of a function or module.

macro_rules! entity {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal,)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(transparent)]
        pub struct $name(u32);

        impl $name {
            /// The entity with number `index`.
            #[inline]
            pub const fn new(index: usize) -> $name {
                assert!(index <= u32::MAX as usize);
                $name(index as u32)
            }
            /// Its number.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    )* };
}

entity! {
    /// An SSA value of a function: a block parameter or the result of an instruction.
    Value = "v",
    /// A basic block of a function.
    Block = "block",
    /// A function of the module.
    FuncId = "fn",
    /// An imported function `M:F/A`, built-in or Erlang.
    ImportId = "import",
    /// A literal of the module.
    LiteralId = "lit",
    /// A row of the module's table of local funs.
    LambdaId = "lambda",
    /// A message that actors of some type take.
    MessageId = "msg",
    /// The protocol of a type of actors.
    ProtocolId = "proto",
}
