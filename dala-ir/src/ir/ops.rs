//! The op table: every instruction of the IR, once.
//!
//! A row is `Name = "text", (operands; rest) -> result, effects, immediate, "doc"`. Builder checks, printer, parser,
//! verifier and the interpreter's encoder are all driven by it. Operand lists: each name is one operand of
//! that type; behind the semicolon stands what may follow them, a [`Rest`].

/// Type class of an SSA value, as far as every op must know it. What more is known of a term (its kinds, its
/// integer range) is the lattice of `types`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// An Erlang term.
    Term,
    /// A raw exception trace: a term that only `reraise`, `raw_raise`, `catch_value`, `build_stacktrace` take
    /// apart. Lives anywhere a term may.
    Trace,
    /// A match context over a bitstring; a heap object, so it may live where a term may, but it is no term of
    /// the program.
    Context,
    /// A receive marker; a heap term (a reference or `undefined`) to the collector.
    Marker,
    /// A truth value of a test; not a term.
    Bool,
    /// An unboxed finite float; not a term.
    F64,
}

impl Type {
    /// Whether a value of this type may be kept in a frame, where the collector scans it.
    #[inline]
    pub const fn is_scannable(self) -> bool {
        matches!(self, Type::Term | Type::Trace | Type::Context | Type::Marker)
    }

    /// Its name in the text form.
    pub const fn name(self) -> &'static str {
        match self {
            Type::Term => "term",
            Type::Trace => "trace",
            Type::Context => "ctx",
            Type::Marker => "marker",
            Type::Bool => "bool",
            Type::F64 => "f64",
        }
    }

    /// All types.
    pub const ALL: &'static [Type] =
        &[Type::Term, Type::Trace, Type::Context, Type::Marker, Type::Bool, Type::F64];
}

/// What an op does besides computing its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects(u8);

impl Effects {
    /// Nothing: may be moved, repeated or dropped.
    pub const PURE: Effects = Effects(0);
    /// Reads memory that another op may change (match contexts, the mailbox, the process).
    pub const READS: Effects = Effects(1);
    /// Changes such memory, or sends.
    pub const WRITES: Effects = Effects(2);
    /// Allocates on the heap: a heap check stands before it.
    pub const ALLOCATES: Effects = Effects(4);
    /// May raise, or fail where it stands in an `attempt`.
    pub const RAISES: Effects = Effects(8);
    /// Runs other code: a safepoint at which live values lie in the frame.
    pub const CALLS: Effects = Effects(16);
    /// Never returns normally; `unreachable` follows.
    pub const NO_RETURN: Effects = Effects(32);
    /// Fails, and never raises: stands in an `attempt`.
    pub const ATTEMPTED: Effects = Effects(64);

    /// Both.
    pub const fn and(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }
    /// Whether all of `other` is in it.
    pub const fn has(self, other: Effects) -> bool {
        self.0 & other.0 == other.0
    }
    /// Whether the op may be dropped when its result is unused.
    pub const fn is_removable(self) -> bool {
        self.0 & (2 | 8 | 16 | 32) == 0
    }
}

/// Which operands an op takes behind those that are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// None.
    None,
    /// Any number of terms.
    Terms,
    /// Any number of pairs of terms.
    Pairs,
}

/// Which immediate an op carries besides its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImmediateKind {
    /// None.
    None,
    /// A constant term.
    Constant,
    /// A small integer.
    Small,
    /// A function of the module.
    Function,
    /// An imported function.
    Import,
    /// A local fun's row.
    Lambda,
    /// A number of bits.
    Index,
    /// Number of an element of a tuple, or of all its elements.
    Element,
    /// A number of bits that a segment's size is a multiple of: 1 to 256.
    Unit,
    /// Arity and tag atom of a tagged tuple.
    ArityAndTag,
    /// Unit, signedness, endianness of a binary segment.
    Segment,
    /// Bytes to match, with a bit count.
    Bits,
    /// The segments of a binary under construction.
    Segments,
    /// Element numbers of an update.
    Indices,
    /// A message of the module's table.
    Message,
}

