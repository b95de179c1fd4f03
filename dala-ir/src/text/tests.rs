use proptest::prelude::*;

use super::*;
use crate::abi::Atom;
use crate::ir::inst::{BuildSegment, Segment, SegmentFlags};
use crate::ir::ops::{ImmediateKind, Rest};
use crate::ir::{
    Block, BlockCall, Constant, Effects, FuncId, Function, FunctionBuilder, Immediate, ImportId, InstData,
    LambdaId, LiteralId, MessageId, Module, Op, Terminator, Type, Value,
};
use crate::term::{OwnedTerm, TermWriter};

/// Choices drawn from random bytes; zero when they are used up.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (usize::from(self.byte()) << 8 | usize::from(self.byte())) % limit }
    }

    fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }

    fn atom(&mut self) -> Atom {
        Atom::new(self.pick::<&str>(&["ok", "it's", "a\\b", "line\nbreak", "é", "", "fn0"]))
    }

    fn constant(&mut self) -> Constant {
        match self.below(4) {
            0 => Constant::Int(i64::from(self.byte() as i8) << self.below(50)),
            1 => Constant::Atom(self.atom()),
            2 => Constant::Literal(LiteralId::new(self.below(9))),
            _ => Constant::Nil,
        }
    }

    fn flags(&mut self) -> SegmentFlags {
        SegmentFlags { signed: self.below(2) == 1, little: self.below(2) == 1 }
    }

    fn value(&mut self, build: &FunctionBuilder, ty: Type) -> Option<Value> {
        let types = &build.function().value_types;
        let fitting: Vec<usize> = (0..types.len()).filter(|&index| ty.accepts(types[index])).collect();
        if fitting.is_empty() { None } else { Some(Value::new(*self.pick(&fitting))) }
    }

    fn inst(&mut self, build: &FunctionBuilder, wanted: impl Fn(Op) -> bool) -> Option<InstData> {
        let ops: Vec<Op> = Op::ALL.iter().copied().filter(|op| wanted(*op)).collect();
        let op = *self.pick(&ops);
        let mut types = op.operands().to_vec();
        let immediate = match op.immediate() {
            ImmediateKind::None => Immediate::None,
            ImmediateKind::Constant => Immediate::Constant(self.constant()),
            ImmediateKind::Small => Immediate::Constant(Constant::Int(self.below(200) as i64 - 100)),
            ImmediateKind::Function => Immediate::Function(FuncId::new(self.below(9))),
            ImmediateKind::Import => Immediate::Import(ImportId::new(self.below(9))),
            ImmediateKind::Lambda => Immediate::Lambda(LambdaId::new(self.below(9))),
            ImmediateKind::Message => Immediate::Message(MessageId::new(self.below(9))),
            ImmediateKind::Index | ImmediateKind::Element | ImmediateKind::Unit => {
                Immediate::Index(1 + self.below(200) as u32)
            }
            ImmediateKind::ArityAndTag => Immediate::ArityAndTag(1 + self.below(9) as u32, self.atom()),
            ImmediateKind::Segment => {
                Immediate::Segment(Segment { unit: 1 + self.below(256) as u16, flags: self.flags() })
            }
            ImmediateKind::Bits => {
                let bytes: Vec<u8> = (0..self.below(5)).map(|_| self.byte() & 0xf8).collect();
                let missing = if bytes.is_empty() { 0 } else { self.below(4) as u32 };
                Immediate::Bits { bit_len: bytes.len() as u32 * 8 - missing, bytes: bytes.into() }
            }
            ImmediateKind::Segments => {
                let rows: Vec<BuildSegment> = (0..self.below(4))
                    .map(|number| BuildSegment {
                        kind: self.pick(printer::SEGMENT_KINDS).0,
                        unit: 1 + self.below(256) as u16,
                        flags: self.flags(),
                        has_size: self.below(2) == 1,
                        number: number as u32,
                    })
                    .collect();
                types = rows.iter().flat_map(|row| vec![Type::Term; 1 + usize::from(row.has_size)]).collect();
                Immediate::Segments(rows.into())
            }
            ImmediateKind::Indices => {
                let size = 1 + self.below(9) as u32;
                let count = self.below(4);
                types.extend(vec![Type::Term; count]);
                let mut indices = vec![size];
                indices.extend((0..count).map(|_| self.below(size as usize) as u32));
                Immediate::Indices(indices.into())
            }
        };
        let further = match (op.rest(), op.immediate()) {
            // Their immediates say how many.
            (Rest::None, _) | (_, ImmediateKind::Segments | ImmediateKind::Indices) => 0,
            (Rest::Terms, _) => self.below(5),
            (Rest::Pairs, _) => 2 * self.below(3),
        };
        types.extend(vec![Type::Term; further]);
        let args: Option<Vec<Value>> = types.iter().map(|&ty| self.value(build, ty)).collect();
        Some(build.make_inst(op, &args?, immediate))
    }

    fn call(&mut self, build: &FunctionBuilder) -> BlockCall {
        let block = Block::new(self.below(build.function().blocks.len()));
        let args: Vec<Value> = (0..self.below(3)).filter_map(|_| self.value(build, Type::Term)).collect();
        BlockCall::new(block, &args)
    }

    fn terminator(&mut self, build: &FunctionBuilder) -> Option<Terminator> {
        let raises = |op: Op| op.effects().has(Effects::RAISES);
        Some(match self.below(12) {
            0 => Terminator::Jump(self.call(build)),
            1 => Terminator::Branch {
                condition: self.value(build, Type::Bool)?,
                then: self.call(build),
                otherwise: self.call(build),
            },
            2 => Terminator::Switch {
                value: self.value(build, Type::Term)?,
                cases: (0..self.below(4)).map(|_| (self.constant(), self.call(build))).collect(),
                default: self.call(build),
            },
            3 => Terminator::SwitchArity {
                value: self.value(build, Type::Term)?,
                cases: (0..self.below(4)).map(|arity| (arity as u32, self.call(build))).collect(),
                default: self.call(build),
            },
            4 => Terminator::Attempt {
                inst: self.inst(build, raises)?,
                ok: self.call(build),
                fail: self.call(build),
            },
            5 => Terminator::Try {
                inst: self.inst(build, raises)?,
                ok: if self.below(2) == 0 { None } else { Some(self.call(build)) },
                unwind: self.call(build),
            },
            6 => Terminator::Return(self.value(build, Type::Term)?),
            7 => Terminator::TailCall(self.inst(build, |op| op.effects().has(Effects::CALLS))?),
            8 => Terminator::RecvNext {
                got: self.call(build),
                empty: self.call(build),
                location: build.location(),
            },
            9 => Terminator::Wait(self.call(build)),
            10 => Terminator::WaitTimeout {
                time: self.value(build, Type::Term)?,
                woken: self.call(build),
                expired: self.call(build),
                unwind: if self.below(2) == 0 { None } else { Some(self.call(build)) },
                location: build.location(),
            },
            _ => return None,
        })
    }

    /// A function whose instructions fit their rows; nothing else need hold of it.
    fn function(&mut self) -> Function {
        let name = self.atom();
        let mut build = FunctionBuilder::new(name, self.below(4) as u32);
        for _ in 0..self.below(4) {
            let types: Vec<Type> = (0..self.below(3)).map(|_| *self.pick(Type::ALL)).collect();
            build.create_block_with(&types);
        }
        for block in build.function().block_ids().collect::<Vec<_>>() {
            build.switch_to(block);
            for _ in 0..self.below(6) {
                if self.below(3) == 0 {
                    build.set_location(self.below(2) as u32, 1 + self.below(99) as u32);
                }
                if let Some(inst) = self.inst(&build, |_| true) {
                    build.inst(inst.op, &inst.args, inst.immediate);
                }
            }
            let terminator = self.terminator(&build).unwrap_or(Terminator::Unreachable);
            build.terminate(terminator);
        }
        build.finish()
    }
}

