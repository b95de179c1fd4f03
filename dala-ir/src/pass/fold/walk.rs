//! The walk over a function with the types of its values.

use smallvec::SmallVec;

use super::rewrite;
use crate::analysis::DominatorTree;
use crate::analysis::liveness::implicit_params;
use crate::ir::{Block, BlockData, Function, InstData, Tables, Terminator, Type, Value};
use crate::types::{Facts, Kinds, TermType, TupleShape, decide, learn, learn_from_success, result_type};

/// Walks before the ranges of a loop's parameters are widened.
const EXACT_WALKS: usize = 2;

/// What is done at every instruction that is come to, besides typing it. A terminator's has the number behind the others.
enum Act<'a> {
    Nothing,
    Rewrite,
    Look(&'a mut dyn FnMut(&Walk<'_>, Block, usize, &InstData)),
}

/// The state of a walk.
pub(in crate::pass) struct Walk<'m> {
    pub(in crate::pass) tables: Tables<'m>,
    tree: &'m DominatorTree,
    order: Vec<Block>,
    /// Place of each block in `order`.
    place: Vec<usize>,
    /// Number of edges that lead to each block.
    edges_to: Vec<u32>,
    /// What is known where a block begins that only one edge leads to, because that edge was taken.
    narrowed: Vec<SmallVec<[(Value, TermType); 1]>>,
    /// Join over the edges seen to each parameter, by value.
    incoming: Vec<TermType>,
    /// Types by value, as the place of the walk knows them.
    types: Vec<TermType>,
    is_reached: Vec<bool>,
    /// What narrowed types were before.
    undo: Vec<(Value, TermType)>,
    has_loops: bool,
    /// Whether an edge back changed what its target had been walked with.
    is_unsettled: bool,
    walks: usize,
}