macro_rules! effects {
    ($($effect:ident)|+) => { Effects::PURE$(.and(Effects::$effect))+ };
}
macro_rules! result {
    (-) => {
        None
    };
    ($type:ident) => {
        Some(Type::$type)
    };
}
macro_rules! ops {
    ($($name:ident = $text:literal, ($($operand:ident),*; $rest:ident) -> $result:tt, $($effect:ident)|+, $immediate:ident, $doc:literal;)*) => {
        /// An instruction's operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Op { $(#[doc = $doc] $name,)* }

        impl Op {
            /// All ops, in the order of the table.
            pub const ALL: &'static [Op] = &[$(Op::$name,)*];

            /// Its name in the text form.
            pub const fn name(self) -> &'static str { match self { $(Op::$name => $text,)* } }
            /// Types of its fixed operands.
            pub const fn operands(self) -> &'static [Type] { match self { $(Op::$name => &[$(Type::$operand),*],)* } }
            /// Its further operands.
            pub const fn rest(self) -> Rest { match self { $(Op::$name => Rest::$rest,)* } }
            /// Type of its result, if it has one.
            pub const fn result(self) -> Option<Type> { match self { $(Op::$name => result!($result),)* } }
            /// Its effects.
            pub const fn effects(self) -> Effects { match self { $(Op::$name => effects!($($effect)|+),)* } }
            /// Its immediate.
            pub const fn immediate(self) -> ImmediateKind { match self { $(Op::$name => ImmediateKind::$immediate,)* } }
            /// One line of documentation.
            pub const fn doc(self) -> &'static str { match self { $(Op::$name => $doc,)* } }
            /// The op of this name.
            pub fn from_name(name: &str) -> Option<Op> { match name { $($text => Some(Op::$name),)* _ => None } }
        }
    };
}