proptest! {
    #[test]
    fn printed_functions_parse_back(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut choices = Choices(&bytes);
        let mut module = Module::new(Atom::new("m"));
        for _ in 0..1 + choices.below(2) {
            let function = choices.function();
            module.functions.push(function);
        }
        let text = print_module(&module);
        let parsed = match parse_module(&text) {
            Ok(parsed) => parsed,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
        };
        prop_assert_eq!(&text, &print_module(&parsed));
        for (before, after) in module.functions.iter().zip(&parsed.functions) {
            prop_assert_eq!(&before.value_types, &after.value_types);
            prop_assert_eq!(before.blocks.len(), after.blocks.len());
            for (a, b) in before.blocks.iter().zip(&after.blocks) {
                prop_assert_eq!(&a.params, &b.params);
                prop_assert_eq!(a.insts.len(), b.insts.len());
            }
        }
        // The verifier takes whatever the parser lets through.
        let _ = crate::verify::verify_module(&parsed);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,200}") {
        let _ = parse_module(&text);
    }

    #[test]
    fn any_text_of_tokens_is_parsed_or_refused(
        words in proptest::collection::vec(prop_oneof![
            Just("module"), Just("'m'"), Just("function"), Just("fn0"), Just("/"), Just("0"), Just("{"), Just("}"),
            Just("block0"), Just("("), Just(")"), Just(":"), Just("v0"), Just("="), Just("const"), Just("term"),
            Just("return"), Just("switch"), Just("bs_create"), Just("["), Just("]"), Just("integer"), Just("8"),
            Just("try"), Just("->"), Just(","), Just("unwind"), Just("literal"), Just("lit0"), Just("#{"), Just("=>"),
            Just("<<"), Just("\"ab\""), Just(">>"), Just("@"), Just("export"), Just("4294967295"), Just("v4294967295"),
        ], 0..60)
    ) {
        let _ = parse_module(&format!("module 'm' function fn0 'f'/0 {{ block0(): {}", words.join(" ")));
        let _ = parse_module(&format!("module 'm' {}", words.join(" ")));
    }
}

