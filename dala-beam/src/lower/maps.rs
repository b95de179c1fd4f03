//! Maps.

use dala_ir::ir::{Constant, Immediate, Op, Terminator, Value};
use dala_ir::term::map::FLAT_MAX;
use dala_ir::term::{compare, view};

use super::Lowering;
use super::emit::Emitter;
use super::flow::EdgeKind;
use crate::opcode::kinds::Pairs;
use crate::opcode::operand::{Fail, Register, Source};

impl Emitter<'_> {
    pub(super) fn put_map(
        &mut self,
        op: Op,
        fail: Fail,
        map: &Source,
        to: Register,
        pairs: &Pairs<Source, Source>,
    ) -> Lowering<()> {
        if op == Op::MapPut
            && fail.is_none()
            && let Some(keys) = self.keys_of_new(map, pairs)
        {
            return self.new_map(to, pairs, keys);
        }
        let sources = std::iter::once(map).chain(pairs.0.iter().flat_map(|(key, value)| [key, value]));
        let values = self.sources(sources)?;
        self.fallible(op, &values, Immediate::None, fail, Some(to))
    }

    /// The keys of a map that is made of nothing, in its order, with where they stand among `pairs`; `None` if they are not
    /// all immediates, and different ones, or the map is not small.
    fn keys_of_new(&mut self, map: &Source, pairs: &Pairs<Source, Source>) -> Option<Vec<(Constant, usize)>> {
        let Source::Literal(literal) = map else { return None };
        let is_empty = view::map(self.literals.term(*literal)?.root())?.is_empty();
        if !is_empty || !(2..=FLAT_MAX).contains(&pairs.0.len()) {
            return None;
        }
        let mut keys = Vec::with_capacity(pairs.0.len());
        for (at, (key, _)) in pairs.0.iter().enumerate() {
            let constant = self.literals.constant(key)?;
            keys.push((constant.word()?, constant, at));
        }
        keys.sort_by(|a, b| compare::cmp_exact(a.0, b.0));
        let differ = keys.is_sorted_by(|a, b| a.0 != b.0);
        differ.then(|| keys.into_iter().map(|(_, key, at)| (key, at)).collect())
    }

    /// A map that is made of nothing: with the keys of a literal, so that all maps that are made here share them.
    fn new_map(
        &mut self,
        to: Register,
        pairs: &Pairs<Source, Source>,
        keys: Vec<(Constant, usize)>,
    ) -> Lowering<()> {
        let like = self.literals.map_of(keys.iter().map(|key| key.0).collect());
        let mut operands = vec![self.build.constant(like)];
        operands.extend(self.sources(keys.iter().map(|&(_, at)| &pairs.0[at].1))?);
        self.total(Op::MapNew, &operands, Immediate::None, to)?;
        self.go_on()
    }

    /// All keys must be there.
    pub(super) fn has_map_fields(&mut self, map: &Source, keys: &[Source]) -> Lowering<()> {
        let map = self.source(map)?;
        let Some((last, others)) = keys.split_last() else {
            let condition = self.build.value(Op::IsMap, &[map]);
            return self.branch(condition);
        };
        for key in others {
            let key = self.source(key)?;
            let condition = self.build.value(Op::MapHasKey, &[map, key]);
            let otherwise = self.edge(EdgeKind::Fail)?;
            let next = self.build.create_block();
            let then = dala_ir::ir::BlockCall::new(next, &[]);
            self.build.terminate(Terminator::Branch { condition, then, otherwise });
            self.build.switch_to(next);
        }
        let key = self.source(last)?;
        let condition = self.build.value(Op::MapHasKey, &[map, key]);
        self.branch(condition)
    }

    /// All keys must be there; registers change only then.
    pub(super) fn get_map_elements(&mut self, map: &Source, pairs: &Pairs<Source, Register>) -> Lowering<()> {
        let map = self.source(map)?;
        let keys = self.keys(pairs)?;
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            let fail = self.edge(EdgeKind::Fail)?;
            values.extend(self.attempt(Op::MapGet, &[map, key], Immediate::None, fail));
        }
        for (&(_, to), value) in pairs.0.iter().zip(values) {
            self.write(to, value)?;
        }
        let next = self.edge(EdgeKind::Normal)?;
        self.build.terminate(Terminator::Jump(next));
        Ok(())
    }

    fn keys(&mut self, pairs: &Pairs<Source, Register>) -> Lowering<Vec<Value>> {
        pairs.0.iter().map(|(key, _)| self.source(key)).collect()
    }
}
