//! Random functions: verified IR of any shape that takes for granted only what a test has shown.
//!
//! A function is made as a tree of blocks: each sees what its ancestors define, and may jump to blocks that an ancestor
//! keeps open as joins. So definitions dominate uses, whatever the dice say. Turns end: the first argument is fuel that
//! every call uses up.

use std::collections::VecDeque;

use dala_ir::abi::Atom;
use dala_ir::ir::{
    Block, BlockCall, Constant, FuncId, Function, FunctionBuilder, Immediate, InstData, LiteralId, Module,
    Op, Terminator, Type, Value,
};
use dala_ir::text::parse_module;

/// Choices: those that bytes of a fuzzer make, then numbers that look random (xorshift64*, Vigna 2016).
#[derive(Debug)]
pub(crate) struct Random {
    chosen: VecDeque<u8>,
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random { chosen: VecDeque::new(), state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    /// Each byte decides one choice; those behind the last follow from how many there were.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Random {
        Random { chosen: bytes.iter().copied().collect(), ..Random::new(bytes.len() as u64) }
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if let Some(byte) = self.chosen.pop_front() {
            return usize::from(byte) % end;
        }
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What a test has shown of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Cons,
    Tuple(u32),
    Float,
}

/// What a block may use.
#[derive(Clone)]
struct Scope {
    values: Vec<(Value, Shown)>,
    joins: Vec<(Block, usize)>,
    depth: usize,
}

/// Literals that every module has.
pub(crate) const TERMS: &str = "module 'r'
literal lit0 = 2.5
literal lit1 = {'ok', 1}
literal lit2 = [1, 2]
literal lit3 = #{'a' => 1}
literal lit4 = <<\"6162\" 16>>
literal lit5 = 16#123456789abcdef01
literal lit6 = -0.0
literal lit7 = #{1 => 'a', 'a' => 2, 'b' => []}
";
const LITERALS: usize = 8;
/// Those that are maps, with how many keys they have.
const MAPS: &[(usize, usize)] = &[(3, 1), (7, 3)];
const ATOMS: &[&str] = &["true", "false", "ok", "a", "b"];
const INTS: &[i64] = &[0, 1, 2, 3, -1, 7, 255, 1 << 31, i64::MAX / 2, -(1 << 62)];
const TESTS: &[Op] = &[
    Op::IsInteger,
    Op::IsFloat,
    Op::IsNumber,
    Op::IsAtom,
    Op::IsBoolean,
    Op::IsNil,
    Op::IsCons,
    Op::IsList,
    Op::IsTuple,
    Op::IsMap,
    Op::IsBinary,
    Op::IsBitstring,
    Op::IsFunction,
    Op::HasArity,
    Op::IsTagged,
    Op::EqExact,
    Op::NeExact,
    Op::Eq,
    Op::Ne,
    Op::Lt,
    Op::Ge,
    Op::MapHasKey,
];
const ARITHMETIC: &[Op] = &[
    Op::Add,
    Op::Sub,
    Op::AddSmall,
    Op::SubSmall,
    Op::Mul,
    Op::IntDiv,
    Op::IntRem,
    Op::Divide,
    Op::BitAnd,
    Op::BitOr,
    Op::BitXor,
    Op::ShiftRight,
    Op::Negate,
    Op::BitNot,
    Op::MapGet,
];

struct Maker<'r> {
    random: &'r mut Random,
    build: FunctionBuilder,
    functions: usize,
}

/// A module of `functions` functions of two arguments each, the first being fuel.
pub(crate) fn module(random: &mut Random, functions: usize) -> Module {
    let mut module = parse_module(TERMS).expect("the literals are well formed");
    for index in 0..functions {
        let name = Atom::new(&format!("f{index}"));
        module.functions.push(function(random, name, functions));
        module.exports.push((name, 2, FuncId::new(index)));
    }
    module
}