#[test]
fn literals_print_and_parse_back() {
    let mut module = Module::new(Atom::new("m"));
    module.literals.push(OwnedTerm::build(|w| {
        let one = crate::abi::Word::small_int(1);
        let float = w.float(-2.5e300);
        let big = w.big(true, &[1, u64::MAX, 7]);
        let bits = w.bitstring(crate::term::BitsRef::new(&[0xab, 0xc0], 0, 12));
        let improper = w.list(&[one, float], big);
        let empty = w.tuple(&[]);
        let map = crate::term::map::from_pairs(w, &[(one, bits), (float, empty)]);
        w.tuple(&[improper, bits, map, crate::abi::Word::NIL])
    }));
    let text = print_module(&module);
    let parsed = parse_module(&text).unwrap();
    assert_eq!(text, print_module(&parsed));
    assert!(text.contains("[1, -2.5e300 | -16#7ffffffffffffffff0000000000000001]"), "{text}");
}

#[test]
fn numbers_with_gaps_are_closed_up() {
    let text = "module 'm'\nfunction fn0 'f'/1 {\nblock7(v30: term):\n v40 = neg v30\n jump block2()\nblock2():\n return v40\n}";
    let module = parse_module(text).unwrap();
    assert_eq!(module.functions[0].blocks[1].terminator, Terminator::Return(Value::new(1)));
    crate::verify::verify_module(&module).unwrap();
}

#[test]
fn errors_name_the_line() {
    let text = "module 'm'\nfunction fn0 'f'/1 {\nblock0(v0: term):\n v1 = is_nil v0\n v2 = add v0, v1\n return v2\n}";
    let error = parse_module(text).unwrap_err();
    assert_eq!(error.to_string(), "line 5: operand v1 of `add` is a bool, not a term");
}
