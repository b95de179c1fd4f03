//! Maps.

use dala_ir::ir::{Immediate, Op, Terminator, Value};

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
        let sources = std::iter::once(map).chain(pairs.0.iter().flat_map(|(key, value)| [key, value]));
        let values = self.sources(sources)?;
        self.fallible(op, &values, Immediate::None, fail, Some(to))
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