ops! {
    Const = "const", (; None) -> Term, PURE, Constant, "The constant term.";
    IsInteger = "is_integer", (Term; None) -> Bool, PURE, None, "Whether the term is an integer.";
    IsFloat = "is_float", (Term; None) -> Bool, PURE, None, "Whether the term is a float.";
    IsNumber = "is_number", (Term; None) -> Bool, PURE, None, "Whether the term is a number.";
    IsAtom = "is_atom", (Term; None) -> Bool, PURE, None, "Whether the term is an atom.";
    IsBoolean = "is_boolean", (Term; None) -> Bool, PURE, None, "Whether the term is `true` or `false`.";
    IsPid = "is_pid", (Term; None) -> Bool, PURE, None, "Whether the term is a pid.";
    IsReference = "is_reference", (Term; None) -> Bool, PURE, None, "Whether the term is a reference.";
    IsPort = "is_port", (Term; None) -> Bool, PURE, None, "Whether the term is a port.";
    IsNil = "is_nil", (Term; None) -> Bool, PURE, None, "Whether the term is the empty list.";
    IsCons = "is_cons", (Term; None) -> Bool, PURE, None, "Whether the term is a cons cell.";
    IsList = "is_list", (Term; None) -> Bool, PURE, None, "Whether the term is a cons cell or the empty list.";
    IsTuple = "is_tuple", (Term; None) -> Bool, PURE, None, "Whether the term is a tuple.";
    IsMap = "is_map", (Term; None) -> Bool, PURE, None, "Whether the term is a map.";
    IsBinary = "is_binary", (Term; None) -> Bool, PURE, None, "Whether the term is a bitstring of whole bytes.";
    IsBitstring = "is_bitstring", (Term; None) -> Bool, PURE, None, "Whether the term is a bitstring.";
    IsFunction = "is_function", (Term; None) -> Bool, PURE, None, "Whether the term is a fun.";
    IsFunctionArity = "is_function_arity", (Term, Term; None) -> Bool, PURE, None, "Whether the first is a fun of the arity given by the second; false when that is no arity.";
    HasArity = "has_arity", (Term; None) -> Bool, PURE, Element, "Whether the term is a tuple of this many elements.";
    IsTagged = "is_tagged", (Term; None) -> Bool, PURE, ArityAndTag, "Whether the term is a tuple of this arity whose first element is this atom.";
    EqExact = "eq_exact", (Term, Term; None) -> Bool, PURE, None, "`=:=`.";
    NeExact = "ne_exact", (Term, Term; None) -> Bool, PURE, None, "`=/=`.";
    Eq = "eq", (Term, Term; None) -> Bool, PURE, None, "`==`.";
    Ne = "ne", (Term, Term; None) -> Bool, PURE, None, "`/=`.";
    Lt = "lt", (Term, Term; None) -> Bool, PURE, None, "`<` in term order.";
    Ge = "ge", (Term, Term; None) -> Bool, PURE, None, "`>=` in term order.";
    MapHasKey = "map_has_key", (Term, Term; None) -> Bool, PURE, None, "Whether the first is a map that has the second as a key.";
    BoolTerm = "bool_term", (Bool; None) -> Term, PURE, None, "The atom `true` or `false`.";
    Head = "hd", (Term; None) -> Term, PURE, None, "Head of a proven cons cell.";
    Tail = "tl", (Term; None) -> Term, PURE, None, "Tail of a proven cons cell.";
    TupleGet = "tuple_get", (Term; None) -> Term, READS, Element, "Element (from 0) of a proven tuple of that many elements at least.";
    TupleSet = "tuple_set", (Term, Term; None) -> -, WRITES, Element, "Overwrites an element of a proven, unshared, young tuple: (value, tuple).";
    MapGet = "map_get", (Term, Term; None) -> Term, RAISES, None, "Value of a key: (map, key). Fails (badmap, badkey) otherwise.";
    Cons = "cons", (Term, Term; None) -> Term, ALLOCATES, None, "Cons cell of head and tail.";
    Tuple = "tuple", (; Terms) -> Term, ALLOCATES, None, "Tuple of the operands.";
    TupleUpdate = "tuple_update", (Term; Terms) -> Term, ALLOCATES, Indices, "Copy of a proven tuple with elements replaced: (tuple, value..); immediate: size first, then their numbers from 0.";
    MakeFun = "make_fun", (; Terms) -> Term, ALLOCATES, Lambda, "Local fun over the free variables.";
    MapNew = "map_new", (Term; Terms) -> Term, ALLOCATES, None, "Map with the keys of a proven small map of as many, in their order: (map, value, ..).";
    MapPut = "map_put", (Term; Pairs) -> Term, ALLOCATES | RAISES, None, "Map with keys put: (map, key, value, ..). Raises badmap.";
    MapUpdate = "map_update", (Term; Pairs) -> Term, ALLOCATES | RAISES, None, "Map with values of existing keys replaced: (map, key, value, ..). Raises badmap, badkey.";
    Add = "add", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`+`; raises badarith.";
    Sub = "sub", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`-`; raises badarith.";
    AddSmall = "add_small", (Term; None) -> Term, ALLOCATES | RAISES, Small, "`+` of a small integer; raises badarith, which shows no operator in the trace: OTP's addition of a constant is no function.";
    SubSmall = "sub_small", (Term; None) -> Term, ALLOCATES | RAISES, Small, "`-` of a small integer; raises as `add_small`.";
    Mul = "mul", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`*`; raises badarith.";
    IntDiv = "div", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`div`; raises badarith.";
    IntRem = "rem", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`rem`; raises badarith.";
    Divide = "divide", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`/`; raises badarith.";
    BitAnd = "band", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`band`; raises badarith.";
    BitOr = "bor", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`bor`; raises badarith.";
    BitXor = "bxor", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`bxor`; raises badarith.";
    ShiftLeft = "bsl", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`bsl`; raises badarith.";
    ShiftRight = "bsr", (Term, Term; None) -> Term, ALLOCATES | RAISES, None, "`bsr`; raises badarith.";
    Negate = "neg", (Term; None) -> Term, ALLOCATES | RAISES, None, "Unary `-`; raises badarith.";
    BitNot = "bnot", (Term; None) -> Term, ALLOCATES | RAISES, None, "`bnot`; raises badarith.";
    ToFloat = "to_float", (Term; None) -> F64, RAISES, None, "Number to float; raises badarith.";
    Unbox = "unbox", (Term; None) -> F64, PURE, None, "The float of a proven boxed float.";
    Box = "box", (F64; None) -> Term, ALLOCATES, None, "Boxed float.";
    FAdd = "fadd", (F64, F64; None) -> F64, RAISES, None, "Float arithmetic; raises badarith when the result is not finite.";
    FSub = "fsub", (F64, F64; None) -> F64, RAISES, None, "Float arithmetic; raises badarith when the result is not finite.";
    FMul = "fmul", (F64, F64; None) -> F64, RAISES, None, "Float arithmetic; raises badarith when the result is not finite.";
    FDiv = "fdiv", (F64, F64; None) -> F64, RAISES, None, "Float arithmetic; raises badarith when the result is not finite.";
    FNeg = "fneg", (F64; None) -> F64, PURE, None, "Negated float.";
    Bif = "bif", (; Terms) -> Term, READS | WRITES | ALLOCATES | RAISES, Import, "Built-in function that returns without running Erlang code (guard and gc BIFs).";
    Call = "call", (; Terms) -> Term, READS | WRITES | RAISES | CALLS, Function, "Function of this module.";
    CallExt = "call_ext", (; Terms) -> Term, READS | WRITES | RAISES | CALLS, Import, "Imported function, by its export entry.";
    CallFun = "call_fun", (Term; Terms) -> Term, READS | WRITES | RAISES | CALLS, None, "Fun: (fun, argument..).";
    Apply = "apply", (Term, Term; Terms) -> Term, READS | WRITES | RAISES | CALLS, None, "`apply(M, F, Args)` with the arguments spread: (module, function, argument..).";
    Send = "send", (Term, Term; None) -> Term, READS | WRITES | RAISES, None, "`!`: (destination, message); the result is the message.";
    ActorSend = "actor_send", (Term; Terms) -> -, READS | WRITES | RAISES | ATTEMPTED, Message, "Sends a message to a native actor: (destination, field..); its tuple is not built. Fails, with nothing done, when the destination is no native actor that takes it, or a field does not convert.";
    RecvAccept = "recv_accept", (; None) -> -, READS | WRITES, None, "Takes the current message out of the mailbox, resets the save pointer and the timeout.";
    RecvSkip = "recv_skip", (; None) -> -, READS | WRITES, None, "Moves the save pointer past the current message.";
    RecvSkipTo = "recv_skip_to", (; Terms) -> -, READS | WRITES, None, "As `recv_skip`, and past messages behind it that are, or whose first element is, none of the operands: an atom or a reference each, or it is `recv_skip`.";
    RecvTimedOut = "recv_timed_out", (; None) -> -, READS | WRITES, None, "Resets the save pointer after a timeout.";
    MarkerReserve = "marker_reserve", (; None) -> Marker, READS | WRITES, None, "Remembers where the mailbox ends.";
    MarkerBind = "marker_bind", (Marker, Term; None) -> -, WRITES, None, "Ties the marker to a reference.";
    MarkerClear = "marker_clear", (Term; None) -> -, WRITES, None, "Drops the marker of a reference.";
    MarkerUse = "marker_use", (Term; None) -> -, READS | WRITES, None, "Sets the save pointer to the marker of a reference, if it has one.";
    MarkerTerm = "marker_term", (Marker; None) -> Term, PURE, None, "The marker as the term it is stored as.";
    Badmatch = "badmatch", (Term; None) -> -, RAISES | NO_RETURN, None, "Raises `{badmatch, V}`.";
    CaseClause = "case_clause", (Term; None) -> -, RAISES | NO_RETURN, None, "Raises `{case_clause, V}`.";
    TryClause = "try_clause", (Term; None) -> -, RAISES | NO_RETURN, None, "Raises `{try_clause, V}`.";
    IfClause = "if_clause", (; None) -> -, RAISES | NO_RETURN, None, "Raises `if_clause`.";
    Badrecord = "badrecord", (Term; None) -> -, RAISES | NO_RETURN, None, "Raises `{badrecord, V}`.";
    FunctionClause = "function_clause", (; Terms) -> -, RAISES | NO_RETURN, None, "Raises `function_clause` with the arguments in the trace.";
    Reraise = "reraise", (Trace, Term; None) -> -, RAISES | NO_RETURN, None, "Raises again: (trace, reason); the class is the trace's.";
    RawRaise = "raw_raise", (Term, Term, Trace; None) -> Term, RAISES, None, "`erlang:raise/3` of a checked trace: (class, reason, trace); `badarg` when the class is none.";
    BuildStacktrace = "build_stacktrace", (Trace; None) -> Term, ALLOCATES, None, "The trace as `[{M, F, A, Info}]`.";
    CatchValue = "catch_value", (Term, Term, Trace; None) -> Term, ALLOCATES, None, "What `catch` gives for (class, reason, trace).";
    BsStart = "bs_start", (Term; None) -> Context, ALLOCATES | RAISES, None, "Match context over a bitstring, the term itself when it is one already; fails otherwise.";
    BsContext = "bs_context", (Term; None) -> Context, PURE, None, "A function argument that may be a match context or a bitstring, as `bs_start` takes it.";
    BsGetInteger = "bs_get_integer", (Context, Term; None) -> Term, READS | WRITES | ALLOCATES | RAISES, Segment, "Next integer: (context, size in units); fails.";
    BsGetFloat = "bs_get_float", (Context, Term; None) -> Term, READS | WRITES | ALLOCATES | RAISES, Segment, "Next float: (context, size in units); fails.";
    BsGetBinary = "bs_get_binary", (Context, Term; None) -> Term, READS | WRITES | ALLOCATES | RAISES, Segment, "Next bits as a bitstring: (context, size in units); fails.";
    BsGetRest = "bs_get_rest", (Context; None) -> Term, READS | WRITES | ALLOCATES | RAISES, Unit, "All that is left, taken (size `all`), when it is a multiple of this many bits; fails.";
    BsTail = "bs_tail", (Context; None) -> Term, READS | ALLOCATES, None, "All that is left, not taken.";
    BsSkip = "bs_skip", (Context, Term; None) -> -, READS | WRITES | RAISES, Segment, "Skips: (context, size in units); fails.";
    BsSkipRest = "bs_skip_rest", (Context; None) -> -, READS | WRITES | RAISES, Unit, "Skips all when it is a multiple of this many bits; fails.";
    BsTestTail = "bs_test_tail", (Context; None) -> Bool, READS, Index, "Whether exactly this many bits are left.";
    BsTestUnit = "bs_test_unit", (Context; None) -> Bool, READS, Unit, "Whether a multiple of this many bits is left.";
    BsTestSize = "bs_test_size", (Context; None) -> Bool, READS, Index, "Whether this many bits at least are left.";
    BsMatchString = "bs_match_string", (Context; None) -> Bool, READS | WRITES, Bits, "Takes these bits when they are next.";
    BsGetUtf8 = "bs_get_utf8", (Context; None) -> Term, READS | WRITES | RAISES, Segment, "Next UTF-8 code point; fails.";
    BsSkipUtf8 = "bs_skip_utf8", (Context; None) -> -, READS | WRITES | RAISES, Segment, "Skips a UTF-8 code point; fails.";
    BsGetUtf16 = "bs_get_utf16", (Context; None) -> Term, READS | WRITES | RAISES, Segment, "Next UTF-16 code point; fails.";
    BsSkipUtf16 = "bs_skip_utf16", (Context; None) -> -, READS | WRITES | RAISES, Segment, "Skips a UTF-16 code point; fails.";
    BsGetUtf32 = "bs_get_utf32", (Context; None) -> Term, READS | WRITES | RAISES, Segment, "Next UTF-32 code point; fails.";
    BsSkipUtf32 = "bs_skip_utf32", (Context; None) -> -, READS | WRITES | RAISES, Segment, "Skips a UTF-32 code point; fails.";
    BsPosition = "bs_position", (Context; None) -> Term, READS, None, "Bit position, a small integer.";
    BsSetPosition = "bs_set_position", (Context, Term; None) -> -, WRITES, None, "Goes back to a position.";
    BsCreate = "bs_create", (; Terms) -> Term, ALLOCATES | RAISES, Segments, "Bitstring of segments; each takes a source and, where its row says so, a size operand.";
    BsUtf8Size = "bs_utf8_size", (Term; None) -> Term, RAISES, None, "Bytes of a code point in UTF-8.";
    BsUtf16Size = "bs_utf16_size", (Term; None) -> Term, RAISES, None, "Bytes of a code point in UTF-16.";
}
