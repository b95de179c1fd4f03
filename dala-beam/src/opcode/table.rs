//! The table of generic instructions, and what is made from it.
//!
//! A row: number, name, first and last OTP release whose compiler emits it (7 stands for R7 and before;
//! `NOW`: the newest), operands in the order of the file. From it come [`Instruction`] (what the decoder gives
//! and `lower` matches on, without a wildcard), [`Opcode`], the decoder, the disassembler and the texts of
//! errors. Source: OTP's `lib/compiler/src/genop.tab` for numbers and operand order.

use super::cursor::Cursor;
use super::decode::Tables;
use super::disasm::{Names, Print};
use super::error::{DecodeError, DecodeErrorKind};
use super::kinds::*;
use super::operand::*;
use super::visit::{OperandVisitor, VisitOperand};
use dala_ir::abi::Atom;

/// The newest release known here.
pub const NOW: u8 = 29;

/// Calls `$callback!` with every row.
macro_rules! for_each_opcode {
    ($callback:ident) => {
        $callback! {
            live {
                /// Names the place; `label` 0 never occurs.
                1 "label" Label [7, NOW] { label: u32 }
                /// Starts a function and raises `function_clause` when reached.
                2 "func_info" FuncInfo [7, NOW] { module: Atom, function: Atom, arity: u8 }
                /// Ends the code.
                3 "int_code_end" IntCodeEnd [7, NOW] {}
                /// Calls a function of this module.
                4 "call" Call [7, NOW] { arity: u8, target: Label }
                /// Drops the frame and jumps to a function of this module.
                5 "call_last" CallLast [7, NOW] { arity: u8, target: Label, deallocate: u32 }
                /// Jumps to a function of this module; there is no frame.
                6 "call_only" CallOnly [7, NOW] { arity: u8, target: Label }
                /// Calls an imported function.
                7 "call_ext" CallExt [7, NOW] { arity: u8, target: Import }
                /// Drops the frame and jumps to an imported function.
                8 "call_ext_last" CallExtLast [7, NOW] { arity: u8, target: Import, deallocate: u32 }
                /// Built-in function without arguments.
                9 "bif0" Bif0 [7, NOW] { bif: Import, to: Register }
                /// Built-in function of one argument that allocates nothing.
                10 "bif1" Bif1 [7, NOW] { fail: Fail, bif: Import, argument: Source, to: Register }
                /// Built-in function of two arguments that allocates nothing.
                11 "bif2" Bif2 [7, NOW] { fail: Fail, bif: Import, first: Source, second: Source, to: Register }
                /// Makes a frame.
                12 "allocate" Allocate [7, NOW] { slots: u32, live: u32 }
                /// Makes a frame and heap space.
                13 "allocate_heap" AllocateHeap [7, NOW] { slots: u32, heap: Allocation, live: u32 }
                /// Makes a frame of nils.
                14 "allocate_zero" AllocateZero [7, 23] { slots: u32, live: u32 }
                /// Makes a frame of nils, and heap space.
                15 "allocate_heap_zero" AllocateHeapZero [7, 23] { slots: u32, heap: Allocation, live: u32 }
                /// Makes heap space.
                16 "test_heap" TestHeap [7, NOW] { heap: Allocation, live: u32 }
                /// Clears a stack slot.
                17 "init" Init [7, 23] { slot: Register }
                /// Drops the frame.
                18 "deallocate" Deallocate [7, NOW] { slots: u32 }
                /// Returns x0.
                19 "return" Return [7, NOW] {}
                /// Sends x1 to x0; x0 becomes the message.
                20 "send" Send [7, NOW] {}
                /// Takes the message under the save pointer out of the mailbox.
                21 "remove_message" RemoveMessage [7, NOW] {}
                /// Ends a receive by its timeout.
                22 "timeout" Timeout [7, NOW] {}
                /// Looks at the message under the save pointer, or jumps.
                23 "loop_rec" LoopRec [7, NOW] { fail: Label, to: Register }
                /// Steps over a message and jumps.
                24 "loop_rec_end" LoopRecEnd [7, NOW] { target: Label }
                /// Waits for a message, then jumps.
                25 "wait" Wait [7, NOW] { target: Label }
                /// Waits for a message, then jumps; goes on when the time is over.
                26 "wait_timeout" WaitTimeout [7, NOW] { target: Label, time: Source }
                /// `first < second`.
                39 "is_lt" IsLt [7, NOW] { fail: Fail, first: Source, second: Source }
                /// `first >= second`.
                40 "is_ge" IsGe [7, NOW] { fail: Fail, first: Source, second: Source }
                /// `first == second`.
                41 "is_eq" IsEq [7, NOW] { fail: Fail, first: Source, second: Source }
                /// `first /= second`.
                42 "is_ne" IsNe [7, NOW] { fail: Fail, first: Source, second: Source }
                /// `first =:= second`.
                43 "is_eq_exact" IsEqExact [7, NOW] { fail: Fail, first: Source, second: Source }
                /// `first =/= second`.
                44 "is_ne_exact" IsNeExact [7, NOW] { fail: Fail, first: Source, second: Source }
                /// Type test.
                45 "is_integer" IsInteger [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                46 "is_float" IsFloat [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                47 "is_number" IsNumber [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                48 "is_atom" IsAtom [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                49 "is_pid" IsPid [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                50 "is_reference" IsReference [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                51 "is_port" IsPort [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                52 "is_nil" IsNil [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                53 "is_binary" IsBinary [7, NOW] { fail: Fail, value: Source }
                /// Type test: cons or nil.
                55 "is_list" IsList [7, NOW] { fail: Fail, value: Source }
                /// Type test: cons.
                56 "is_nonempty_list" IsNonemptyList [7, NOW] { fail: Fail, value: Source }
                /// Type test.
                57 "is_tuple" IsTuple [7, NOW] { fail: Fail, value: Source }
                /// Tests the size of what is known to be a tuple.
                58 "test_arity" TestArity [7, NOW] { fail: Fail, tuple: Source, arity: u32 }
                /// Jumps by value.
                59 "select_val" SelectVal [7, NOW] { value: Source, fail: Label, targets: Pairs<Source, Label> }
                /// Jumps by size of a tuple.
                60 "select_tuple_arity" SelectTupleArity [7, NOW] { tuple: Source, fail: Label, targets: Pairs<u32, Label> }
                /// Jumps.
                61 "jump" Jump [7, NOW] { target: Label }
                /// Enters a `catch`.
                62 "catch" Catch [7, NOW] { slot: Register, handler: Label }
                /// Leaves a `catch`, by the end of its body or by an exception.
                63 "catch_end" CatchEnd [7, NOW] { slot: Register }
                /// Copies.
                64 "move" Move [7, NOW] { from: Source, to: Register }
                /// Head and tail of a cons cell.
                65 "get_list" GetList [7, NOW] { list: Source, head: Register, tail: Register }
                /// Element of a tuple, counted from 0.
                66 "get_tuple_element" GetTupleElement [7, NOW] { tuple: Source, index: u32, to: Register }
                /// Overwrites an element of a tuple that nobody else has seen, counted from 0.
                67 "set_tuple_element" SetTupleElement [7, NOW] { value: Source, tuple: Source, index: u32 }
                /// Makes a cons cell.
                69 "put_list" PutList [7, NOW] { head: Source, tail: Source, to: Register }
                /// Raises `{badmatch, Value}`.
                72 "badmatch" Badmatch [7, NOW] { value: Source }
                /// Raises `if_clause`.
                73 "if_end" IfEnd [7, NOW] {}
                /// Raises `{case_clause, Value}`.
                74 "case_end" CaseEnd [7, NOW] { value: Source }
                /// Calls the fun behind the arguments.
                75 "call_fun" CallFun [7, NOW] { arity: u8 }
                /// Type test: a fun.
                77 "is_function" IsFunction [7, NOW] { fail: Fail, value: Source }
                /// Jumps to an imported function; there is no frame.
                78 "call_ext_only" CallExtOnly [7, NOW] { arity: u8, target: Import }
                /// Writes an integer into the binary being made.
                89 "bs_put_integer" BsPutInteger [7, 24] { fail: Fail, size: Source, unit: u64, flags: u32, value: Source }
                /// Writes a bitstring into the binary being made.
                90 "bs_put_binary" BsPutBinary [7, 24] { fail: Fail, size: Source, unit: u64, flags: u32, value: Source }
                /// Writes a float into the binary being made.
                91 "bs_put_float" BsPutFloat [7, 24] { fail: Fail, size: Source, unit: u64, flags: u32, value: Source }
                /// Writes bytes of the string chunk into the binary being made.
                92 "bs_put_string" BsPutString [7, 24] { length: u64, offset: u64 }
                /// Nothing.
                94 "fclearerror" FClearError [8, 23] {}
                /// Nothing.
                95 "fcheckerror" FCheckError [8, 23] { fail: Fail }
                /// Copies a float; unboxes or boxes it.
                96 "fmove" FMove [8, NOW] { from: FloatSource, to: FloatTarget }
                /// Converts a number to a float.
                97 "fconv" FConv [8, NOW] { from: FloatSource, to: FloatRegister }
                /// Adds.
                98 "fadd" FAdd [8, NOW] { fail: Fail, first: FloatRegister, second: FloatRegister, to: FloatRegister }
                /// Subtracts.
                99 "fsub" FSub [8, NOW] { fail: Fail, first: FloatRegister, second: FloatRegister, to: FloatRegister }
                /// Multiplies.
                100 "fmul" FMul [8, NOW] { fail: Fail, first: FloatRegister, second: FloatRegister, to: FloatRegister }
                /// Divides.
                101 "fdiv" FDiv [8, NOW] { fail: Fail, first: FloatRegister, second: FloatRegister, to: FloatRegister }
                /// Negates.
                102 "fnegate" FNegate [8, NOW] { fail: Fail, value: FloatRegister, to: FloatRegister }
                /// Makes a fun whose free variables lie in x0...
                103 "make_fun2" MakeFun2 [8, 23] { lambda: Lambda }
                /// Enters a `try`.
                104 "try" Try [10, NOW] { slot: Register, handler: Label }
                /// Leaves a `try` whose body ended.
                105 "try_end" TryEnd [10, NOW] { slot: Register }
                /// Starts the handler of a `try`: class in x0, reason in x1, raw trace in x2.
                106 "try_case" TryCase [10, NOW] { slot: Register }
                /// Raises `{try_clause, Value}`.
                107 "try_case_end" TryCaseEnd [10, NOW] { value: Source }
                /// Raises again what was caught.
                108 "raise" Raise [10, NOW] { trace: Source, reason: Source }
                /// Starts to make a binary of `size` bytes.
                109 "bs_init2" BsInit2 [10, 24] { fail: Fail, size: Size, heap: Allocation, live: u32, flags: u32, to: Register }
                /// `first + second * unit`, sizes of a binary.
                111 "bs_add" BsAdd [10, 24] { fail: Fail, first: Source, second: Source, unit: u64, to: Register }
                /// `apply(Module, Function, Args)` with `arity` arguments in x0, module and function behind them.
                112 "apply" Apply [10, NOW] { arity: u8 }
                /// As `apply`, dropping the frame.
                113 "apply_last" ApplyLast [10, NOW] { arity: u8, deallocate: u32 }
                /// Type test: `true` or `false`.
                114 "is_boolean" IsBoolean [10, NOW] { fail: Fail, value: Source }
                /// Type test: a fun of this arity.
                115 "is_function2" IsFunction2 [10, NOW] { fail: Fail, value: Source, arity: Source }
                /// Reads an integer.
                117 "bs_get_integer2" BsGetInteger2 [11, NOW] { fail: Fail, context: Source, live: u32, size: Source, unit: u64, flags: u32, to: Register }
                /// Reads a float.
                118 "bs_get_float2" BsGetFloat2 [11, NOW] { fail: Fail, context: Source, live: u32, size: Source, unit: u64, flags: u32, to: Register }
                /// Reads a bitstring.
                119 "bs_get_binary2" BsGetBinary2 [11, NOW] { fail: Fail, context: Source, live: u32, size: Source, unit: u64, flags: u32, to: Register }
                /// Steps over bits.
                120 "bs_skip_bits2" BsSkipBits2 [11, NOW] { fail: Fail, context: Source, size: Source, unit: u64, flags: u32 }
                /// Tests that exactly this many bits are left.
                121 "bs_test_tail2" BsTestTail2 [11, NOW] { fail: Fail, context: Source, bits: Size }
                /// Built-in function of one argument that may allocate.
                124 "gc_bif1" GcBif1 [11, NOW] { fail: Fail, live: u32, bif: Import, argument: Source, to: Register }
                /// Built-in function of two arguments that may allocate.
                125 "gc_bif2" GcBif2 [11, NOW] { fail: Fail, live: u32, bif: Import, first: Source, second: Source, to: Register }
                /// Type test: a bitstring.
                129 "is_bitstr" IsBitstring [11, NOW] { fail: Fail, value: Source }
                /// Tests that the number of bits left is divisible by `unit`.
                131 "bs_test_unit" BsTestUnit [11, NOW] { fail: Fail, context: Source, unit: u64 }
                /// Compares the next bits with bytes of the string chunk.
                132 "bs_match_string" BsMatchString [11, NOW] { fail: Fail, context: Source, bits: u64, offset: u64 }
                /// Makes an empty binary with room to grow; x0 holds the room wanted and becomes the binary.
                133 "bs_init_writable" BsInitWritable [12, NOW] {}
                /// Starts to make a binary by extending another.
                134 "bs_append" BsAppend [12, 24] { fail: Fail, size: Source, extra: u64, live: u32, unit: u64, source: Source, flags: u32, to: Register }
                /// As `bs_append`, and nobody else has the other.
                135 "bs_private_append" BsPrivateAppend [12, 24] { fail: Fail, size: Source, unit: u64, source: Source, flags: u32, to: Register }
                /// Drops the first slots of the frame; the others move down.
                136 "trim" Trim [12, NOW] { drop: u32, remaining: u32 }
                /// Starts to make a bitstring of `size` bits.
                137 "bs_init_bits" BsInitBits [12, 24] { fail: Fail, size: Size, heap: Allocation, live: u32, flags: u32, to: Register }
                /// Reads a code point.
                138 "bs_get_utf8" BsGetUtf8 [12, NOW] { fail: Fail, context: Source, live: u32, flags: u32, to: Register }
                /// Steps over a code point.
                139 "bs_skip_utf8" BsSkipUtf8 [12, NOW] { fail: Fail, context: Source, live: u32, flags: u32 }
                /// Reads a code point.
                140 "bs_get_utf16" BsGetUtf16 [12, NOW] { fail: Fail, context: Source, live: u32, flags: u32, to: Register }
                /// Steps over a code point.
                141 "bs_skip_utf16" BsSkipUtf16 [12, NOW] { fail: Fail, context: Source, live: u32, flags: u32 }
                /// Reads a code point.
                142 "bs_get_utf32" BsGetUtf32 [12, NOW] { fail: Fail, context: Source, live: u32, flags: u32, to: Register }
                /// Steps over a code point.
                143 "bs_skip_utf32" BsSkipUtf32 [12, NOW] { fail: Fail, context: Source, live: u32, flags: u32 }
                /// Bytes that a code point takes.
                144 "bs_utf8_size" BsUtf8Size [12, 24] { fail: Fail, value: Source, to: Register }
                /// Writes a code point into the binary being made.
                145 "bs_put_utf8" BsPutUtf8 [12, 24] { fail: Fail, flags: u32, value: Source }
                /// Bytes that a code point takes.
                146 "bs_utf16_size" BsUtf16Size [12, 24] { fail: Fail, value: Source, to: Register }
                /// Writes a code point into the binary being made.
                147 "bs_put_utf16" BsPutUtf16 [12, 24] { fail: Fail, flags: u32, value: Source }
                /// Writes a code point into the binary being made.
                148 "bs_put_utf32" BsPutUtf32 [12, 24] { fail: Fail, flags: u32, value: Source }
                /// Marks the function that runs when the module is loaded.
                149 "on_load" OnLoad [13, NOW] {}
                /// Remembers the end of the mailbox.
                150 "recv_mark" RecvMark [14, 23] { target: Label }
                /// Starts a receive at the place remembered.
                151 "recv_set" RecvSet [14, 23] { target: Label }
                /// Built-in function of three arguments that may allocate.
                152 "gc_bif3" GcBif3 [14, NOW] { fail: Fail, live: u32, bif: Import, first: Source, second: Source, third: Source, to: Register }
                /// Place in the source of what follows.
                153 "line" Line [15, NOW] { index: u32 }
                /// Puts keys into a map.
                154 "put_map_assoc" PutMapAssoc [17, NOW] { fail: Fail, map: Source, to: Register, live: u32, pairs: Pairs<Source, Source> }
                /// Replaces values of keys that a map has.
                155 "put_map_exact" PutMapExact [17, NOW] { fail: Fail, map: Source, to: Register, live: u32, pairs: Pairs<Source, Source> }
                /// Type test.
                156 "is_map" IsMap [17, NOW] { fail: Fail, value: Source }
                /// Tests that all keys are in a map.
                157 "has_map_fields" HasMapFields [17, NOW] { fail: Fail, map: Source, keys: Vec<Source> }
                /// Values of keys of a map.
                158 "get_map_elements" GetMapElements [17, NOW] { fail: Fail, map: Source, pairs: Pairs<Source, Register> }
                /// Tests for a tuple of this size whose first element is this atom.
                159 "is_tagged_tuple" IsTaggedTuple [20, NOW] { fail: Fail, value: Source, arity: u32, tag: Source }
                /// Makes the stack trace of the raw trace in x0.
                160 "build_stacktrace" BuildStacktrace [21, NOW] {}
                /// Raises class x0, reason x1, raw trace x2 when the class is one.
                161 "raw_raise" RawRaise [21, NOW] {}
                /// Head of a cons cell.
                162 "get_hd" GetHead [21, NOW] { list: Source, to: Register }
                /// Tail of a cons cell.
                163 "get_tl" GetTail [21, NOW] { list: Source, to: Register }
                /// Makes a tuple.
                164 "put_tuple2" PutTuple2 [22, NOW] { to: Register, elements: Vec<Source> }
                /// Bits not matched yet, as a bitstring.
                165 "bs_get_tail" BsGetTail [22, NOW] { context: Source, to: Register, live: u32 }
                /// Starts to match a bitstring, or a match context again.
                166 "bs_start_match3" BsStartMatch3 [22, NOW] { fail: Fail, source: Source, live: u32, to: Register }
                /// Position of a match context.
                167 "bs_get_position" BsGetPosition [22, NOW] { context: Source, to: Register, live: u32 }
                /// Puts a match context back to a position.
                168 "bs_set_position" BsSetPosition [22, NOW] { context: Source, position: Source }
                /// Exchanges two registers.
                169 "swap" Swap [23, NOW] { first: Register, second: Register }
                /// Starts to match a bitstring, or a match context again.
                170 "bs_start_match4" BsStartMatch4 [23, NOW] { fail: StartFail, live: u32, source: Source, to: Register }
                /// Makes a fun.
                171 "make_fun3" MakeFun3 [24, NOW] { lambda: Lambda, to: Register, free: Vec<Source> }
                /// Clears stack slots.
                172 "init_yregs" InitYregs [24, NOW] { slots: Vec<Register> }
                /// Ties a mailbox position to a reference.
                173 "recv_marker_bind" RecvMarkerBind [24, NOW] { marker: Source, reference: Source }
                /// Forgets the mailbox position of a reference.
                174 "recv_marker_clear" RecvMarkerClear [24, NOW] { reference: Source }
                /// Remembers the end of the mailbox.
                175 "recv_marker_reserve" RecvMarkerReserve [24, NOW] { to: Register }
                /// Starts a receive at the mailbox position of a reference.
                176 "recv_marker_use" RecvMarkerUse [24, NOW] { reference: Source }
                /// Makes a bitstring.
                177 "bs_create_bin" BsCreateBin [25, NOW] { fail: Fail, heap: Allocation, live: u32, unit: u64, to: Register, segments: Segments }
                /// Calls a fun.
                178 "call_fun2" CallFun2 [25, NOW] { tag: FunTag, arity: u8, fun: Source }
                /// Starts a function that a native library may replace.
                179 "nif_start" NifStart [25, NOW] {}
                /// Raises `{badrecord, Value}`.
                180 "badrecord" Badrecord [25, NOW] { value: Source }
                /// Copies a tuple, with other elements at these places, counted from 1.
                181 "update_record" UpdateRecord [26, NOW] { hint: UpdateHint, size: u32, tuple: Source, to: Register, updates: Pairs<u32, Source> }
                /// Matches fixed-size segments.
                182 "bs_match" BsMatch [26, NOW] { fail: Fail, context: Source, commands: MatchCommands }
                /// Line that the compiler marked for coverage.
                183 "executable_line" ExecutableLine [27, NOW] { line: u32, index: u32 }
                /// Line that a debugger may stop at.
                184 "debug_line" DebugLine [28, NOW] { kind: Source, line: u32, index: u32, live: u32 }
                /// Guard of three arguments that allocates nothing.
                185 "bif3" Bif3 [29, NOW] { fail: Fail, bif: Import, first: Source, second: Source, third: Source, to: Register }
            }
            obsolete {
                27 "m_plus" 28 "m_minus" 29 "m_times" 30 "m_div" 31 "int_div" 32 "int_rem" 33 "int_band"
                34 "int_bor" 35 "int_bxor" 36 "int_bsl" 37 "int_bsr" 38 "int_bnot" 54 "is_constant"
                68 "put_string" 70 "put_tuple" 71 "put" 76 "make_fun" 79 "bs_start_match" 80 "bs_get_integer"
                81 "bs_get_float" 82 "bs_get_binary" 83 "bs_skip_bits" 84 "bs_test_tail" 85 "bs_save"
                86 "bs_restore" 87 "bs_init" 88 "bs_final" 93 "bs_need_buf" 110 "bs_bits_to_bytes"
                116 "bs_start_match2" 122 "bs_save2" 123 "bs_restore2" 126 "bs_final2" 127 "bs_bits_to_bytes2"
                128 "put_literal" 130 "bs_context_to_binary"
            }
        }
    };
}

macro_rules! define {
    (
        live { $(#[doc = $doc:literal] $number:literal $name:literal $variant:ident [$first:expr, $last:expr]
            { $($field:ident : $kind:ty),* })* }
        obsolete { $($old_number:literal $old_name:literal)* }
    ) => {
        /// Number of a generic instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Opcode {
            $(#[doc = $doc] $variant = $number,)*
        }

        impl Opcode {
            /// Every instruction, by number.
            pub const ALL: &[Opcode] = &[$(Opcode::$variant),*];

            /// Its name in OTP's documentation.
            pub const fn name(self) -> &'static str {
                match self { $(Opcode::$variant => $name,)* }
            }

            /// First and last OTP release whose compiler emits it.
            pub const fn releases(self) -> (u8, u8) {
                match self { $(Opcode::$variant => ($first, $last),)* }
            }

            /// Name and kind of each operand.
            pub fn operands(self) -> &'static [(&'static str, &'static str)] {
                match self { $(Opcode::$variant => &[$((stringify!($field), <$kind as FromOperand>::KIND)),*],)* }
            }

            /// One line on what it does.
            pub const fn doc(self) -> &'static str {
                match self { $(Opcode::$variant => $doc,)* }
            }
        }

        /// A generic instruction with its operands.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "the doc of a row tells what its operands are")]
        pub enum Instruction {
            $(#[doc = $doc] $variant { $($field: $kind),* },)*
        }

        impl Instruction {
            /// Which one it is.
            pub const fn opcode(&self) -> Opcode {
                match self { $(Instruction::$variant { .. } => Opcode::$variant,)* }
            }

            /// Reads the operands of the instruction with number `opcode`, found at byte `at`.
            ///
            /// # Errors
            /// When there is no such instruction, or its operands are not what the table says.
            pub fn read(opcode: u8, at: usize, cursor: &mut Cursor<'_>, tables: &Tables<'_>)
                -> Result<Instruction, DecodeError>
            {
                match opcode {
                    $($number => {
                        $(
                            let start = cursor.position();
                            let $field = <$kind>::from_operand(Operand::read(cursor, tables)?, tables)
                                .map_err(|kind| kind.at(start))?;
                        )*
                        Ok(Instruction::$variant { $($field),* })
                    })*
                    $($old_number => Err(DecodeErrorKind::ObsoleteOpcode { number: opcode, name: $old_name }.at(at)),)*
                    _ => Err(DecodeErrorKind::UnknownOpcode(opcode).at(at)),
                }
            }

            /// Tells `visitor` what the instruction reads and writes and where failure goes, as far as its operands say.
            pub fn visit_operands(&self, visitor: &mut dyn OperandVisitor) {
                match self {
                    $(Instruction::$variant { $($field),* } => {
                        $($field.visit(stringify!($field) == "to", visitor);)*
                    })*
                }
            }

            /// Writes name and operands.
            pub(crate) fn print(&self, names: &Names<'_>, out: &mut String) {
                match self {
                    $(Instruction::$variant { $($field),* } => {
                        out.push_str($name);
                        let mut _separator = " ";
                        $(
                            out.push_str(_separator);
                            $field.print(names, out);
                            _separator = ", ";
                        )*
                    })*
                }
            }
        }
    };
}

for_each_opcode!(define);

/// Largest number in the table.
pub const HIGHEST: u8 = 185;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order_and_up_to_the_highest() {
        let numbers: Vec<u8> = Opcode::ALL.iter().map(|&opcode| opcode as u8).collect();
        assert!(numbers.is_sorted());
        assert_eq!(numbers.last(), Some(&HIGHEST));
    }

    #[test]
    fn names_and_arities_are_those_of_the_installed_compiler() {
        let program = "[io:format(\"~p ~s ~p~n\", [N, element(1, beam_opcodes:opname(N)), element(2, beam_opcodes:opname(N))]) \
             || N <- lists:seq(1, 180)], halt().";
        let output = std::process::Command::new("erl").args(["-noshell", "-eval", program]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut checked = 0;
        for line in text.lines() {
            let mut words = line.split(' ');
            let number: u8 = words.next().unwrap().parse().unwrap();
            let name = words.next().unwrap();
            let arity: usize = words.next().unwrap().parse().unwrap();
            if let Some(opcode) = Opcode::ALL.iter().find(|&&opcode| opcode as u8 == number) {
                assert_eq!((opcode.name(), opcode.operands().len()), (name, arity), "opcode {number}");
                checked += 1;
            }
        }
        assert!(checked > 140, "only {checked} opcodes compared");
    }
}