fn function(random: &mut Random, name: Atom, functions: usize) -> Function {
    let mut maker = Maker { random, build: FunctionBuilder::new(name, 2), functions };
    let params = maker.build.params(maker.build.entry()).to_vec();
    let nought = maker.build.constant(Constant::Int(0));
    let condition = maker.build.value(Op::Lt, &[nought, params[0]]);
    let [body, out] = [(); 2].map(|()| maker.build.create_block());
    maker.build.terminate(Terminator::Branch {
        condition,
        then: BlockCall::new(body, &[]),
        otherwise: BlockCall::new(out, &[]),
    });
    maker.build.switch_to(out);
    maker.build.terminate(Terminator::Return(params[1]));
    maker.build.switch_to(body);
    let values = params.into_iter().map(|value| (value, Shown::Nothing)).collect();
    maker.block(Scope { values, joins: Vec::new(), depth: 0 });
    maker.build.finish()
}

impl Maker<'_> {
    fn constant(&mut self) -> Constant {
        match self.random.below(10) {
            0..4 => Constant::Int(self.random.pick(INTS)),
            4..7 => Constant::Atom(Atom::new(self.random.pick(ATOMS))),
            7 => Constant::Nil,
            _ => Constant::Literal(LiteralId::new(self.random.below(LITERALS))),
        }
    }

    fn value(&mut self, scope: &mut Scope) -> Value {
        if self.random.chance(25) {
            let constant = self.constant();
            let value = self.build.constant(constant);
            scope.values.push((value, Shown::Nothing));
        }
        // What was made last is used most.
        let count = scope.values.len();
        let back = self.random.below(count).min(self.random.below(count));
        scope.values[count - 1 - back].0
    }

    fn values(&mut self, scope: &mut Scope, count: usize) -> Vec<Value> {
        (0..count).map(|_| self.value(scope)).collect()
    }

    /// An instruction of an op that takes terms.
    fn inst(&mut self, op: Op, scope: &mut Scope) -> InstData {
        let count = match op {
            Op::MapPut => 3,
            op => op.operands().len(),
        };
        let args = self.values(scope, count);
        let immediate = match op {
            Op::AddSmall | Op::SubSmall => Immediate::Constant(Constant::Int(self.random.pick(INTS))),
            Op::HasArity => Immediate::Index(self.random.below(4) as u32),
            Op::IsTagged => {
                Immediate::ArityAndTag(1 + self.random.below(3) as u32, Atom::new(self.random.pick(ATOMS)))
            }
            _ => Immediate::None,
        };
        let line = 1 + self.random.below(50) as u32;
        self.build.set_location(0, line);
        self.build.make_inst(op, &args, immediate)
    }

    fn push(&mut self, inst: InstData) -> Option<Value> {
        self.build.inst(inst.op, &inst.args, inst.immediate)
    }

    /// Adds a few instructions.
    fn straight(&mut self, scope: &mut Scope) {
        for _ in 0..self.random.below(4) {
            let (value, shown) = match self.random.below(13) {
                0..3 => {
                    let op = self.random.pick(TESTS);
                    let test = self.inst(op, scope);
                    let Some(bool) = self.push(test) else { continue };
                    (self.build.value(Op::BoolTerm, &[bool]), Shown::Nothing)
                }
                3 => {
                    let args = self.values(scope, 2);
                    (self.build.value(Op::Cons, &args), Shown::Cons)
                }
                4 => {
                    let count = self.random.below(4);
                    let args = self.values(scope, count);
                    (self.build.value(Op::Tuple, &args), Shown::Tuple(count as u32))
                }
                5 => {
                    let (literal, keys) = self.random.pick(MAPS);
                    let like = self.build.constant(Constant::Literal(LiteralId::new(literal)));
                    let mut args = vec![like];
                    args.extend(self.values(scope, keys));
                    (self.build.value(Op::MapNew, &args), Shown::Nothing)
                }
                6 => {
                    // May raise and end the function.
                    let op = self.random.pick(ARITHMETIC);
                    let inst = self.inst(op, scope);
                    let Some(value) = self.push(inst) else { continue };
                    (value, Shown::Nothing)
                }
                _ => {
                    let index = self.random.below(scope.values.len());
                    let (value, shown) = scope.values[index];
                    match shown {
                        Shown::Cons => {
                            let op = self.random.pick(&[Op::Head, Op::Tail]);
                            (self.build.value(op, &[value]), Shown::Nothing)
                        }
                        Shown::Tuple(arity) if arity > 0 => {
                            let index = Immediate::Index(self.random.below(arity as usize) as u32);
                            (self.build.value_with(Op::TupleGet, &[value], index), Shown::Nothing)
                        }
                        Shown::Float => {
                            let float = self.build.value(Op::Unbox, &[value]);
                            let float = self.build.value(Op::FNeg, &[float]);
                            (self.build.value(Op::Box, &[float]), Shown::Float)
                        }
                        _ => continue,
                    }
                }
            };
            scope.values.push((value, shown));
        }
    }

    /// Fills the current block and all that come from it.
    fn block(&mut self, mut scope: Scope) {
        self.straight(&mut scope);
        if scope.depth > 4 {
            return self.end(scope);
        }
        scope.depth += 1;
        let here = self.build.current_block();
        // A join that what follows may lead to.
        let mut join = None;
        if self.random.chance(40) {
            let params = self.random.below(3);
            let block = self.build.create_block_with(&vec![Type::Term; params]);
            scope.joins.push((block, params));
            join = Some((block, scope.clone()));
        }
        self.build.switch_to(here);
        match self.random.below(10) {
            0..4 => self.branch(scope),
            4 => self.switch(scope),
            5 => self.switch_arity(scope),
            6..8 => self.attempt(scope),
            8 => self.catching(scope),
            _ => self.end(scope),
        }
        if let Some((block, mut scope)) = join {
            scope.joins.pop();
            self.continue_at(block, scope, |params| {
                params.iter().map(|&value| (value, Shown::Nothing)).collect()
            });
        }
    }

    /// Fills a block whose parameters are added to what the scope has.
    fn continue_at(
        &mut self,
        block: Block,
        mut scope: Scope,
        shown: impl FnOnce(&[Value]) -> Vec<(Value, Shown)>,
    ) {
        self.build.switch_to(block);
        let params = self.build.params(block).to_vec();
        scope.values.extend(shown(&params));
        self.block(scope);
    }

    fn plain(&mut self, block: Block, scope: Scope) {
        self.continue_at(block, scope, |params| {
            params.iter().map(|&value| (value, Shown::Nothing)).collect()
        });
    }

    /// An edge to a join, or to a new block without parameters.
    fn edge(&mut self, scope: &mut Scope) -> (BlockCall, Option<Block>) {
        if !scope.joins.is_empty() && self.random.chance(35) {
            let (block, params) = self.random.pick(&scope.joins);
            let args = self.values(scope, params);
            return (BlockCall::new(block, &args), None);
        }
        let block = self.build.create_block();
        (BlockCall::new(block, &[]), Some(block))
    }

    fn branch(&mut self, mut scope: Scope) {
        let op = self.random.pick(TESTS);
        let test = self.inst(op, &mut scope);
        let shown = match (op, &test.immediate) {
            (Op::IsCons, _) => Shown::Cons,
            (Op::IsFloat, _) => Shown::Float,
            (Op::HasArity, Immediate::Index(arity)) | (Op::IsTagged, Immediate::ArityAndTag(arity, _)) => {
                Shown::Tuple(*arity)
            }
            _ => Shown::Nothing,
        };
        let tested = test.args[0];
        let Some(condition) = self.push(test) else { return self.end(scope) };
        let (then, then_block) = self.edge(&mut scope);
        let (otherwise, otherwise_block) = self.edge(&mut scope);
        self.build.terminate(Terminator::Branch { condition, then, otherwise });
        if let Some(block) = then_block {
            let mut scope = scope.clone();
            if shown != Shown::Nothing {
                scope.values.push((tested, shown));
            }
            self.plain(block, scope);
        }
        if let Some(block) = otherwise_block {
            self.plain(block, scope);
        }
    }

    fn switch(&mut self, mut scope: Scope) {
        let value = self.value(&mut scope);
        let mut cases: Vec<(Constant, BlockCall)> = Vec::new();
        let mut blocks = Vec::new();
        for _ in 0..self.random.below(4) {
            let key = self.constant();
            if cases.iter().all(|(other, _)| *other != key) {
                let (call, block) = self.edge(&mut scope);
                cases.push((key, call));
                blocks.extend(block);
            }
        }
        let (default, block) = self.edge(&mut scope);
        blocks.extend(block);
        self.build.terminate(Terminator::Switch { value, cases, default });
        blocks.into_iter().for_each(|block| self.plain(block, scope.clone()));
    }

    fn switch_arity(&mut self, mut scope: Scope) {
        let value = self.value(&mut scope);
        let mut cases = Vec::new();
        let mut blocks = Vec::new();
        for arity in 0..self.random.below(4) as u32 {
            let (call, block) = self.edge(&mut scope);
            cases.push((arity, call));
            blocks.extend(block.map(|block| (block, Shown::Tuple(arity))));
        }
        let (default, block) = self.edge(&mut scope);
        blocks.extend(block.map(|block| (block, Shown::Nothing)));
        self.build.terminate(Terminator::SwitchArity { value, cases, default });
        for (block, shown) in blocks {
            let mut scope = scope.clone();
            scope.values.push((value, shown));
            self.plain(block, scope);
        }
    }

    fn attempt(&mut self, mut scope: Scope) {
        let mut ops = ARITHMETIC.to_vec();
        ops.extend([Op::ToFloat, Op::MapPut]);
        let op = self.random.pick(&ops);
        let inst = self.inst(op, &mut scope);
        let ok = self.build.create_block_with(&[op.result().unwrap_or(Type::Term)]);
        let (fail, fail_block) = self.edge(&mut scope);
        self.build.terminate(Terminator::Attempt { inst, ok: BlockCall::new(ok, &[]), fail });
        if op == Op::ToFloat {
            self.build.switch_to(ok);
            let float = self.build.params(ok)[0];
            let boxed = self.build.value(Op::Box, &[float]);
            let mut scope = scope.clone();
            scope.values.push((boxed, Shown::Float));
            self.block(scope);
        } else {
            self.plain(ok, scope.clone());
        }
        if let Some(block) = fail_block {
            self.plain(block, scope);
        }
    }

    fn catching(&mut self, mut scope: Scope) {
        let inst = if self.random.chance(50) {
            let op = self.random.pick(ARITHMETIC);
            self.inst(op, &mut scope)
        } else {
            self.call(&mut scope)
        };
        let ok = self.build.create_block_with(&[Type::Term]);
        let unwind = self.build.create_block_with(&[Type::Term, Type::Term, Type::Trace]);
        self.build.terminate(Terminator::Try {
            inst,
            ok: Some(BlockCall::new(ok, &[])),
            unwind: BlockCall::new(unwind, &[]),
        });
        self.plain(ok, scope.clone());
        self.build.switch_to(unwind);
        let params = self.build.params(unwind).to_vec();
        let trace = self.build.value(Op::BuildStacktrace, &[params[2]]);
        let caught = self.build.value(Op::Tuple, &[params[0], params[1], trace]);
        scope.values.extend([(params[0], Shown::Nothing), (caught, Shown::Tuple(3))]);
        self.block(scope);
    }

    /// A call that has one unit of fuel less; a function returns at once where there is none.
    fn call(&mut self, scope: &mut Scope) -> InstData {
        let fuel = scope.values[0].0;
        let one = self.build.constant(Constant::Int(1));
        let less = self.build.value(Op::Sub, &[fuel, one]);
        let argument = self.value(scope);
        let callee = FuncId::new(self.random.below(self.functions));
        self.build.make_inst(Op::Call, &[less, argument], Immediate::Function(callee))
    }

    /// Ends the current block, and what comes of it.
    fn end(&mut self, mut scope: Scope) {
        match self.random.below(6) {
            0 => {
                let value = self.value(&mut scope);
                let op = self.random.pick(&[Op::Badmatch, Op::CaseClause]);
                self.build.inst(op, &[value], Immediate::None);
                self.build.terminate(Terminator::Unreachable);
            }
            1 if !scope.joins.is_empty() => {
                let (call, block) = self.edge(&mut scope);
                self.build.terminate(Terminator::Jump(call));
                if let Some(block) = block {
                    self.build.switch_to(block);
                    self.answer(scope);
                }
            }
            2 => {
                let call = self.call(&mut scope);
                self.build.terminate(Terminator::TailCall(call));
            }
            _ => self.answer(scope),
        }
    }

    /// Returns much of what is known.
    fn answer(&mut self, mut scope: Scope) {
        let args = self.values(&mut scope, 3);
        let value = self.build.value(Op::Tuple, &args);
        self.build.terminate(Terminator::Return(value));
    }
}
