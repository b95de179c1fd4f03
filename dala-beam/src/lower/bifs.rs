//! Built-in functions of guards and arithmetic.

use dala_ir::ir::{Constant, Immediate, ImportId, Op, Value};

use super::emit::Emitter;
use super::{Lowering, Reason};
use crate::load::imports::Import;
use crate::opcode::operand::{self, Fail, Register, Source};

/// How a built-in function is lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BifKind {
    /// An op with the same operands, which may raise.
    Op(Op),
    /// As `Op`; the second op instead where a small integer in the code is added to, or subtracted from, a register.
    OrWithSmall(Op, Op),
    /// An op with its two operands exchanged, which may raise.
    Exchanged(Op),
    /// A test, whose truth value becomes an atom.
    Test(Op),
    /// A test with its two operands exchanged.
    ExchangedTest(Op),
    /// A call of the function itself.
    Call,
}

impl BifKind {
    pub(super) fn of(import: &Import) -> BifKind {
        use BifKind::{Exchanged, ExchangedTest, Test};
        if import.module.text() != "erlang" {
            return BifKind::Call;
        }
        match (import.function.text(), import.arity) {
            ("+", 2) => BifKind::OrWithSmall(Op::Add, Op::AddSmall),
            ("-", 2) => BifKind::OrWithSmall(Op::Sub, Op::SubSmall),
            ("*", 2) => BifKind::Op(Op::Mul),
            ("div", 2) => BifKind::Op(Op::IntDiv),
            ("rem", 2) => BifKind::Op(Op::IntRem),
            ("/", 2) => BifKind::Op(Op::Divide),
            ("band", 2) => BifKind::Op(Op::BitAnd),
            ("bor", 2) => BifKind::Op(Op::BitOr),
            ("bxor", 2) => BifKind::Op(Op::BitXor),
            ("bsl", 2) => BifKind::Op(Op::ShiftLeft),
            ("bsr", 2) => BifKind::Op(Op::ShiftRight),
            ("-", 1) => BifKind::Op(Op::Negate),
            ("bnot", 1) => BifKind::Op(Op::BitNot),
            // map_get(Key, Map); the op takes the map first.
            ("map_get", 2) => Exchanged(Op::MapGet),
            ("=:=", 2) => Test(Op::EqExact),
            ("=/=", 2) => Test(Op::NeExact),
            ("==", 2) => Test(Op::Eq),
            ("/=", 2) => Test(Op::Ne),
            ("<", 2) => Test(Op::Lt),
            (">=", 2) => Test(Op::Ge),
            (">", 2) => ExchangedTest(Op::Lt),
            ("=<", 2) => ExchangedTest(Op::Ge),
            ("is_integer", 1) => Test(Op::IsInteger),
            ("is_float", 1) => Test(Op::IsFloat),
            ("is_number", 1) => Test(Op::IsNumber),
            ("is_atom", 1) => Test(Op::IsAtom),
            ("is_boolean", 1) => Test(Op::IsBoolean),
            ("is_pid", 1) => Test(Op::IsPid),
            ("is_reference", 1) => Test(Op::IsReference),
            ("is_port", 1) => Test(Op::IsPort),
            ("is_list", 1) => Test(Op::IsList),
            ("is_tuple", 1) => Test(Op::IsTuple),
            ("is_map", 1) => Test(Op::IsMap),
            ("is_binary", 1) => Test(Op::IsBinary),
            ("is_bitstring", 1) => Test(Op::IsBitstring),
            ("is_function", 1) => Test(Op::IsFunction),
            _ => BifKind::Call,
        }
    }

    /// Whether it neither fails nor raises.
    pub(super) fn is_total(self) -> bool {
        matches!(self, BifKind::Test(_) | BifKind::ExchangedTest(_))
    }
}

/// The constant, where OTP takes it into the instruction: it is a small integer to OTP (60 bits) as well.
fn small(source: &Source) -> Option<Constant> {
    let Source::Integer(value) = source else { return None };
    (-(1 << 59)..1 << 59).contains(value).then_some(Constant::Int(*value))
}

impl Emitter<'_> {
    /// `bifN` and `gc_bifN`.
    pub(super) fn bif(
        &mut self,
        fail: Fail,
        import: operand::Import,
        arguments: &[&Source],
        to: Register,
    ) -> Lowering<()> {
        let row = self.file.imports[import.0 as usize];
        if usize::from(row.arity) != arguments.len() {
            let text = row.function.text();
            return Err(Reason(format!("{text}/{} is given {} arguments", row.arity, arguments.len())));
        }
        let mut values: Vec<Value> =
            arguments.iter().map(|argument| self.source(argument)).collect::<Lowering<_>>()?;
        let kind = BifKind::of(&row);
        if matches!(kind, BifKind::Exchanged(_) | BifKind::ExchangedTest(_)) {
            values.reverse();
        }
        match kind {
            BifKind::Op(op) | BifKind::Exchanged(op) => {
                self.fallible(op, &values, Immediate::None, fail, Some(to))
            }
            // OTP adds a constant to what is in a register by an instruction of its own, and subtracts one that is
            // not negative; all else is a call of the operator.
            BifKind::OrWithSmall(op, with_small) => match small(arguments[1]) {
                Some(constant)
                    if matches!(arguments[0], Source::Register(..))
                        && (op == Op::Add || matches!(constant, Constant::Int(0..))) =>
                {
                    self.fallible(with_small, &values[..1], Immediate::Constant(constant), fail, Some(to))
                }
                _ => self.fallible(op, &values, Immediate::None, fail, Some(to)),
            },
            BifKind::Test(op) | BifKind::ExchangedTest(op) => {
                let truth = self.build.value(op, &values);
                let atom = self.build.value(Op::BoolTerm, &[truth]);
                self.write(to, atom)
            }
            BifKind::Call => {
                let immediate = Immediate::Import(ImportId::new(import.0 as usize));
                if values.is_empty() {
                    // Those without arguments cannot fail: no edge for it is drawn.
                    let value = self.build.value_with(Op::Bif, &values, immediate);
                    return self.write(to, value);
                }
                self.fallible(Op::Bif, &values, immediate, fail, Some(to))
            }
        }
    }
}