impl<'m> Walk<'m> {
    pub(in crate::pass) fn new(function: &Function, tree: &'m DominatorTree, tables: Tables<'m>) -> Walk<'m> {
        let order = tree.preorder();
        let mut place = vec![usize::MAX; function.blocks.len()];
        for (index, block) in order.iter().enumerate() {
            place[block.index()] = index;
        }
        let mut edges_to = vec![0_u32; function.blocks.len()];
        let mut has_loops = false;
        for &block in &order {
            function.block(block).terminator.for_each_successor(|call| {
                edges_to[call.block.index()] += 1;
                has_loops |= place[call.block.index()] <= place[block.index()];
            });
        }
        let count = function.value_types.len();
        let mut incoming = vec![TermType::NONE; count];
        for parameter in &function.block(Function::ENTRY).params {
            incoming[parameter.index()] = TermType::ANY;
        }
        let mut is_reached = vec![false; function.blocks.len()];
        is_reached[Function::ENTRY.index()] = true;
        Walk {
            tables,
            tree,
            order,
            place,
            edges_to,
            narrowed: vec![SmallVec::new(); function.blocks.len()],
            incoming,
            types: vec![TermType::NONE; count],
            is_reached,
            undo: Vec::new(),
            has_loops,
            is_unsettled: false,
            walks: 0,
        }
    }

    /// Whether some edge leads back.
    pub(in crate::pass) fn has_loops(&self) -> bool {
        self.has_loops
    }

    /// Walks until the types no longer change.
    pub(in crate::pass) fn settle(&mut self, function: &mut Function) {
        self.is_unsettled = true;
        while std::mem::take(&mut self.is_unsettled) {
            self.walks += 1;
            self.walk(function, Act::Nothing);
        }
    }

    /// Walks once more and changes the function.
    pub(super) fn rewrite(&mut self, function: &mut Function) {
        self.walk(function, Act::Rewrite);
    }

    /// Walks once more and shows every instruction, before its result is typed.
    pub(in crate::pass) fn look(
        &mut self,
        function: &mut Function,
        mut look: impl FnMut(&Walk<'_>, Block, usize, &InstData),
    ) {
        self.walk(function, Act::Look(&mut look));
    }

    /// Type of a value at this point.
    pub(in crate::pass) fn type_of(&self, value: Value) -> &TermType {
        &self.types[value.index()]
    }

    /// Types of an instruction's operands.
    pub(super) fn args(&self, inst: &InstData) -> SmallVec<[&TermType; 4]> {
        inst.args.iter().map(|&value| self.type_of(value)).collect()
    }

    /// A new value of the function.
    pub(super) fn new_value(&mut self, function: &mut Function, ty: Type) -> Value {
        function.value_types.push(ty);
        self.types.push(TermType::NONE);
        self.incoming.push(TermType::NONE);
        Value::new(function.value_types.len() - 1)
    }

    fn walk(&mut self, function: &mut Function, mut act: Act<'_>) {
        let mut open: Vec<(Block, usize)> = Vec::new();
        for index in 0..self.order.len() {
            let block = self.order[index];
            while let Some(&(above, mark)) = open.last()
                && !self.tree.dominates(above, block)
            {
                self.undo_to(mark);
                open.pop();
            }
            open.push((block, self.undo.len()));
            if !self.is_reached[block.index()] {
                continue;
            }
            let mut data = std::mem::replace(
                &mut function.blocks[block.index()],
                BlockData { params: Vec::new(), insts: Vec::new(), terminator: Terminator::Unreachable },
            );
            for parameter in &data.params {
                self.types[parameter.index()] = self.incoming[parameter.index()].clone();
            }
            for (value, ty) in std::mem::take(&mut self.narrowed[block.index()]) {
                self.set(value, ty);
            }
            for (index, inst) in data.insts.iter_mut().enumerate() {
                match &mut act {
                    Act::Nothing => {}
                    Act::Rewrite => rewrite::inst(self, inst),
                    Act::Look(look) => look(self, block, index, inst),
                }
                self.step(inst);
            }
            match &mut act {
                Act::Nothing => {}
                Act::Rewrite => rewrite::terminator(self, function, &mut data),
                Act::Look(look) => {
                    if let Some(inst) = data.terminator.inst() {
                        look(self, block, data.insts.len(), inst);
                    }
                }
            }
            self.leave(function, block, &data);
            function.blocks[block.index()] = data;
        }
        self.undo_to(0);
    }

    /// Types the result of an instruction, and its operands by its having given one.
    pub(super) fn step(&mut self, inst: &InstData) {
        let ty = self.result_type(inst);
        if let Some(result) = inst.result {
            self.types[result.index()] = ty;
        }
        let facts = learn_from_success(inst, &self.args(inst), self.tables.imports);
        self.narrow(inst, facts);
    }

    /// Type of an instruction's result. That of a test that is decided is one of the two atoms.
    pub(super) fn result_type(&self, inst: &InstData) -> TermType {
        let args = self.args(inst);
        if inst.op.result() == Some(Type::Bool)
            && let Some(truth) = decide(inst, &args)
        {
            let atom = if truth { crate::abi::atoms::TRUE } else { crate::abi::atoms::FALSE };
            return TermType::atom(atom);
        }
        result_type(inst, &args, self.tables)
    }

    /// Tells the successors of a block what reaches them.
    fn leave(&mut self, function: &Function, block: Block, data: &BlockData) {
        for (edge, call) in data.terminator.successors().into_iter().enumerate() {
            let mark = self.undo.len();
            let can_be_taken = self.narrow_by_edge(data, edge);
            if can_be_taken {
                // The block itself is taken out of the function while it is walked.
                let target = if call.block == block { data } else { function.block(call.block) };
                self.pass_on(
                    &data.terminator,
                    edge,
                    call.block,
                    target,
                    &call.args,
                    self.place[block.index()],
                );
                if self.edges_to[call.block.index()] == 1 {
                    let values = self.undo[mark..].iter().map(|(value, _)| *value);
                    self.narrowed[call.block.index()] =
                        values.map(|value| (value, self.types[value.index()].clone())).collect();
                }
            }
            self.undo_to(mark);
        }
    }

    fn pass_on(
        &mut self,
        terminator: &Terminator,
        edge: usize,
        to: Block,
        target: &BlockData,
        args: &[Value],
        from_place: usize,
    ) {
        let mut has_changed = !std::mem::replace(&mut self.is_reached[to.index()], true);
        let is_back = self.place[to.index()] <= from_place;
        let filled = implicit_params(terminator, edge);
        for (index, &parameter) in target.params.iter().enumerate() {
            let ty = if index < filled {
                self.filled_type(terminator, edge, index)
            } else {
                self.types[args[index - filled].index()].clone()
            };
            let known = &mut self.incoming[parameter.index()];
            if !ty.is_within(known) {
                let joined = known.join(&ty);
                let must_widen = is_back && self.walks > EXACT_WALKS;
                *known = if must_widen { known.widen(&joined) } else { joined };
                has_changed = true;
            }
        }
        self.is_unsettled |= has_changed && is_back;
    }

    /// Type of what an edge fills a parameter with by itself.
    fn filled_type(&self, terminator: &Terminator, edge: usize, index: usize) -> TermType {
        match terminator {
            Terminator::Attempt { inst, .. } => self.result_type(inst),
            Terminator::Try { inst, ok: Some(_), .. } if edge == 0 => self.result_type(inst),
            Terminator::Try { .. } | Terminator::WaitTimeout { .. } if index == 0 => {
                TermType::of(Kinds::ATOM)
            }
            Terminator::Try { .. }
            | Terminator::WaitTimeout { .. }
            | Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. }
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::Unreachable => TermType::ANY,
        }
    }

    /// Narrows types by what it says that an edge is taken; false when it never is.
    fn narrow_by_edge(&mut self, data: &BlockData, edge: usize) -> bool {
        let mut can_be_taken = true;
        match &data.terminator {
            Terminator::Branch { condition, .. } => {
                let truth = edge == 0;
                let atom = if truth { crate::abi::atoms::TRUE } else { crate::abi::atoms::FALSE };
                can_be_taken = self.type_of(*condition).atoms().contains(atom);
                let test = data.insts.iter().rev().find(|inst| inst.result == Some(*condition));
                if let Some(test) = test {
                    let facts = learn(test, &self.args(test), truth);
                    can_be_taken &= self.narrow(test, facts);
                }
            }
            Terminator::Switch { value, cases, .. } => {
                let ty = match cases.get(edge) {
                    Some((key, _)) => {
                        self.type_of(*value).meet(&TermType::of_constant(*key, self.tables.literals))
                    }
                    None => cases
                        .iter()
                        .fold(self.type_of(*value).clone(), |ty, (key, _)| ty.without_constant(*key)),
                };
                can_be_taken = !ty.is_none();
                self.set(*value, ty);
            }
            Terminator::SwitchArity { value, cases, .. } => {
                let ty = match cases.get(edge) {
                    Some((arity, _)) => {
                        self.type_of(*value).meet(&TermType::tuple(TupleShape::Arity(*arity)))
                    }
                    None => {
                        let ty = self.type_of(*value);
                        let arity = ty.shape().arity();
                        let is_case = arity.is_some_and(|arity| cases.iter().any(|(case, _)| *case == arity));
                        if is_case { ty.without(Kinds::TUPLE) } else { ty.clone() }
                    }
                };
                can_be_taken = !ty.is_none();
                self.set(*value, ty);
            }
            Terminator::Attempt { inst, .. } | Terminator::Try { inst, ok: Some(_), .. } if edge == 0 => {
                let facts = learn_from_success(inst, &self.args(inst), self.tables.imports);
                can_be_taken = self.narrow(inst, facts);
            }
            Terminator::Attempt { .. }
            | Terminator::Try { .. }
            | Terminator::Jump(_)
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. }
            | Terminator::Unreachable => {}
        }
        can_be_taken
    }

    /// Narrows an instruction's operands; false when one of them can be nothing.
    fn narrow(&mut self, inst: &InstData, facts: Facts) -> bool {
        let mut is_possible = true;
        for (index, ty) in facts {
            is_possible &= !ty.is_none();
            self.set(inst.args[index], ty);
        }
        is_possible
    }

    fn set(&mut self, value: Value, ty: TermType) {
        let place = &mut self.types[value.index()];
        if *place != ty {
            self.undo.push((value, std::mem::replace(place, ty)));
        }
    }

    fn undo_to(&mut self, mark: usize) {
        for (value, ty) in self.undo.drain(mark..).rev() {
            self.types[value.index()] = ty;
        }
    }

    /// The truth of a bool, where it is decided.
    pub(super) fn truth(&self, bool: Value) -> Option<bool> {
        self.type_of(bool).atoms().single().map(|atom| atom == crate::abi::atoms::TRUE)
    }
}
